/** The inbox: what needs a person, worst first, with the reasons of each score. */
import type { AttentionItem } from '../../contract/domains.ts'
import { type Attention, scoreContestedDomain, scoreNode } from '../../fleet/attention/score.ts'
import type { ReadModel } from '../read-model.ts'
import { authorityOf } from './authority-view.ts'
import type { DriftScore } from './drift-of-node.ts'
import { countEvidence, type EvidenceCount } from './evidence.ts'
import { isUnheard, type NodeView } from './node-view.ts'
import { plainText } from './plain-text.ts'

const shownAtMost = 20

/** Scored, and not put into words yet: only what is shown needs them. */
type Found = {
  readonly subject: string
  readonly domainId: string
  readonly attention: Attention
  readonly since: string | null
  /** Undefined for a domain. */
  readonly node: NodeView | undefined
}

/** Of these nodes and domains; equal scores in the order of how long they have waited ([AT3]). */
export function listAttention(
  model: ReadModel,
  views: readonly NodeView[],
  drifts: ReadonlyMap<string, DriftScore>,
  domainIds: readonly string[],
): AttentionItem[] {
  const evidence = countEvidence(model)
  const nodes = views.flatMap((view) => findNode(view, drifts.get(view.id)?.score ?? null, evidence.get(view.id)) ?? [])
  const domains = domainIds.flatMap((id) => findDomain(model, id) ?? [])
  return [...nodes, ...domains]
    .sort(compare)
    .slice(0, shownAtMost)
    .map((found) => itemOf(model, found))
}

function findNode(view: NodeView, drift: number | null, evidence: EvidenceCount | undefined): Found | undefined {
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
  return { subject: view.id, domainId: view.domainId, attention, since: sinceOf(view, attention), node: view }
}

/** A decision to take a node back settles what it had sent before ([AT2]). */
function unsettled(view: NodeView, evidence: EvidenceCount | undefined): number {
  if (evidence === undefined) return 0
  return view.phase === 'QUARANTINED' || evidence.lastAt > Date.parse(view.phaseSince) ? evidence.count : 0
}

/** Told once, where the two grants are, and not again of every domain that inherits them. */
function findDomain(model: ReadModel, domainId: string): Found | undefined {
  const { standing, epoch, since, grantedAtDomainId } = authorityOf(model, domainId)
  if (standing !== 'contested' || epoch === null || grantedAtDomainId !== domainId) return undefined
  return { subject: domainId, domainId, attention: scoreContestedDomain(epoch), since, node: undefined }
}

function compare(a: Found, b: Found): number {
  if (a.attention.score !== b.attention.score) return b.attention.score - a.attention.score
  const [left, right] = [a.since ?? '', b.since ?? '']
  if (left !== right) return left < right ? -1 : 1
  return a.subject < b.subject ? -1 : 1
}

function itemOf(model: ReadModel, { subject, domainId, attention, since, node }: Found): AttentionItem {
  const { score, kind, terms } = attention
  const title =
    node === undefined ? `${plainText(model.domain(domainId)?.name ?? domainId)} is held by two masters at once` : titleOf(node, attention)
  return {
    id: `${kind}:${subject}`,
    score,
    kind,
    nodeId: node?.id ?? null,
    domainId,
    title,
    terms: terms.map(({ term, points }) => ({ term, points })),
    since,
  }
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
      return `${name} has two masters`
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
