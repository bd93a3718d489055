/** Sends what the master lacks: whole signed segments in pieces, lane by lane, each blob before the event that needs it. */
import { blobAnswer, segmentAnswer } from '../contract/gateway/pieces.ts'
import { gatewayLimits } from '../contract/gateway/wire.ts'
import type { z } from 'zod'
import { isAppError } from '../kernel/app-error.ts'
import { toHex } from '../kernel/hex.ts'
import type { Ports } from '../kernel/ports.ts'
import type { Reader } from '../kernel/reader.ts'
import { readEvent } from '../log/event-bytes.ts'
import { lanes, parseLogId } from '../log/log-id.ts'
import { decodeSegment, verifySegment } from '../log/segment.ts'
import { nodeEvents } from '../fleet/node/node-events.ts'
import { readBlob } from '../store/blobs.ts'
import { branchOf, headAt, readLogTree } from '../store/branches.ts'
import type { Store } from '../store/open.ts'
import { segmentAt } from '../store/read-segments.ts'
import type { Answer, Failure, GatewayClient } from './gateway-client.ts'
import type { Head, Journal } from './journal.ts'
import type { Identity } from './identity.ts'
import { signedWithPresentKey } from './new-key.ts'
import type { Memory } from './memory.ts'

export type Range = { readonly log: string; readonly fromSeq: number }

export type Uploader = {
  /** What the master has not acknowledged, in the order to send it; of a log that it refused only what comes before that part. */
  readonly pending: () => readonly Range[]
  /** Events in `pending`. */
  readonly backlog: () => number
  /** Undefined when the master holds all signed segments of the ranges. One that it refuses is remembered, and not offered again. */
  readonly send: (token: string, ranges: readonly Range[]) => Promise<Failure | undefined>
  /** How far the node stands by each of its logs: to its end, or to the part that the master refused ([AG3]). */
  readonly standsBy: () => readonly Head[]
  /** Pieces that the master has taken in this run. */
  readonly acknowledged: () => number
}

type UploaderParts = {
  readonly ports: Ports
  readonly store: Store
  readonly identity: Identity
  readonly journal: Journal
  readonly memory: Memory
  readonly client: GatewayClient
  /** Called after every request, so that a long upload on a thin link does not silence the heartbeat. */
  readonly between: () => Promise<Failure | undefined>
}

/** A piece is to take about this long, so that a link that drops every minute still gets whole pieces through. */
const pieceMs = { least: 500, most: 3000 } as const
const leastPieceBytes = 1024
/** A refused part is offered again after this long: it may have been the way there that spoilt it, or the master's own mistake. */
const refusedForMs = 60 * 60_000
/** So often a link may spoil the same part; a master that still refuses it means the part. */
const mostSpoilt = 3
/** A master that asks to go back does so by halves; more than this is no search but a circle. */
const mostCorrections = 40

export function createUploader({ ports, store, identity, journal, memory, client, between }: UploaderParts): Uploader {
  let pieceBytes = 16 * 1024
  let acknowledged = 0
  /** Blobs that the master has: of a new snapshot most parts are the old ones. */
  const delivered = new Set<string>()
  /** How often in a row a part of a log was refused that is sound here. */
  const spoilt = new Map<string, number>()

  /** Where the part begins that the master refused; undefined where it refused none. */
  const refusedFrom = (log: string): number | undefined => {
    const refusal = memory.get('refusedLogs')?.[log]
    return refusal !== undefined && ports.clock.now() - Date.parse(refusal.at) < refusedForMs ? refusal.fromSeq : undefined
  }
  // What came before counts whatever became of the rest: a master that was restored has to be able to ask for it.
  const standsBy = (): readonly Head[] =>
    journal.heads().flatMap((head) => {
      const end = refusedFrom(head.log)
      return end === undefined || end > head.seq ? [head] : pointBefore(store.reader, head.log, end)
    })
  const unacknowledged = (): readonly (Head & Range)[] => {
    const held = memory.get('held') ?? {}
    return standsBy()
      .map((head) => ({ ...head, fromSeq: (held[head.log] ?? 0) + 1 }))
      .filter(({ seq, fromSeq }) => fromSeq <= seq)
  }
  const remember = (log: string, heldSeq: number): void =>
    store.transact((writer) => {
      memory.put(writer, 'held', { ...memory.get('held'), [log]: heldSeq })
      const { [log]: refusal, ...others } = memory.get('refusedLogs') ?? {}
      if (refusal !== undefined && refusal.fromSeq <= heldSeq) memory.put(writer, 'refusedLogs', others)
    })
  const rememberRefusal = (log: string, fromSeq: number, { code, sentence }: Failure): void =>
    store.transact((writer) => {
      const at = new Date(ports.clock.now()).toISOString()
      memory.put(writer, 'refusedLogs', { ...memory.get('refusedLogs'), [log]: { fromSeq, code, sentence, at } })
    })

  /** What is sound here was spoilt on the way, and is sent again before the node believes that it was refused. */
  const isToBlame = (answer: Failure, log: string, signed: Uint8Array): boolean => {
    const decoded = decodeSegment(signed)
    const isSound = decoded.ok && verifySegment(ports.crypto, identity.publicKey, decoded.value).ok
    const times = (spoilt.get(log) ?? 0) + 1
    spoilt.set(log, times)
    return !isSound || answer.code === 'SEGMENT_FORKED' || times >= mostSpoilt
  }

  /** Sends `bytes` from where the far end says it has them. The same piece twice does no harm there. */
  const sendPieces = async <Progress extends { readonly offset: number; readonly isComplete: boolean }>(
    shape: z.ZodType<Progress>,
    token: string,
    path: string,
    mediaType: string,
    bytes: Uint8Array,
  ): Promise<Answer<Progress>> => {
    let offset = 0
    for (let stalls = 0; stalls < 3; ) {
      const body = bytes.subarray(offset, offset + pieceBytes)
      const startedAt = ports.clock.monotonic()
      const answer = await client.ask(shape, {
        method: 'PUT',
        path: `${path}offset=${offset}&total=${bytes.length}`,
        token,
        bytes: { mediaType, body },
      })
      const tookMs = ports.clock.monotonic() - startedAt
      if (answer.kind === 'silent' || tookMs > pieceMs.most) pieceBytes = Math.max(leastPieceBytes, pieceBytes >> 1)
      else if (tookMs < pieceMs.least && body.length === pieceBytes) pieceBytes = Math.min(gatewayLimits.maxPieceBytes, pieceBytes * 2)
      if (answer.kind === 'ok') acknowledged++
      const isDone = answer.kind === 'ok' && answer.value.isComplete
      const reached = answer.kind === 'ok' ? answer.value.offset : expectedOf(answer, 'PIECE_GAP')
      if (reached === undefined || isDone) return answer
      const failure = await between()
      if (failure !== undefined) return failure
      if (reached <= offset) stalls++
      offset = Math.min(reached, bytes.length)
    }
    return { kind: 'silent', code: 'UPLOAD_STALLED', sentence: 'The master keeps asking for a piece that it was given.' }
  }

  const sendBlobs = async (token: string, segment: Uint8Array): Promise<Failure | undefined> => {
    for (const digest of digestsIn(segment)) {
      const bytes = delivered.has(digest) ? undefined : readIntact(digest)
      if (bytes === undefined) continue
      const answer = await sendPieces(blobAnswer, token, `/v1/blobs/${digest}?`, 'application/octet-stream', bytes)
      if (answer.kind !== 'ok') return answer
      delivered.add(digest)
    }
    return undefined
  }

  /** A damaged blob is not sent, and that is recorded; the event that speaks of it goes all the same. */
  const readIntact = (digest: string): Uint8Array | undefined => {
    try {
      return readBlob(store.reader, digest)
    } catch (error) {
      if (!isAppError(error) || error.code !== 'BLOB_DAMAGED') throw error
      delivered.add(digest)
      journal.record([{ type: 'ibcf.alarm.raised.v1', data: { name: 'blob-damaged', severity: 'warning', detail: error.message } }])
      return undefined
    }
  }

  const sendLog = async (token: string, { log, fromSeq }: Range): Promise<Failure | undefined> => {
    let next = fromSeq
    for (let corrections = 0; corrections < mostCorrections; ) {
      if (next >= (refusedFrom(log) ?? Number.POSITIVE_INFINITY)) return undefined
      const segment = segmentAt(store.reader, parseLogId(log), next)
      if (segment === undefined) return undefined
      const path = `/v1/segments?log=${encodeURIComponent(log)}&from=${segment.from}&to=${segment.to}&`
      const signed = signedWithPresentKey(ports.crypto, identity, segment.bytes)
      const packed = ports.compression.zstd(signed)
      const failure = await sendBlobs(token, segment.bytes)
      if (failure !== undefined) return failure
      const answer = await sendPieces(segmentAnswer, token, path, 'application/vnd.ibcf.segment+zstd', packed)
      if (answer.kind === 'ok') {
        remember(log, answer.value.held.seq)
        spoilt.delete(log)
        next = segment.to + 1
      } else if (expectedOf(answer, 'SEGMENT_GAP') !== undefined) {
        next = Math.max(1, expectedOf(answer, 'SEGMENT_GAP') ?? 1)
        corrections++
      } else if (isRefusalOfContent(answer)) {
        if (isToBlame(answer, log, signed)) rememberRefusal(log, segment.from, answer)
        return answer
      } else return answer
      const interruption = await between()
      if (interruption !== undefined) return interruption
    }
    return { kind: 'silent', code: 'UPLOAD_STALLED', sentence: 'The master keeps asking for other parts of the log than it is given.' }
  }

  return {
    standsBy,
    acknowledged: () => acknowledged,
    pending: () => unacknowledged().toSorted(bySendingOrder),
    backlog: () => unacknowledged().reduce((sum, { seq, fromSeq }) => sum + seq - fromSeq + 1, 0),
    send: async (token, ranges) => {
      for (const range of ranges) {
        const failure = await sendLog(token, range)
        if (failure !== undefined) return failure
      }
      return undefined
    },
  }
}

function pointBefore(reader: Reader, log: string, end: number): readonly Head[] {
  const tree = end > 1 ? readLogTree(reader, parseLogId(log)) : undefined
  return tree === undefined ? [] : [{ log, seq: end - 1, head: toHex(headAt(reader, tree, branchOf(tree, 0), end - 1)) }]
}

/** Control first, then fact, then bulk; within a lane the older incarnation first (ULIDs sort by age). */
function bySendingOrder(a: Range, b: Range): number {
  const rank = ({ log }: Range): number => lanes.indexOf(parseLogId(log).lane)
  return rank(a) - rank(b) || (a.log < b.log ? -1 : 1)
}

/** What a 409 with this code asks for instead. */
function expectedOf(answer: Answer<unknown>, code: string): number | undefined {
  if (answer.kind !== 'problem' || answer.code !== code) return undefined
  const { expected } = answer.facts
  return typeof expected === 'number' && Number.isSafeInteger(expected) && expected >= 0 ? expected : undefined
}

/** Digests of the blobs that events of this segment need. Reads it like a stranger's: what lies on disk may have been altered. */
export function digestsIn(segment: Uint8Array): readonly string[] {
  const decoded = decodeSegment(segment)
  if (!decoded.ok || decoded.value.log.lane !== 'bulk') return []
  return decoded.value.events.flatMap((bytes) => {
    const reading = readEvent(bytes)
    if (reading.kind !== 'event' || reading.envelope.type !== 'ibcf.snapshot.taken.v1') return []
    const snapshot = nodeEvents['ibcf.snapshot.taken.v1'].data.safeParse(reading.envelope.data)
    return snapshot.success ? snapshot.data.parts.map(({ digest }) => digest) : []
  })
}

/** Codes of the verifier: it is the content that is bad, not the moment nor the way there. */
function isRefusalOfContent(answer: Failure): boolean {
  return answer.kind === 'problem' && answer.code.startsWith('SEGMENT_') && answer.code !== 'SEGMENT_GAP'
}
