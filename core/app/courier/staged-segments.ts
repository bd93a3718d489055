/**
 * Looks at segments as taking them in would, and writes nothing: who signed them, whether they follow on what is held, what is new in
 * them ([CU9]). The answers are those of core/app/sync/take-in.ts; keys that the segments themselves bring count here as they do there.
 */
import { equalBytes, fromHex, toHex } from '../../kernel/hex.ts'
import type { Ports } from '../../kernel/ports.ts'
import type { Reader } from '../../kernel/reader.ts'
import type { Lane } from '../../log/log-id.ts'
import { readEvent } from '../../log/event-bytes.ts'
import { decodeSegment, type DecodedSegment, verifySegment } from '../../log/segment.ts'
import { headAt, type LogTree, readLogTree } from '../../store/branches.ts'
import { lastPosition } from '../../store/read-events.ts'
import type { StoredEvent } from '../../store/stored-event.ts'
import type { ReadModel } from '../read-model.ts'
import { vouchedKey } from '../sync/known-key.ts'
import { isFolded } from './folded-types.ts'
import { type Overlay, overlay } from './overlay.ts'

export type Fork = { readonly log: string; readonly at: number }
export type Refused = { readonly code: string; readonly sentence: string; readonly log: string; readonly count: number }
export type Waiting = { readonly log: string; readonly from: number; readonly expected: number }
export type LaneCount = { segments: number; events: number; known: number }

export type Staged = {
  readonly overlay: Overlay
  readonly lanes: Readonly<Record<Lane, LaneCount>>
  readonly forks: readonly Fork[]
  readonly refused: readonly Refused[]
  /** What comes before it is missing here: it stays out, and is asked for by the receipt. */
  readonly waiting: readonly Waiting[]
  /** False where there was more than could be looked at: what lies beyond is only counted. */
  readonly isWhole: boolean
}

/** Events that are folded for a preview; beyond them they are counted. They are held in memory, about 1 KiB each. */
export const foldedAtMost = 100_000
const listedAtMost = 200
/** Segments of one slice, in which nobody else is served. */
const atATime = 16

type StagePorts = Pick<Ports, 'crypto' | 'scheduler' | 'clock'>

/** Plain encoded segments in the order in which they came. Bulk is counted and not looked into. */
export async function stageSegments(
  model: ReadModel,
  segments: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  ports: StagePorts,
  moment: <Value>(read: () => Value) => Value,
): Promise<Staged> {
  const stage = createStage(model, ports)
  let slice: Uint8Array[] = []
  const work = async (): Promise<void> => {
    const pieces = slice
    slice = []
    moment(() => pieces.forEach(stage.take))
    await ports.scheduler.yield()
  }
  for await (const bytes of segments) {
    slice.push(bytes)
    if (slice.length === atATime) await work()
  }
  await work()
  // A key may come behind what it signed.
  while (moment(stage.retry)) await ports.scheduler.yield()
  return stage.end()
}

function createStage(model: ReadModel, { crypto, clock }: StagePorts) {
  const { reader } = model
  const laid = overlay(model)
  const counts: Record<Lane, LaneCount> = { control: noCount(), fact: noCount(), bulk: noCount() }
  const forks = new Map<string, Fork>()
  const refused = new Map<string, { code: string; sentence: string; log: string; count: number }>()
  const waiting: Waiting[] = []
  /** How far each log is, with what was staged. */
  const tips = new Map<string, { seq: number; head: string }>()
  let unknown: DecodedSegment[] = []
  let position = lastPosition(reader)
  let folded = 0
  const nowMs = clock.now()

  function refuse(log: string, code: string, sentence: string): void {
    const known = refused.get(`${code} ${log}`)
    if (known === undefined) refused.set(`${code} ${log}`, { code, sentence, log, count: 1 })
    else known.count++
  }

  function take(bytes: Uint8Array): void {
    const decoded = decodeSegment(bytes)
    if (!decoded.ok) return refuse('', decoded.refusal.code, decoded.refusal.sentence)
    if (!judge(decoded.value)) unknown.push(decoded.value)
  }

  /** False when nobody vouches for the key yet. */
  function judge(decoded: DecodedSegment): boolean {
    const { header, log } = decoded
    const publicKey = vouchedKey(laid.model, reader, log.origin, header.keyid)
    if (publicKey === undefined) return false
    const verified = verifySegment(crypto, publicKey, decoded)
    if (!verified.ok) {
      refuse(header.log, verified.refusal.code, verified.refusal.sentence)
      return true
    }
    place(decoded)
    return true
  }

  function place(decoded: DecodedSegment): void {
    const { header, log } = decoded
    const { from, to, prev, head } = header
    const count = counts[log.lane]
    const tree = readLogTree(reader, log)
    const tip = tips.get(header.log) ?? tipOf(tree)
    if (to <= tip.seq && isHeld(reader, tree, to, head)) {
      count.known++
      return
    }
    if (from > tip.seq + 1) {
      if (waiting.length < listedAtMost) waiting.push({ log: header.log, from, expected: tip.seq + 1 })
      return
    }
    count.segments++
    const isFollowing = from === tip.seq + 1 ? prev === tip.head || tip.seq === 0 : isHeld(reader, tree, from - 1, prev)
    const fresh = isFollowing ? Math.max(from, tip.seq + 1) : from
    if (!isFollowing || (from <= tip.seq && to <= tip.seq)) {
      if (!forks.has(header.log)) forks.set(header.log, { log: header.log, at: Math.max(from, 1) })
      count.events += to - from + 1
      return
    }
    count.events += to - fresh + 1
    tips.set(header.log, { seq: to, head })
    if (log.lane !== 'bulk') fold(decoded, fresh)
  }

  function fold({ header, log, events }: DecodedSegment, fresh: number): void {
    for (let seq = fresh; seq <= header.to; seq++) {
      const bytes = events[seq - header.from]
      if (bytes === undefined) continue
      const read = readEvent(bytes)
      if (read.kind !== 'event' || !isFolded(read.envelope)) continue
      folded++
      if (folded > foldedAtMost) continue
      const event: StoredEvent = {
        position: ++position,
        log,
        branch: 0,
        seq,
        recordedAt: nowMs,
        bytes: new Uint8Array(),
        event: read.envelope,
      }
      laid.add(event)
    }
  }

  return {
    take,
    /** True while it helps to ask again. */
    retry: (): boolean => {
      const before = unknown
      unknown = []
      for (const decoded of before) if (!judge(decoded)) unknown.push(decoded)
      return unknown.length > 0 && unknown.length < before.length
    },
    end: (): Staged => {
      for (const { header } of unknown)
        refuse(header.log, 'KEY_UNKNOWN', 'Nobody here vouches for the key that signed this part of a log; it is taken once somebody does.')
      return {
        overlay: laid,
        lanes: counts,
        forks: [...forks.values()].slice(0, listedAtMost),
        refused: [...refused.values()].slice(0, listedAtMost),
        waiting,
        isWhole: folded <= foldedAtMost,
      }
    },
  }
}

function tipOf(tree: LogTree | undefined): { seq: number; head: string } {
  const first = tree?.branches[0]
  return first === undefined ? { seq: 0, head: '' } : { seq: first.seq, head: toHex(first.head) }
}

/** On any branch: a fork that is held already is nothing new. */
function isHeld(reader: Reader, tree: LogTree | undefined, seq: number, head: string): boolean {
  if (seq === 0) return true
  const bytes = fromHex(head)
  return tree?.branches.some((branch) => branch.seq >= seq && equalBytes(headAt(reader, tree, branch, seq), bytes)) ?? false
}

function noCount(): LaneCount {
  return { segments: 0, events: 0, known: 0 }
}
