/** The node's own logs: facts are appended to their lane, chained at once, and signed in runs before they leave. */
import { type NodeEventData, type NodeEventType, nodeEvents } from '../fleet/node/node-events.ts'
import type { EventEnvelope } from '../kernel/event.ts'
import { tickHlc, type Hlc } from '../kernel/hlc.ts'
import { createUlidSource, type EventId, type IncarnationId } from '../kernel/ids.ts'
import type { Ports } from '../kernel/ports.ts'
import type { Writer } from '../kernel/reader.ts'
import { lanes, parseLogId, type Lane, type LogId } from '../log/log-id.ts'
import type { LaneHead } from '../log/segment.ts'
import { toHex } from '../kernel/hex.ts'
import { appendEvents } from '../store/append-events.ts'
import { readFrontier, readHead } from '../store/frontier.ts'
import { putKey } from '../store/keys.ts'
import type { Store } from '../store/open.ts'
import { signTail } from '../store/sign-tail.ts'
import type { Identity } from './identity.ts'
import type { Memory } from './memory.ts'

/** A point of a log: how far, and with which head (hex). */
export type Head = { readonly log: string; readonly seq: number; readonly head: string }
export type Fact = { readonly [Type in NodeEventType]: { readonly type: Type; readonly data: NodeEventData<Type> } }[NodeEventType]

export type Journal = {
  /** Appends the facts in one transaction with whatever `also` writes: all durable when it returns, or nothing. */
  readonly record: (facts: readonly Fact[], also?: (writer: Writer) => void) => void
  /** Signs every lane's tail; nothing is written where there is none. */
  readonly sign: () => void
  /** Signed and unsigned heads of all its logs, of every incarnation. */
  readonly heads: () => readonly Head[]
  /** Events appended since the last signing. */
  readonly unsigned: () => number
  /** Begins logs of a new name that go on from `continues`; what the old ones hold stays as it is ([AG3]). */
  readonly openIncarnation: (continues: readonly Head[], reason: string, also?: (writer: Writer) => void) => void
}

type JournalParts = {
  readonly ports: Ports
  readonly store: Store
  readonly identity: Identity
  readonly memory: Memory
  readonly recorded: () => void
}

export function openJournal({ ports, store, identity, memory, recorded }: JournalParts): Journal {
  const nextId = createUlidSource(ports.clock, ports.random)
  const source = `urn:ibcf:node:${identity.nodeId}`
  let unsigned = 0
  /** Nothing but what `unsigned` counts is unsigned: false until the first signing, and after a new incarnation left the old one's tail. */
  let isRestSigned = false
  /** As they lie in the store, until the next event; a quiet node is asked for them at every contact. */
  let knownHeads: readonly Head[] | undefined

  const logOf = (lane: Lane): LogId => ({
    origin: identity.nodeId,
    incarnation: memory.get('incarnation') as IncarnationId,
    lane,
    domain: '-',
  })

  const write = (writer: Writer, facts: readonly Fact[]): void => {
    const now = ports.clock.now()
    let clock = memory.get('clock') as Hlc | undefined
    const domain = memory.get('approval')?.domainId
    const envelopes = facts.map((fact): readonly [Lane, EventEnvelope] => {
      clock = tickHlc(clock, now)
      const envelope = {
        specversion: '1.0',
        id: nextId<EventId>(),
        type: fact.type,
        source,
        subject: identity.nodeId,
        time: new Date(now).toISOString(),
        hlc: clock,
        ...(domain === undefined ? {} : { domain: domain as EventEnvelope['domain'] & string }),
        data: fact.data,
      } as const satisfies EventEnvelope
      return [nodeEvents[fact.type].lane, envelope]
    })
    for (const lane of lanes) {
      const own = envelopes.filter(([its]) => its === lane).map(([, envelope]) => envelope)
      appendEvents(writer, logOf(lane), own, now)
    }
    if (clock !== undefined) memory.put(writer, 'clock', clock)
  }

  const transact = (act: (writer: Writer) => void): void => {
    try {
      store.transact(act)
    } finally {
      knownHeads = undefined
    }
  }

  const record = (facts: readonly Fact[], also: (writer: Writer) => void = () => undefined): void => {
    transact((writer) => {
      write(writer, facts)
      also(writer)
    })
    unsigned += facts.length
    recorded()
  }

  const sign = (): void => {
    if (unsigned === 0 && isRestSigned) return
    store.transact((writer) => {
      const signedAt = tickHlc(memory.get('clock') as Hlc | undefined, ports.clock.now())
      const others: Partial<Record<Lane, LaneHead>> = {}
      // Control last: its segments name the heads of the other lanes, so that one that is withheld shows.
      for (const lane of lanes.toReversed()) {
        const log = logOf(lane)
        signTail(writer, log, identity, signedAt, lane === 'control' ? others : undefined)
        const held = readHead(writer, log)
        if (held !== undefined) others[lane] = { seq: held.seq, head: toHex(held.head) }
      }
      // Older incarnations may have ended unsigned.
      if (isRestSigned) return
      for (const { log } of readFrontier(writer, { origin: identity.nodeId })) signTail(writer, parseLogId(log), identity, signedAt)
    })
    unsigned = 0
    isRestSigned = true
  }

  const openIncarnation = (continues: readonly Head[], reason: string, also: (writer: Writer) => void = () => undefined): void => {
    transact((writer) => {
      memory.put(writer, 'nodeId', identity.nodeId)
      putKey(writer, { keyId: identity.keyId, origin: identity.nodeId, publicKey: identity.publicKey }, ports.clock.now())
      memory.put(writer, 'incarnation', nextId<IncarnationId>())
      write(writer, [{ type: 'ibcf.log.opened.v1', data: { continues: continues.slice(0, 64), reason } }])
      also(writer)
    })
    unsigned++
    isRestSigned = false
  }

  if (memory.get('incarnation') === undefined) openIncarnation([], 'first start')
  return {
    record,
    sign,
    heads: () => (knownHeads ??= readFrontier(store.reader, { origin: identity.nodeId }).map(({ log, seq, head }) => ({ log, seq, head }))),
    unsigned: () => unsigned,
    openIncarnation: (...its) => {
      openIncarnation(...its)
      recorded()
    },
  }
}
