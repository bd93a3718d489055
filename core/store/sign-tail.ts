/** Signs what was appended to a log of one's own since its last signed point. Nothing leaves the machine unsigned. */
import { equalBytes, toHex } from '../kernel/hex.ts'
import type { Hlc } from '../kernel/hlc.ts'
import type { Crypto } from '../kernel/ports.ts'
import type { Reader, Writer } from '../kernel/reader.ts'
import { extendHeadBy } from '../log/chain.ts'
import { joinFrames, sliceFrames, type FramedEvents } from '../log/framing.ts'
import { formatLogId, type LogId } from '../log/log-id.ts'
import { segmentTarget, signSegment, type SegmentHeader } from '../log/segment.ts'
import { headAt, lastSignedPoint, readLogTree, type LogTree } from './branches.ts'
import { contextOf } from './context.ts'
import { insertSegment } from './insert-segment.ts'
import { partOf, runsOfBranch } from './runs.ts'

export type Signer = { readonly keyId: string; readonly privateKey: Uint8Array }

/** More than a header, its signature and the frame ever take. */
const headerBytes = 1024

/**
 * Cuts the tail into segments of at most `segmentTarget` (an event larger than that stands alone) and answers the header of the
 * last one, or undefined when there was nothing to sign. `otherLanes` goes into control segments. Throws NotFound `KEY_NOT_HELD`
 * when the signer's public key was not put into the store.
 *
 * When the tail no longer gives the head that was kept as it was appended, it was altered on the disk, and nobody knows where. Then
 * that head is signed for all of it, so that no part of it passes for what the origin once recorded.
 */
export function signTail(
  writer: Writer,
  log: LogId,
  signer: Signer,
  signedAt: Hlc,
  otherLanes?: SegmentHeader['lanes'],
): SegmentHeader | undefined {
  const { crypto } = contextOf(writer).ports
  const tree = readLogTree(writer, log)
  const tip = tree?.branches[0]
  if (tree === undefined || tip === undefined) return undefined
  const start = (lastSignedPoint(writer, tree, tip)?.to ?? 0) + 1
  const before = headAt(writer, tree, tip, start - 1)
  const reached = chainedRuns(crypto, before, runsOf(writer, tree, start))
  const isAsAppended = equalBytes(reached.at(-1)?.head ?? before, tip.head)
  let prev = before
  let last: SegmentHeader | undefined
  for (const { from, to, head: found } of reached) {
    const head = isAsAppended ? found : tip.head
    last = {
      v: 1,
      log: formatLogId(log),
      from,
      to,
      prev: toHex(prev),
      head: toHex(head),
      keyid: signer.keyId,
      ...(otherLanes === undefined ? {} : { lanes: otherLanes }),
      signedAt,
    }
    insertSegment(writer, tree.number, tip.number, last, signSegment(crypto, last, signer.privateKey))
    prev = head
  }
  return last
}

type ChainedRun = { readonly from: number; readonly to: number; readonly head: Uint8Array }

function chainedRuns(crypto: Crypto, before: Uint8Array, runs: Iterable<Run>): readonly ChainedRun[] {
  const reached: ChainedRun[] = []
  for (const { from, run } of runs) {
    const head = extendHeadBy(crypto, reached.at(-1)?.head ?? before, run)
    reached.push({ from, to: from + run.ends.length - 1, head })
  }
  return reached
}

type Run = { readonly from: number; readonly run: FramedEvents }

/** The tail from `start` on, cut where the next event would make a segment too large. Reads each event once, whatever their size. */
function* runsOf(reader: Reader, tree: LogTree, start: number): Generator<Run, void> {
  const tip = tree.branches[0]?.seq ?? 0
  let parts: FramedEvents[] = []
  let from = start
  let size = headerBytes
  let count = 0
  for (const stored of runsOfBranch(reader, tree.number, 0, start, tip)) {
    const part = partOf(stored, start, tip)
    let cut = 0
    for (const [index, end] of part.ends.entries()) {
      const eventBytes = end - (index === 0 ? 0 : (part.ends[index - 1] ?? 0))
      const isFull = size + eventBytes > segmentTarget.maxBytes || count === segmentTarget.maxEvents
      if (isFull && count > 0) {
        yield { from, run: joinFrames([...parts, sliceFrames(part, cut, index)]) }
        from += count
        parts = []
        size = headerBytes
        count = 0
        cut = index
      }
      size += eventBytes
      count++
    }
    parts.push(sliceFrames(part, cut))
  }
  if (count > 0) yield { from, run: joinFrames(parts) }
}
