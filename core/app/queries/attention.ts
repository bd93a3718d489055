/** The inbox: what needs a person, worst first, with the reasons of each score. */
import type { AttentionItem } from '../../contract/domains.ts'
import { type Attention, scoreContestedDomain, scoreNode } from '../../fleet/attention/score.ts'
import type { ReadModel } from '../read-model.ts'
import { authorityOf } from './authority-view.ts'
import { type DesiredPolicy, desiredPolicyOf } from './desired-policy.ts'
import { driftOf } from './drift-of-node.ts'
import { countEvidence, type EvidenceCount } from './evidence.ts'
import { isUnheard, type NodeView } from './node-view.ts'
import { plainText } from './plain-text.ts'

const shownAtMost = 20

/** Of these nodes and domains; equal scores in the order of how long they have waited. */
export function listAttention(model: ReadModel, views: readonly NodeView[], domainIds: readonly string[]): AttentionItem[] {
  const evidence = countEvidence(model)
  const desired = new Map<string, DesiredPolicy | undefined>(domainIds.map((id) => [id, desiredPolicyOf(model, id)]))
  const items = [
    ...views.flatMap((view) => nodeItem(view, driftOf(model, view, desired.get(view.domainId)).score, evidence.get(view.id)) ?? []),
    ...domainIds.flatMap((id) => domainItem(model, id) ?? []),
  ]
  return items.sort(compare).slice(0, shownAtMost)
}

function nodeItem(view: NodeView, drift: number | null, evidence: EvidenceCount | undefined): AttentionItem | undefined {
  const attention = scoreNode({
    quarantineEvent: view.phase === 'QUARANTINED' ? view.phaseEvent : null,
    health: view.health,
    isDisconnected: view.mode === 'DISCONNECTED',
    isNeverHeard: view.mode === null,
    isOutOfContact: isUnheard(view) && view.mode !== null,
    secondsBehind: view.secondsBehind,
    autonomyBudgetSeconds: view.autonomyBudgetSeconds,
    backlogMessages: view.backlogMessages,
    evidence: unsettled(view, evidence),
    drift,
  })
  if (attention === undefined) return undefined
  return { ...itemOf(attention, view.id, view.domainId), nodeId: view.id, title: titleOf(view, attention), since: sinceOf(view, attention) }
}

/** A decision to take a node back settles what it had sent before. */
function unsettled(view: NodeView, evidence: EvidenceCount | undefined): number {
  if (evidence === undefined) return 0
  return view.phase === 'QUARANTINED' || evidence.lastAt > Date.parse(view.phaseSince) ? evidence.count : 0
}

function domainItem(model: ReadModel, domainId: string): AttentionItem | undefined {
  const { standing, epoch, since, grantedAtDomainId } = authorityOf(model, domainId)
  // Told once, where the two grants are, and not again of every domain that inherits them.
  if (standing !== 'contested' || epoch === null || grantedAtDomainId !== domainId) return undefined
  const title = `${plainText(model.domain(domainId)?.name ?? domainId)} is held by two masters at once`
  return { ...itemOf(scoreContestedDomain(epoch), domainId, domainId), nodeId: null, title, since }
}

function itemOf(
  { score, kind, terms }: Attention,
  subject: string,
  domainId: string,
): Pick<AttentionItem, 'id' | 'score' | 'kind' | 'domainId' | 'terms'> {
  return { id: `${kind}:${subject}`, score, kind, domainId, terms: terms.map(({ term, points }) => ({ term, points })) }
}

function titleOf(view: NodeView, { kind }: Attention): string {
  const name = plainText(view.name)
  switch (kind) {
    case 'quarantined':
      return `${name} is quarantined: ${plainText(view.phaseReason)}`
    case 'health':
      return `${name} reports its health as ${view.health}`
    case 'sync-debt':
      return `${name} has been silent for too long`
    case 'evidence':
      return `${name} sent what was refused`
    case 'stale':
      return view.mode === null ? `${name} was approved and has not come` : `${name} is out of contact`
    case 'drift':
      return `${name} is not as it should be`
    case 'authority':
    case 'unreadable':
      return name
  }
}

function sinceOf(view: NodeView, { kind }: Attention): string | null {
  switch (kind) {
    case 'quarantined':
      return view.phaseSince
    case 'health':
      return view.healthAt
    case 'drift':
      return view.snapshotAt
    default:
      return view.modeSince ?? view.phaseSince
  }
}

function compare(a: AttentionItem, b: AttentionItem): number {
  if (a.score !== b.score) return b.score - a.score
  const [left, right] = [a.since ?? '', b.since ?? '']
  if (left !== right) return left < right ? -1 : 1
  return a.id < b.id ? -1 : 1
}
