/**
 * A command as it is known: what masters decided and what its node reported, each taken in whatever order it comes ([CM4]). Where it
 * stands is a function of both, never written down.
 */
import type { DecisionData } from '../decisions.ts'
import type { EventEnvelope } from '../../kernel/event.ts'
import type { NodeEventData } from '../node/node-events.ts'
import type { CommandBody, CommandConstraints, CommandSignature, Semantics } from './events.ts'
import type { CommandStage } from './stage-machine.ts'

export type IssuedCommand = {
  readonly commandId: string
  readonly eventId: string
  readonly masterId: string
  readonly domainId: string
  readonly nodeId: string
  readonly kind: string
  readonly semantics: Semantics
  readonly incarnation: string | null
  readonly constraints: CommandConstraints
  readonly body: CommandBody
  readonly bodyDigest: string
  readonly batchId: string | null
  /** Two people, because the domain asked for that. */
  readonly needsApproval?: boolean | undefined
  readonly signature?: CommandSignature | undefined
  readonly idempotencyKey: string
  readonly placement: number
  readonly epoch: number
  readonly hlc: string
  readonly actor: string | null
  readonly issuedAt: string
  readonly expiresAt: string | null
}

export type CommandDecisions = {
  readonly issued: IssuedCommand | null
  /** Who agreed besides the one who issued it, by id, each once; and to which body. */
  readonly approvals: readonly {
    readonly operatorId: string
    readonly bodyDigest: string
    readonly signature?: CommandSignature | undefined
  }[]
  readonly isCancelled: boolean
  readonly supersededBy: string | null
  readonly isLapsed: boolean
  readonly settled: { readonly eventId: string; readonly outcome: 'applied' | 'rejected' } | null
}

/** By which another master can show whose command it is; undefined where its master never signed it, or nobody agreed yet. */
export function signatureOf({ issued, approvals }: CommandDecisions): CommandSignature | undefined {
  const agreed = approvals.find(({ bodyDigest, signature }) => signature !== undefined && bodyDigest === issued?.bodyDigest)
  return issued?.signature ?? agreed?.signature
}

/** What came of it at the node, better known last. */
const ends = ['withdrawn', 'expired', 'unsure', 'rejected', 'applied'] as const
export type CommandEnd = {
  readonly kind: (typeof ends)[number]
  readonly eventId: string
  readonly at: string
  /** The proof, the refusal, or what it was judged by. */
  readonly detail: string
  readonly code: string | null
}

export type CommandFacts = { readonly isReceived: boolean; readonly attempts: number; readonly end: CommandEnd | null }

export const noDecisions: CommandDecisions = {
  issued: null,
  approvals: [],
  isCancelled: false,
  supersededBy: null,
  isLapsed: false,
  settled: null,
}
export const noFacts: CommandFacts = { isReceived: false, attempts: 0, end: null }

/** One event of a master about the command. Only those that have effect may come here. */
export function evolveDecisions(state: CommandDecisions, event: EventEnvelope): CommandDecisions {
  switch (event.type) {
    case 'ibcf.command.issued.v1': {
      const issued = issuedOf(event)
      // An id names one command: of two, which takes two masters that lie, the one with the lower event id stands.
      return state.issued !== null && state.issued.eventId <= issued.eventId ? state : { ...state, issued }
    }
    case 'ibcf.command.approved.v1': {
      const { bodyDigest, signature } = event.data as DecisionData<'ibcf.command.approved.v1'>
      const operatorId = event.actor
      if (operatorId === undefined) return state
      const others = state.approvals.filter((known) => known.operatorId !== operatorId || known.bodyDigest !== bodyDigest)
      const approvals = [...others, { operatorId, bodyDigest, ...(signature === undefined ? {} : { signature }) }]
      return { ...state, approvals: approvals.toSorted((a, b) => compare(a.operatorId + a.bodyDigest, b.operatorId + b.bodyDigest)) }
    }
    case 'ibcf.command.cancelled.v1':
      return { ...state, isCancelled: true }
    case 'ibcf.command.superseded.v1': {
      const { byCommandId } = event.data as DecisionData<'ibcf.command.superseded.v1'>
      return { ...state, supersededBy: state.supersededBy !== null && state.supersededBy < byCommandId ? state.supersededBy : byCommandId }
    }
    case 'ibcf.command.lapsed.v1':
      return { ...state, isLapsed: true }
    case 'ibcf.command.settled.v1': {
      const { outcome } = event.data as DecisionData<'ibcf.command.settled.v1'>
      const isLater = state.settled !== null && state.settled.eventId <= event.id
      return isLater ? state : { ...state, settled: { eventId: event.id, outcome } }
    }
    default:
      return state
  }
}

/** One event of the node; `commandId` of its data is this command's. */
export function evolveFacts(state: CommandFacts, event: EventEnvelope): CommandFacts {
  switch (event.type) {
    case 'ibcf.command.received.v1':
      return { ...state, isReceived: true }
    case 'ibcf.command.started.v1':
      return { ...state, attempts: Math.max(state.attempts, (event.data as NodeEventData<'ibcf.command.started.v1'>).attempt, 1) }
    case 'ibcf.command.applied.v1':
      return withEnd(state, event, 'applied', (event.data as NodeEventData<'ibcf.command.applied.v1'>).proof, null)
    case 'ibcf.command.rejected.v1': {
      const { sentence, code } = event.data as NodeEventData<'ibcf.command.rejected.v1'>
      return withEnd(state, event, 'rejected', sentence, code)
    }
    case 'ibcf.command.expired.v1':
      return withEnd(state, event, 'expired', (event.data as NodeEventData<'ibcf.command.expired.v1'>).judgedBy, null)
    case 'ibcf.command.withdrawn.v1':
      return withEnd(state, event, 'withdrawn', (event.data as NodeEventData<'ibcf.command.withdrawn.v1'>).why, null)
    case 'ibcf.command.unsure.v1':
      return withEnd(state, event, 'unsure', (event.data as NodeEventData<'ibcf.command.unsure.v1'>).sentence, null)
    default:
      return state
  }
}

/** Bundles and sessions of this place alone: not part of what replicates. */
export type Carriage = { readonly isExported: boolean; readonly isSent: boolean }

/**
 * Where the command stands: the node's word first, then the masters', then how far it got. `isApproved` is of approval.ts. Null while
 * only its node has spoken of it.
 */
export function stageOf(
  { issued, isCancelled, supersededBy, isLapsed, settled }: CommandDecisions,
  { isReceived, attempts, end }: CommandFacts,
  carriage: Carriage,
  isApproved: boolean,
): CommandStage | null {
  if (issued === null) return null
  if (end?.kind === 'applied') return 'applied'
  if (end?.kind === 'rejected') return 'rejected'
  if (end?.kind === 'unsure') return settled?.outcome ?? 'outcome-unknown'
  if (attempts > 0) return 'started'
  const withdrawn = end?.kind === 'withdrawn' ? end.detail : null
  if (isCancelled || withdrawn === 'cancelled') return 'cancelled'
  if (supersededBy !== null || withdrawn === 'superseded') return 'superseded'
  if (isLapsed || end?.kind === 'expired') return 'expired'
  if (isReceived) return 'received'
  if (carriage.isSent) return 'sent'
  if (carriage.isExported) return 'exported'
  return isApproved ? 'queued' : 'issued'
}

function issuedOf(event: EventEnvelope): IssuedCommand {
  const { kind, nodeId, semantics, incarnation, constraints, body, bodyDigest, batchId, needsApproval, signature } =
    event.data as DecisionData<'ibcf.command.issued.v1'>
  return {
    commandId: event.subject,
    eventId: event.id,
    masterId: event.source.slice(event.source.lastIndexOf(':') + 1),
    domainId: event.domain ?? '',
    nodeId,
    kind,
    semantics,
    incarnation,
    constraints,
    body,
    bodyDigest,
    batchId,
    ...(needsApproval === true ? { needsApproval } : {}),
    ...(signature === undefined ? {} : { signature }),
    // A command without a key of its own is itself the key: sent twice it is still one.
    idempotencyKey: event.idempotencykey ?? event.subject,
    placement: event.placement ?? 0,
    epoch: event.epoch ?? 0,
    hlc: event.hlc,
    actor: event.actor ?? null,
    issuedAt: event.time,
    expiresAt: event.expirytime ?? null,
  }
}

function withEnd(state: CommandFacts, event: EventEnvelope, kind: CommandEnd['kind'], detail: string, code: string | null): CommandFacts {
  const end: CommandEnd = { kind, eventId: event.id, at: event.time, detail, code }
  const known = state.end
  if (known === null) return { ...state, end }
  const step = ends.indexOf(kind) - ends.indexOf(known.kind)
  return step > 0 || (step === 0 && end.eventId < known.eventId) ? { ...state, end } : state
}

function compare(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
