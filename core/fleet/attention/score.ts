/**
 * How much a thing needs a person, 0..100, as a sum of terms that each say why ([AT1]). What is normal work scores nothing: a node
 * that is on its own within its budget, or that replays.
 */
import type { Health } from '../node/node-record.ts'

export type AttentionKind = 'quarantined' | 'health' | 'sync-debt' | 'evidence' | 'authority' | 'stale' | 'drift'

export type AttentionTerm = { readonly kind: AttentionKind; readonly term: string; readonly points: number }

export type Attention = {
  readonly score: number
  /** Of the heaviest term. */
  readonly kind: AttentionKind
  readonly terms: readonly AttentionTerm[]
}

/** The weights, in points. A domain's own weights take their place here when policies carry them. */
export const attentionWeights = {
  quarantine: { trust: 80, failed: 70, drift: 60, operator: 40 },
  health: { FAILED: 50, DEGRADED: 25 },
  /** Silence beyond the autonomy budget: half of it at twice the budget, all of it in the long run. */
  overBudget: 30,
  /** All of it at this many messages; counted by magnitude, because the tenth thousand matters less than the first. */
  backlog: { points: 20, atMessages: 100_000 },
  evidence: { perPiece: 10, atMost: 30 },
  stale: { disconnected: 20, neverHeard: 5 },
  drift: 40,
  contested: 70,
} as const

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

/** Undefined when there is nothing to look at. */
export function scoreNode(node: NodeStandingForAttention): Attention | undefined {
  const { health, stale } = attentionWeights
  const terms: AttentionTerm[] = []
  const add = (kind: AttentionKind, term: string, points: number): void => {
    if (points > 0) terms.push({ kind, term, points })
  }
  if (node.quarantineEvent !== null) add('quarantined', ...quarantineTerm(node.quarantineEvent))
  if (node.health === 'FAILED') add('health', 'Its health is FAILED', health.FAILED)
  if (node.health === 'DEGRADED') add('health', 'Its health is DEGRADED', health.DEGRADED)
  if (node.isOutOfContact)
    add('sync-debt', 'Silent for longer than it can be on its own', overBudgetPoints(node.secondsBehind, node.autonomyBudgetSeconds))
  if (node.isOutOfContact) add('sync-debt', `${node.backlogMessages} messages behind`, backlogPoints(node.backlogMessages))
  add(
    'evidence',
    `${node.evidence} refused ${node.evidence === 1 ? 'piece' : 'pieces'} kept as evidence`,
    Math.min(attentionWeights.evidence.atMost, node.evidence * attentionWeights.evidence.perPiece),
  )
  if (node.isDisconnected) add('stale', 'What is known of it is out of date', stale.disconnected)
  if (node.isNeverHeard) add('stale', 'Approved and never heard of', stale.neverHeard)
  if (node.drift !== null)
    add('drift', `${Math.round(node.drift * 100)} % of what is desired is otherwise`, Math.round(node.drift * attentionWeights.drift))
  return sumOf(terms)
}

/** A domain that two masters hold at the same epoch. */
export function scoreContestedDomain(epoch: number): Attention {
  return {
    score: attentionWeights.contested,
    kind: 'authority',
    terms: [{ kind: 'authority', term: `Two masters hold it at epoch ${epoch}`, points: attentionWeights.contested }],
  }
}

function quarantineTerm(event: string): [term: string, points: number] {
  const { quarantine } = attentionWeights
  switch (event) {
    case 'drift-violation':
      return ['Quarantined: its drift was too large', quarantine.drift]
    case 'operator-quarantine':
      return ['Quarantined by an operator', quarantine.operator]
    case 'critical-failure':
      return ['Quarantined after a failure', quarantine.failed]
    default:
      return ['Quarantined: it is not trusted', quarantine.trust]
  }
}

/** How much silence adds; never less the longer it lasts. */
export function overBudgetPoints(secondsBehind: number, budgetSeconds: number): number {
  const over = secondsBehind - budgetSeconds
  if (over <= 0) return 0
  // Without any budget the silence itself is the measure, against an hour.
  const measure = budgetSeconds > 0 ? budgetSeconds : 3600
  return Math.round((attentionWeights.overBudget * over) / (over + measure))
}

function backlogPoints(messages: number): number {
  const { points, atMessages } = attentionWeights.backlog
  return Math.min(points, Math.round((points * Math.log10(messages + 1)) / Math.log10(atMessages)))
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
