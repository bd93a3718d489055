/**
 * What a node does with a relay that answers while the master behind it does not: leave what the master lacks, and take what the master
 * left. Held at a relay is not acknowledged: only the master's word ends the matter, and until then the node keeps and offers all of it
 * ([RY12], [RY13]).
 */
import type { ApprovalDocument } from '../contract/gateway/enrolment.ts'
import { heldAnswer, leftAnswer, type LeftForNode, relayHeaders } from '../contract/relay-link.ts'
import { toBase64 } from '../kernel/hex.ts'
import type { Ports, Transport } from '../kernel/ports.ts'
import { parseLogId } from '../log/log-id.ts'
import { readBlob } from '../store/blobs.ts'
import type { Store } from '../store/open.ts'
import { segmentAt } from '../store/read-segments.ts'
import { takeChain } from './authority.ts'
import { createDepositor } from './deposit.ts'
import { createGatewayClient, type GatewayClient } from './gateway-client.ts'
import type { Identity } from './identity.ts'
import type { Journal } from './journal.ts'
import type { LinkMeter } from './link-meter.ts'
import type { Memory } from './memory.ts'
import { digestsIn, type Uploader } from './upload.ts'

export type HeldAtRelay = {
  readonly relayId: string
  /** Of those that the master has not acknowledged. */
  readonly events: number
}

export type Custody = {
  /** Leaves and takes what there is; whatever fails is tried again at the next contact. */
  readonly visit: () => Promise<void>
  /** The master answers by itself again. */
  readonly over: () => void
  readonly held: () => HeldAtRelay | undefined
}

export type CustodyParts = {
  readonly ports: Ports
  readonly store: Store
  readonly identity: Identity
  readonly journal: Journal
  readonly memory: Memory
  readonly uploader: Uploader
  readonly meter: LinkMeter
  readonly timeoutMs: number
  readonly relayAlone: () => Transport | undefined
  /** What the master left: signed by it, judged as if it had come from it. */
  readonly take: (left: LeftForNode, approval: ApprovalDocument) => void
  readonly isClosed: () => boolean
}

export function createCustody(parts: CustodyParts): Custody {
  const { ports, store, identity, journal, memory, uploader, meter, timeoutMs, relayAlone, take, isClosed } = parts
  let held: HeldAtRelay | undefined
  /** What the relay said it holds when it was asked last, or took since. */
  let tops = new Map<string, number>()

  const countHeld = (): number =>
    journal.heads().reduce((sum, { log, seq }) => {
      const acknowledged = memory.get('held')?.[log] ?? 0
      return sum + Math.max(0, Math.min(seq, tops.get(log) ?? 0) - acknowledged)
    }, 0)

  const leave = async (client: GatewayClient): Promise<string | undefined> => {
    const asked = await client.ask(heldAnswer, { method: 'GET', path: `/v1/relay/held?origin=${identity.nodeId}` })
    if (asked.kind !== 'ok') return undefined
    const { relayId } = asked.value
    tops = new Map(asked.value.held.map(({ log, seq }) => [log, seq]))
    const deposit = createDepositor(client, ports.clock.monotonic, identity.publicKey)
    const delivered = new Set<string>()
    for (const { log, fromSeq } of uploader.pending()) {
      for (let next = Math.max(fromSeq, (tops.get(log) ?? 0) + 1); ; ) {
        if (isClosed()) return relayId
        const segment = segmentAt(store.reader, parseLogId(log), next)
        if (segment === undefined) break
        for (const digest of digestsIn(segment.bytes)) {
          const body = delivered.has(digest) ? undefined : readBlob(store.reader, digest)
          if (body === undefined) continue
          const blob = await deposit({ kind: 'blob', digest, body })
          if (blob.kind !== 'ok') return relayId
          delivered.add(digest)
        }
        const { from, to } = segment
        const body = ports.compression.zstd(segment.bytes)
        const answer = await deposit({ kind: 'segment', key: identity.publicKey, log, from, to, body })
        if (answer.kind === 'ok') {
          tops.set(log, to)
          next = to + 1
        } else if (answer.kind === 'problem') break
        // Full, or gone: the more urgent lanes went first.
        else return relayId
      }
    }
    return relayId
  }
  const fetch = async (client: GatewayClient): Promise<void> => {
    const approval = memory.get('approval')
    if (approval === undefined) return
    const answer = await client.ask(leftAnswer, {
      method: 'POST',
      path: '/v1/relay/left',
      json: { nodeIds: [identity.nodeId] },
      headers: { [relayHeaders.key]: toBase64(identity.publicKey) },
    })
    if (answer.kind !== 'ok') return
    for (const left of answer.value.left) {
      if (left.nodeId !== identity.nodeId) continue
      const who = { masterId: approval.masterId, publicKey: approval.masterPublicKey, name: approval.masterName }
      // Refused where it leads elsewhere; what follows from it is then judged under the epoch that is known.
      if (left.chain.length > 0) takeChain({ crypto: ports.crypto, store, memory, nowMs: ports.clock.now }, left.chain, who)
      take(left, memory.get('approval') ?? approval)
    }
  }

  return {
    held: () => held,
    over: () => {
      held = undefined
    },
    visit: async () => {
      const relay = relayAlone()
      if (relay === undefined || isClosed()) return
      journal.sign()
      const client = createGatewayClient(relay, ports.clock, meter, timeoutMs)
      const relayId = await leave(client)
      if (relayId === undefined || isClosed()) return
      held = { relayId, events: countHeld() }
      await fetch(client)
      // What it was told to do was done at once, and is left there as well.
      if (journal.unsigned() === 0) return
      journal.sign()
      await leave(client)
      held = { relayId, events: countHeld() }
    },
  }
}
