/** The inbox: what needs a person, worst first, with the reasons of each score. */
import type { AttentionItem } from '../../contract/domains.ts'
import { compareHandled, type HandledItem, showItem } from '../../fleet/attention/handling.ts'
import { type Attention, scoreContestedDomain, scoreNode } from '../../fleet/attention/score.ts'
import type { ReadModel } from '../read-model.ts'
import { weightsFor } from './attention-weights.ts'
import { authorityOf } from './authority-view.ts'
import { type DesiredPolicy, desiredPolicyOf } from './desired-policy.ts'
import { driftOf } from './drift-of-node.ts'
import { countEvidence, type EvidenceCount } from './evidence.ts'
import type { FleetMemory } from './fleet/fleet.ts'
import { findWorst, heardToConsider, type Scope, type Worst } from './fleet/worst-nodes.ts'
import { isOfFleet, isUnheard, type NodeView, readNodeView } from './node-view.ts'
import { plainText } from './plain-text.ts'

const shownAtMost = 20
const attendedAtMost = 1000

/** Scored, and not put into words yet: only what is shown needs them. */
type Found = {
  readonly subject: string
  readonly domainId: string
  readonly attention: Attention
  readonly since: string | null
  /** What equal scores are told apart by. */
  readonly waitingSince: string
  /** Undefined for a domain. */
  readonly node: NodeView | undefined
  readonly handling?: HandledItem
}

/**
 * Of everything, or of some domains; equal scores in the order of how long they have waited, which is counted from what their events
 * say ([AT3]).
 */
export function listAttention(model: ReadModel, fleet: FleetMemory, scope: Scope): AttentionItem[] {
  const evidence = countEvidence(model)
  const wanted = scope.kind === 'everything' ? undefined : new Set(scope.domainIds)
  // What people are at is told behind what is open, and takes the place of nothing: each has its own twenty.
  const open: Found[] = []
  const handled: Found[] = []
  const nowMs = model.ports.clock.now()
  const seen = new Set<string>()
  const keep = (item: Found): void => {
    const handling = handlingOf(model, item, nowMs)
    const found = handling.shownAs === 'open' ? open : handled
    found.push({ ...item, handling })
    found.sort(compare)
    if (found.length > shownAtMost) found.pop()
  }
  const worst: Worst = {
    isSeen: (subject) => seen.has(subject),
    consider: (subject) => {
      if (seen.has(subject)) return
      seen.add(subject)
      const view = readNodeView(model, subject)
      if (view === undefined || !isOfFleet(view) || wanted?.has(view.domainId) === false) return
      const item = findNode(model, view, fleet.desiredIn(view.domainId).of(view), evidence.get(view.id))
      if (item !== undefined) keep(item)
    },
    last: () => {
      const last = open.length < shownAtMost ? undefined : open.at(-1)
      return last === undefined ? undefined : { score: last.attention.score, since: last.waitingSince }
    },
  }
  for (const domainId of contestable(model)) {
    const item = wanted?.has(domainId) === false ? undefined : findDomain(model, domainId)
    if (item !== undefined) keep(item)
  }
  for (const node of [...attended(model), ...evidence.keys(), ...heardToConsider(fleet, scope)]) worst.consider(node)
  findWorst(model, fleet, scope, worst)
  return [...open, ...handled.toSorted(compareHandling)].map((item) => itemOf(model, item))
}

/** Since when it waits, by its events. */
function waitingSince(model: Pick<ReadModel, 'reader'>, subject: string): string {
  return model.reader.get<{ since: string }>('SELECT since FROM node_standings WHERE subject = ?', subject)?.since ?? ''
}

/** Domains where two grants stand against each other. */
function contestable(model: Pick<ReadModel, 'reader'>): readonly string[] {
  return model.reader.all<{ subject: string }>('SELECT subject FROM authority_domains WHERE is_contested = 1').map(({ subject }) => subject)
}

/** Of one node or domain as it stands; undefined when there is nothing about it in the inbox. */
export function findItem(model: ReadModel, subject: string): Attention | undefined {
  const view = readNodeView(model, subject)
  if (view === undefined) return findDomain(model, subject)?.attention
  if (!isOfFleet(view)) return undefined
  return findNode(model, view, desiredPolicyOf(model, view), countEvidence(model).get(view.id))?.attention
}

/** Somebody did something about them: they are looked at whatever they score. */
function attended(model: Pick<ReadModel, 'reader'>): readonly string[] {
  return model.reader.all<{ subject: string }>('SELECT subject FROM attended LIMIT ?', attendedAtMost).map(({ subject }) => subject)
}

function handlingOf(model: ReadModel, { subject, attention, since }: Found, nowMs: number): HandledItem {
  const care = model.cares(subject)?.[attention.kind]
  return showItem(care, { score: attention.score, sinceMs: since === null ? 0 : Date.parse(since) }, nowMs)
}

function compareHandling(a: Found, b: Found): number {
  const shown = ({ handling, attention }: Found) => ({ shownAs: handling?.shownAs ?? 'open', score: attention.score })
  return compareHandled(shown(a), shown(b)) || compare(a, b)
}

function findNode(
  model: ReadModel,
  view: NodeView,
  desired: DesiredPolicy | undefined,
  evidence: EvidenceCount | undefined,
): Found | undefined {
  const standing = {
    quarantineEvent: view.phase === 'QUARANTINED' ? view.phaseEvent : null,
    health: view.health,
    isDisconnected: view.mode === 'DISCONNECTED',
    isNeverHeard: view.mode === null,
    isOutOfContact: isUnheard(view) && view.mode !== null,
    secondsBehind: view.secondsBehind,
    autonomyBudgetSeconds: view.autonomyBudgetSeconds,
    backlogMessages: view.backlogMessages,
    evidence: unsettled(view, evidence),
    drift: driftOf(model, view, desired).score,
  }
  const attention = scoreNode(standing, weightsFor(model, view.domainId, desired))
  if (attention === undefined) return undefined
  return {
    subject: view.id,
    domainId: view.domainId,
    attention,
    since: sinceOf(view, attention),
    waitingSince: waitingSince(model, view.id),
    node: view,
  }
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
  return {
    subject: domainId,
    domainId,
    attention: scoreContestedDomain(epoch, weightsFor(model, domainId, undefined)),
    since,
    waitingSince: since ?? '',
    node: undefined,
  }
}

function compare(a: Found, b: Found): number {
  if (a.attention.score !== b.attention.score) return b.attention.score - a.attention.score
  if (a.waitingSince !== b.waitingSince) return a.waitingSince < b.waitingSince ? -1 : 1
  return a.subject < b.subject ? -1 : 1
}

function itemOf(model: ReadModel, { subject, domainId, attention, since, node, handling }: Found): AttentionItem {
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
    ...toldHandling(model, handling),
  }
}

function toldHandling(model: ReadModel, handling: HandledItem | undefined): Pick<AttentionItem, 'handling'> {
  if (handling === undefined || (handling.shownAs === 'open' && handling.why === '' && handling.assignedTo === null)) return {}
  const { shownAs, assignedTo, why } = handling
  const to = assignedTo === null ? null : { id: assignedTo, name: model.operator(assignedTo)?.name ?? assignedTo }
  return { handling: { shownAs, assignedTo: to, why } }
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
