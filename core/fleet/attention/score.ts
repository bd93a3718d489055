/**
 * How much a thing needs a person, 0..100, as a sum of terms that each say why ([AT1]). What is normal work scores nothing: a node
 * that is on its own within its budget, or that replays.
 */
import type { Health } from '../node/node-record.ts'
import { type AttentionWeights, defaultAttentionWeights } from './weights.ts'

export type AttentionKind = 'quarantined' | 'health' | 'sync-debt' | 'evidence' | 'authority' | 'stale' | 'drift' | 'courier'

export type AttentionTerm = { readonly kind: AttentionKind; readonly term: string; readonly points: number }

export type Attention = {
  readonly score: number
  /** Of the heaviest term. */
  readonly kind: AttentionKind
  readonly terms: readonly AttentionTerm[]
}

/** A backlog of so many messages has all its points. */
const fullBacklog = 100_000
const mostPieces = 3

export type NodeStandingForAttention = {
  /** The event that led to QUARANTINED; null when it is not. */
  readonly quarantineEvent: string | null
  readonly health: Health
  readonly isDisconnected: boolean
  readonly isNeverHeard: boolean
  /** It is on its own or beyond: what is behind counts. */
  readonly isOutOfContact: boolean
  readonly secondsBehind: number
  readonly autonomyBudgetSeconds: number
  readonly backlogMessages: number
  /** Refused pieces that are not settled by a later decision. */
  readonly evidence: number
  /** 0..1; null while unknown. */
  readonly drift: number | null
}

/** Undefined when there is nothing to look at. `weights`: those of its domain and policy. */
export function scoreNode(node: NodeStandingForAttention, weights: AttentionWeights = defaultAttentionWeights): Attention | undefined {
  const terms: AttentionTerm[] = []
  const add = (kind: AttentionKind, term: string, points: number): void => {
    if (points > 0) terms.push({ kind, term, points })
  }
  if (node.quarantineEvent !== null) add('quarantined', ...quarantineTerm(node.quarantineEvent, weights))
  if (node.health === 'FAILED') add('health', 'Its health is FAILED', weights.healthFailed)
  if (node.health === 'DEGRADED') add('health', 'Its health is DEGRADED', weights.healthDegraded)
  if (node.isOutOfContact)
    add(
      'sync-debt',
      'Silent for longer than it can be on its own',
      overBudgetPoints(node.secondsBehind, node.autonomyBudgetSeconds, weights.overBudget),
    )
  if (node.isOutOfContact) add('sync-debt', `${node.backlogMessages} messages behind`, backlogPoints(node.backlogMessages, weights.backlog))
  add(
    'evidence',
    `${node.evidence} refused ${node.evidence === 1 ? 'piece' : 'pieces'} kept as evidence`,
    Math.min(mostPieces, node.evidence) * weights.evidencePiece,
  )
  if (node.isDisconnected) add('stale', 'What is known of it is out of date', weights.disconnected)
  if (node.isNeverHeard) add('stale', 'Approved and never heard of', weights.neverHeard)
  if (node.drift !== null)
    add('drift', `${Math.round(node.drift * 100)} % of what is desired is otherwise`, Math.round(node.drift * weights.drift))
  return sumOf(terms)
}

/** A domain that two masters hold at the same epoch. */
export function scoreContestedDomain(epoch: number, weights: AttentionWeights = defaultAttentionWeights): Attention {
  return {
    score: weights.contested,
    kind: 'authority',
    terms: [{ kind: 'authority', term: `Two masters hold it at epoch ${epoch}`, points: weights.contested }],
  }
}

function quarantineTerm(event: string, weights: AttentionWeights): [term: string, points: number] {
  switch (event) {
    case 'drift-violation':
      return ['Quarantined: its drift was too large', weights.quarantineDrift]
    case 'operator-quarantine':
      return ['Quarantined by an operator', weights.quarantineOperator]
    case 'critical-failure':
      return ['Quarantined after a failure', weights.quarantineFailed]
    default:
      return ['Quarantined: it is not trusted', weights.quarantineTrust]
  }
}

/** How much silence adds; never less the longer it lasts. */
export function overBudgetPoints(
  secondsBehind: number,
  budgetSeconds: number,
  points: number = defaultAttentionWeights.overBudget,
): number {
  const over = secondsBehind - budgetSeconds
  if (over <= 0) return 0
  // Without any budget the silence itself is the measure, against an hour.
  const measure = budgetSeconds > 0 ? budgetSeconds : 3600
  return Math.round((points * over) / (over + measure))
}

function backlogPoints(messages: number, points: number): number {
  return Math.min(points, Math.round((points * Math.log10(messages + 1)) / Math.log10(fullBacklog)))
}

function sumOf(terms: readonly AttentionTerm[]): Attention | undefined {
  const [first, ...rest] = terms
  if (first === undefined) return undefined
  const heaviest = rest.reduce((most, term) => (term.points > most.points ? term : most), first)
  return {
    score: Math.min(
      100,
      terms.reduce((sum, { points }) => sum + points, 0),
    ),
    kind: heaviest.kind,
    terms,
  }
}
