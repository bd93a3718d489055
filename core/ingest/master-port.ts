/**
 * What ingest needs of the master it works for. core/app provides it; ingest itself holds no connection, key or clock.
 */
import type { Envelope } from '../fleet/authority/events.ts'
import type { ContactSchedule } from '../fleet/connectivity/connectivity-events.ts'
import type { DecisionData, DecisionType } from '../fleet/decisions.ts'
import type { ConnectivityMode, LinkQuality, MasterLevel, NodeKind, Phase, SyncDebt } from '../fleet/node/node-record.ts'
import type { CommandsDocument } from '../contract/gateway/commands.ts'
import type { DesiredDocument } from '../contract/gateway/desired.ts'
import type { HeartbeatRequest } from '../contract/gateway/heartbeat.ts'
import type { SignedStatement } from '../contract/gateway/statement.ts'
import type { DomainId, EventId, MasterId, NodeId, OperatorId, RequestId, SessionId } from '../kernel/ids.ts'
import type { Facts } from '../kernel/app-error.ts'
import type { Hlc } from '../kernel/hlc.ts'
import type { Ports } from '../kernel/ports.ts'
import type { Reader, Writer } from '../kernel/reader.ts'
import type { Result } from '../kernel/result.ts'
import type { ReconciliationPolicy } from '../fleet/reconciliation/policy.ts'
import type { ForkDecision } from './returns/forks.ts'
import type { IssuedHere } from './returns/judged.ts'
import type { Acceptance, FiledSegment } from '../store/accept-segment.ts'

export type Decision<Type extends DecisionType = DecisionType> = {
  readonly type: Type
  /** The entity it is about. */
  readonly subject: string
  /** The domain in whose control log it is written. */
  readonly domain: DomainId
  readonly data: DecisionData<Type>
  /** The event that led to it. */
  readonly causation?: EventId
  readonly actor?: OperatorId
  /** Raised by each move of the node that it is about; 0 where none is said. */
  readonly placement?: number
  /** The one under which this master holds the domain, unless said otherwise. */
  readonly epoch?: number
  readonly idempotencykey?: string
  /** RFC 3339. */
  readonly expirytime?: string
}

/** What the projections say of a node now. */
export type NodeStanding = {
  readonly nodeId: NodeId
  readonly name: string
  readonly kind: NodeKind
  readonly domainId: DomainId
  readonly phase: Phase
  /** Null until it was first heard of after its approval. */
  readonly mode: ConnectivityMode | null
  readonly keyId: string
  readonly publicKey: Uint8Array
  readonly isKeyRevoked: boolean
  readonly contactEverySeconds: number
  readonly contactSchedule: ContactSchedule | null
  readonly autonomyBudgetSeconds: number
  readonly placement: number
  readonly epoch: number
}

export type EnrolmentStanding = {
  readonly requestId: RequestId
  readonly keyId: string
  readonly status: 'PENDING' | 'APPROVED' | 'REFUSED'
  /** Why it was refused. */
  readonly reason: string | null
  /** RFC 3339; null while it waits. */
  readonly decidedAt: string | null
}

/** One transaction: decisions, accepted segments and ingest's own rows become durable together, with the projections. */
export type Commit = {
  readonly writer: Writer
  readonly decide: <Type extends DecisionType>(decision: Decision<Type>) => EventId
  /** Stores a verified segment of a node, records its acceptance, projects its events. */
  readonly acceptSegment: (node: NodeId, domain: DomainId, segment: FiledSegment) => Acceptance
  /** Stores a verified segment that came by way of another master, and projects its events; nothing is recorded of it. */
  readonly takeSegment: (segment: FiledSegment) => Acceptance
  /** Moves the node along the connectivity machine, or says why it may not. A move to where it is already is accepted and writes nothing. */
  readonly moveMode: (node: NodeId, to: ConnectivityMode, event: string, reason: string, syncDebt?: SyncDebt) => Result<EventId | undefined>
  /** Moves the node along the phase machine, or says why it may not. */
  readonly movePhase: (node: NodeId, event: string, reason: string, code?: string, actor?: OperatorId) => Result<EventId>
  /** As that of the port. */
  readonly signStatement: MasterPort['signStatement']
}

export type NodeOffers = {
  readonly offers: readonly { readonly requestId: string; readonly keyId: string }[]
  readonly refused: readonly { readonly requestId: string; readonly keyId: string; readonly reason: string }[]
  readonly forks: readonly ForkDecision[]
}

export type MasterPort = {
  readonly masterId: MasterId
  readonly level: MasterLevel
  readonly keyId: string
  readonly publicKey: Uint8Array
  readonly name: () => string
  readonly rootDomainId: DomainId
  readonly ports: Ports
  readonly reader: Reader
  readonly commit: <Value>(act: (commit: Commit) => Value) => Value
  readonly standing: (node: NodeId) => NodeStanding | undefined
  /** How the node's request to join stands; undefined when it never asked. */
  readonly enrolment: (node: NodeId) => EnrolmentStanding | undefined
  /** Requests that wait for a person. */
  readonly pendingEnrolments: () => number
  /** What the node is to be, under the authority in force; undefined while nothing is desired of it. */
  readonly desiredFor: (node: NodeId) => Omit<DesiredDocument, 'v' | 'at'> | undefined
  /** What it is told to do now, noted as sent; undefined when there is nothing. */
  readonly commandsFor: (node: NodeId) => Omit<CommandsDocument, 'v' | 'at'> | undefined
  /** Its last snapshot held against that; undefined while there is nothing to compare. */
  readonly driftOf: (node: NodeId) => { readonly score: number; readonly outOfSpec: number } | undefined
  /** How strictly the domain reconciles what comes back. */
  readonly reconciliationOf: (domain: DomainId) => ReconciliationPolicy
  /** Other machines that ask to be this node, those that were turned away, and what was decided about forks of its logs. */
  readonly offersOf: (node: NodeId) => NodeOffers
  /** A command that was issued to this node, as far as this master knows. */
  readonly issuedTo: (node: NodeId, commandId: string) => IssuedHere | undefined
  /** An open return of the node at another master, as far as its events have come here; undefined where no other master is known. */
  readonly openElsewhere?: (node: NodeId) => { readonly masterId: MasterId; readonly sessionId: SessionId } | undefined
  /** The signed grants that led to the domain's master of record; empty where they are not all held. */
  readonly grantChain?: (domain: DomainId) => readonly Envelope[]
  /** Takes in that glass was broken at the node for this master ([AU23]); again, and nothing changes. */
  readonly takeGlass?: (node: NodeId, statement: Envelope) => Result<undefined>
  /** Takes in what a node obeys by and this master lost with a restore ([AU24]): how many links. */
  readonly takeShown?: (chain: readonly Envelope[]) => Result<number>
  /** Who holds the domain, by the grant in force there, where that is another master. */
  readonly holderOf?: (domain: DomainId) => { readonly masterId: string; readonly publicKey: string } | undefined
  /** What a node of the domain is shown of its own moves, and of the domain being given back. */
  readonly moves?: (domain: DomainId, node: NodeId | undefined) => readonly Envelope[]
  /** The domain of the line whose grant is in force in this one. */
  readonly heldAt?: (domain: DomainId) => DomainId | undefined
  /** The domain and those above it. */
  readonly domainLine?: (domain: DomainId) => readonly DomainId[]
  /** This master's hybrid logical clock, which only grows. */
  readonly tick?: () => Hlc
  readonly signStatement: (payloadType: string, document: unknown) => SignedStatement
  /** A node was heard: presence in memory, and an assessment when it changes the mode. */
  readonly heard: (node: NodeId, heard: Heard) => void
  /** Ticks of progress that no event carries (bytes of a replay). */
  readonly changed: (node: NodeId) => void
  /** Bad input, counted by code and visible in the console. */
  readonly refused: (code: string, sentence: string, facts?: Facts) => void
}

export type Heard = {
  readonly at: number
  readonly heartbeat?: HeartbeatRequest
  readonly link?: LinkQuality
  /** The node's wall clock minus ours, milliseconds; told when it proves its identity. */
  readonly clockOffsetMs?: number
}
