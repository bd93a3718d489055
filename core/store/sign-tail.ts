/** Signs what was appended to a log of one's own since its last signed point. Nothing leaves the machine unsigned. */
import { toHex } from '../kernel/hex.ts'
import type { Hlc } from '../kernel/hlc.ts'
import type { Writer } from '../kernel/reader.ts'
import { extendHead } from '../log/chain.ts'
import { formatLogId, type LogId } from '../log/log-id.ts'
import { segmentTarget, signSegment, type SegmentHeader } from '../log/segment.ts'
import { headAt, lastSignedPoint, readBytes, readLogTree } from './branches.ts'
import { contextOf } from './context.ts'
import { insertSegment } from './insert-segment.ts'

export type Signer = { readonly keyId: string; readonly privateKey: Uint8Array }

/** More than a header, its signature and the frame ever take. */
const frameBytes = 1024

/**
 * Cuts the tail into segments of at most `segmentTarget` (an event larger than that stands alone) and answers the header of the
 * last one, or undefined when there was nothing to sign. `otherLanes` goes into control segments. Throws NotFound `KEY_NOT_HELD`
 * when the signer's public key was not put into the store.
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
  let from = (lastSignedPoint(writer, tree, tip)?.to ?? 0) + 1
  if (from > tip.seq) return undefined
  let prev = headAt(writer, tree, tip, from - 1)
  let last: SegmentHeader | undefined
  while (from <= tip.seq) {
    const tail = readBytes(writer, tree.number, tip.number, from, Math.min(tip.seq, from + segmentTarget.maxEvents - 1))
    const run = tail.slice(0, runLength(tail))
    const to = from + run.length - 1
    // At the tip the head that was kept at append is signed, not one made of what lies there now: what was altered since shows.
    const head = to === tip.seq ? tip.head : run.reduce((reached, bytes) => extendHead(crypto, reached, bytes), prev)
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
    from = to + 1
    prev = head
  }
  return last
}

/** How many of these fit into one segment; at least one. */
function runLength(tail: readonly Uint8Array[]): number {
  let size = frameBytes
  for (const [index, bytes] of tail.entries()) {
    size += 4 + bytes.length
    if (size > segmentTarget.maxBytes && index > 0) return index
  }
  return tail.length
}
