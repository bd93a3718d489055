/**
 * Writes what the master decides, in its own logs: one control log per domain, numbered, chained, signed soon after. Everything of
 * one commit - decisions, accepted segments, projections, the caller's own rows - is durable together or not at all.
 */
import canonicalize from 'canonicalize'
import { decisions, type DecisionType } from '../fleet/decisions.ts'
import type { Decision } from '../ingest/master-port.ts'
import { AppError } from '../kernel/app-error.ts'
import type { EventEnvelope } from '../kernel/event.ts'
import { type Hlc, mergeHlc, tickHlc } from '../kernel/hlc.ts'
import { toBase64, toHex } from '../kernel/hex.ts'
import { createUlidSource, type DomainId, type EventId, type NodeId } from '../kernel/ids.ts'
import type { Ports } from '../kernel/ports.ts'
import type { Writer } from '../kernel/reader.ts'
import { preAuthenticationEncoding } from '../log/dsse.ts'
import { formatLogId, type Lane, lanes, type LogId, parseLogId } from '../log/log-id.ts'
import type { LaneHead, SegmentHeader } from '../log/segment.ts'
import { acceptSegment, type Acceptance, type FiledSegment } from '../store/accept-segment.ts'
import { appendEvents } from '../store/append-events.ts'
import { readFrontier, readHead } from '../store/frontier.ts'
import { readLogEvents } from '../store/read-events.ts'
import type { GroupingStore } from '../store/grouping.ts'
import type { Store } from '../store/open.ts'
import { signTail } from '../store/sign-tail.ts'
import type { StoredEvent } from '../store/stored-event.ts'
import type { HeldKey, KeyStore } from '../trust/key-store.ts'
import type { MasterIdentity } from './identity.ts'
import type { ProjectionEngine } from './projecting/engine.ts'

/** Payload type of an operator's signature over an act ([OP3]). */
export const actPayloadType = 'application/vnd.ibcf.act+json'

/** How long decisions may lie unsigned; they are chained and durable at once, and signed before they leave the machine. */
const signAfterMs = 1000

export type Recording = {
  readonly writer: Writer
  readonly decide: <Type extends DecisionType>(decision: Decision<Type>) => EventId
  readonly accept: (node: NodeId, domain: DomainId, segment: FiledSegment) => Acceptance
  /** Stores what came by way of another master, and projects it. Writes nothing of its own: masters would else chase each other for ever. */
  readonly takeIn: (segment: FiledSegment) => Acceptance
}

export type Recorder = {
  readonly record: <Value>(act: (recording: Recording) => Value) => Value
  /** Signs every open tail now. */
  readonly sign: () => void
  /** The next value of this master's own clock, which only grows; what it signs for nodes is ordered by it. */
  readonly tick: () => Hlc
  readonly close: () => void
}

export type RecorderParts = {
  readonly store: GroupingStore
  readonly engine: ProjectionEngine
  readonly identity: MasterIdentity
  readonly key: HeldKey
  readonly keys: KeyStore
  readonly ports: Ports
  /** The epoch at which this master decides in a domain, about whatever the decision is about. */
  readonly epochOf: (domain: DomainId, about: Pick<Decision, 'type' | 'subject' | 'data'>) => number
  /** The placement of what a decision is about, where it is a node ([AU14]). */
  readonly placementOf: (subject: string) => number
  /** Called with the last signed points, once they are durable. */
  readonly signed?: (headers: readonly SegmentHeader[]) => void
  /** Called with what a commit brought, once it is durable. */
  readonly committed: (events: readonly StoredEvent[]) => void
  /** Called with what was recorded in a group that did not become durable, after the recording itself had succeeded. */
  readonly undone: (events: readonly StoredEvent[], error: unknown) => void
}

export function createRecorder({
  store,
  engine,
  identity,
  key,
  keys,
  ports,
  epochOf,
  placementOf,
  committed,
  undone,
  signed,
}: RecorderParts): Recorder {
  const nextId = createUlidSource(ports.clock, ports.random)
  const before = ownLogs(store, identity)
  const open = new Map<string, LogId>(before.unsigned.map((log) => [formatLogId(log), log]))
  let hlc = before.hlc
  let cancelSigning: (() => void) | undefined

  function tick(): Hlc {
    hlc = tickHlc(hlc, ports.clock.now())
    return hlc
  }

  function envelopeOf(decision: Decision): EventEnvelope {
    const time = new Date(ports.clock.now()).toISOString()
    const { type, subject, domain, data, causation, actor, placement, epoch, idempotencykey, expirytime } = decision
    return {
      specversion: '1.0',
      id: nextId<EventId>(),
      type,
      source: `urn:ibcf:master:${identity.masterId}`,
      subject: subject as EventEnvelope['subject'],
      time,
      hlc: tick(),
      domain,
      ...(actor === undefined ? {} : { actor, actorproof: proveAct(keys, ports, { type, subject, time, actor, data }) }),
      ...(causation === undefined ? {} : { causation }),
      epoch: epoch ?? epochOf(domain, decision),
      placement: placement ?? (subject === (domain as string) ? 0 : placementOf(subject)),
      ...(idempotencykey === undefined ? {} : { idempotencykey }),
      ...(expirytime === undefined ? {} : { expirytime }),
      data,
    }
  }

  function logOf(domain: DomainId, type: DecisionType): LogId {
    const log: LogId = { origin: identity.masterId, incarnation: identity.incarnation, lane: decisions[type].lane, domain }
    open.set(formatLogId(log), log)
    return log
  }

  function sign(): void {
    cancelSigning?.()
    cancelSigning = undefined
    if (open.size === 0) return
    const due = [...open.values()]
    const headers = store.transact((writer) =>
      due.map((log) => signTail(writer, log, key, tick(), log.lane === 'control' ? headsOfOtherLanes(writer, log) : undefined)),
    )
    open.clear()
    const made = headers.filter((header) => header !== undefined)
    store.settle({ kept: () => signed?.(made), undone: () => undefined })
  }

  /** Disk full or away: what was decided is durable and stays on the list; the next commit, or the next start, signs it. */
  function signIfPossible(): void {
    try {
      sign()
    } catch (error) {
      ports.diagnostics.warn('could not sign the open tail', { code: error instanceof AppError ? error.code : 'UNKNOWN' })
    }
  }

  function signLater(): void {
    cancelSigning ??= ports.scheduler.after(signAfterMs, () => {
      cancelSigning = undefined
      signIfPossible()
    })
  }

  /** What a failed transaction folded is not what is stored. */
  function forget(brought: readonly StoredEvent[]): void {
    engine.forget(new Set(brought.map(({ event }) => event?.subject as string)))
  }

  function undoing<Value>(brought: readonly StoredEvent[], act: () => Value): Value {
    try {
      return act()
    } catch (error) {
      forget(brought)
      throw error
    }
  }

  // What a killed run left unsigned, whether or not anything is decided soon.
  if (open.size > 0) signLater()
  return {
    sign,
    tick,
    close: () => {
      cancelSigning?.()
      signIfPossible()
    },
    record: (act) => {
      const brought: StoredEvent[] = []
      const keep = (writer: Writer, events: readonly StoredEvent[]): void => {
        brought.push(...events)
        engine.project(writer, events)
      }
      const value = undoing(brought, () =>
        store.transact((writer) =>
          act({
            writer,
            decide: (decision) => {
              const event = envelopeOf(decision)
              keep(writer, appendEvents(writer, logOf(decision.domain, decision.type), [event], ports.clock.now()))
              return event.id
            },
            takeIn: (segment) => {
              const outcome = acceptSegment(writer, segment, ports.clock.now())
              if (outcome.kind === 'gap' || outcome.kind === 'known') return outcome
              keep(writer, outcome.events)
              const last = outcome.events.findLast(({ event }) => event !== undefined)?.event
              if (last !== undefined) hlc = mergeHlc(hlc, last.hlc, ports.clock.now())
              return outcome
            },
            accept: (node, domain, segment) => {
              const outcome = acceptSegment(writer, segment, ports.clock.now())
              if (outcome.kind === 'gap' || outcome.kind === 'known') return outcome
              keep(writer, outcome.events)
              const last = outcome.events.at(-1)?.event
              if (last !== undefined) hlc = mergeHlc(hlc, last.hlc, ports.clock.now())
              const { log, from, to, head } = segment.header
              const accepted = envelopeOf({ type: 'ibcf.segment.accepted.v1', subject: node, domain, data: { log, from, to, head } })
              keep(writer, appendEvents(writer, logOf(domain, 'ibcf.segment.accepted.v1'), [accepted], ports.clock.now()))
              return outcome
            },
          }),
        ),
      )
      if (open.size > 0) signLater()
      // Outside of what is undone: once it is durable it stays, whatever those who are told make of it.
      store.settle({
        kept: () => committed(brought),
        undone: (error) => {
          forget(brought)
          undone(brought, error)
        },
      })
      return value
    },
  }
}

/** The bytes an operator signs: what was done, to what, when, by whom (RFC 8785, so that anyone can make them again). */
export function actBytes(act: {
  readonly type: string
  readonly subject: string
  readonly time: string
  readonly actor: string
  readonly data: unknown
}): Uint8Array {
  const { type, subject, time, actor, data } = act
  const text = canonicalize({ type, subject, time, actor, data })
  if (text === undefined) throw new AppError('Bug', 'ACT_NOT_CANONICAL', 'An act could not be written in its canonical form.', { type })
  return preAuthenticationEncoding(actPayloadType, new TextEncoder().encode(text))
}

function proveAct(
  keys: KeyStore,
  ports: Ports,
  act: { readonly type: string; readonly subject: string; readonly time: string; readonly actor: string; readonly data: unknown },
): string {
  const key = keys.of(act.actor)
  if (key === undefined)
    throw new AppError('Unauthorised', 'OPERATOR_KEY_MISSING', 'The key of this operator is not held here.', { operatorId: act.actor })
  return toBase64(ports.crypto.sign(key.privateKey, actBytes(act)))
}

/** A lane that is withheld shows: each control segment names where the others stood (design 3, Log and segment). */
function headsOfOtherLanes(writer: Writer, log: LogId): NonNullable<SegmentHeader['lanes']> {
  const heads: Partial<Record<Lane, LaneHead>> = {}
  for (const lane of lanes) {
    if (lane === log.lane) continue
    const head = readHead(writer, { ...log, lane })
    if (head !== undefined) heads[lane] = { seq: head.seq, head: toHex(head.head) }
  }
  return heads
}

/** Where this master's own logs of every incarnation stand: the highest clock value in them, and which still have an unsigned tail. */
function ownLogs(store: Store, { masterId }: MasterIdentity): { readonly hlc: Hlc | undefined; readonly unsigned: readonly LogId[] } {
  let hlc: Hlc | undefined
  const unsigned: LogId[] = []
  for (const { log: name, seq } of readFrontier(store.reader, { origin: masterId })) {
    const log = parseLogId(name)
    const last = readLogEvents(store.reader, log, seq, seq)[0]?.event?.hlc
    if (last !== undefined && (hlc === undefined || last > hlc)) hlc = last
    if ((readHead(store.reader, log)?.signedTo ?? 0) < seq) unsigned.push(log)
  }
  return { hlc, unsigned }
}
