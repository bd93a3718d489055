/** Hands out a log as it travels: encoded segments, cut at signed points only. The unsigned tail of a log is never among them. */
import type { Reader, Row } from '../kernel/reader.ts'
import type { LogId } from '../log/log-id.ts'
import { encodeFramedSegment } from '../log/segment.ts'
import { branchOf, readFramedPath, readLogTree, type Branch, type LogTree } from './branches.ts'

export type StoredSegment = {
  readonly branch: number
  readonly from: number
  readonly to: number
  /** As `encodeSegment` makes them: the very bytes that were taken in. */
  readonly bytes: Uint8Array
}

type SegmentRow = Row & {
  readonly branch: number
  readonly from_seq: number
  readonly to_seq: number
  readonly header: Uint8Array
  readonly signature: Uint8Array
}

/**
 * The segments that hold `fromSeq` and all after it on the way to the tip of `branch`, in order. The first one may begin before
 * `fromSeq`, and neighbours may overlap: who takes them in keeps only what is new. Reads one segment at a time, so that a log of any
 * length can be walked, and writing may go on in between.
 */
export function* readSegmentsFrom(reader: Reader, log: LogId, fromSeq: number, branch: number = 0): Iterable<StoredSegment> {
  let next = fromSeq
  for (;;) {
    const segment = segmentAt(reader, log, next, branch)
    if (segment === undefined) return
    yield segment
    next = segment.to + 1
  }
}

/** The segment that holds `seq` on the way to the tip of `branch`; undefined when it is not held or not signed. */
export function segmentAt(reader: Reader, log: LogId, seq: number, branch: number = 0): StoredSegment | undefined {
  const tree = readLogTree(reader, log)
  if (tree === undefined || tree.branches.length <= branch) return undefined
  const row = findSegment(reader, tree, branchOf(tree, branch), seq)
  if (row === undefined) return undefined
  const framed = readFramedPath(reader, tree, branchOf(tree, row.branch), row.from_seq, row.to_seq)
  return {
    branch: row.branch,
    from: row.from_seq,
    to: row.to_seq,
    bytes: encodeFramedSegment({ headerBytes: row.header, signature: row.signature, ...framed }),
  }
}

/** Of several with the same end the latest counts: that is the one a replaced key signed again. */
function findSegment(reader: Reader, tree: LogTree, branch: Branch, seq: number): SegmentRow | undefined {
  const row = reader.get<SegmentRow>(
    `SELECT branch, from_seq, to_seq, header, signature FROM segments
      WHERE log = ? AND branch = ? AND to_seq >= ? ORDER BY to_seq, number DESC LIMIT 1`,
    tree.number,
    branch.number,
    seq,
  )
  if (row !== undefined && row.from_seq <= seq) return row
  return branch.parent === undefined ? undefined : findSegment(reader, tree, branchOf(tree, branch.parent), seq)
}
