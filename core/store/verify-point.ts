/** Checks one signed point of a log: what it is filed under, its signature, and that the chain comes by with the head that was signed. */
import { equalBytes, fromHex, toHex } from '../kernel/hex.ts'
import type { Reader, Row } from '../kernel/reader.ts'
import { extendHeadBy } from '../log/chain.ts'
import { preAuthenticationEncoding, segmentPayloadType } from '../log/dsse.ts'
import { readHeader, segmentLimits, type SegmentHeader } from '../log/segment.ts'
import { readFramedPath } from './branches.ts'
import { addFinding } from './findings.ts'
import type { Walk } from './verify-walk.ts'

export type SignedRow = Row & {
  readonly from_seq: number
  readonly to_seq: number
  readonly header: Uint8Array
  readonly signature: Uint8Array
  readonly keyid: string
  readonly public_key: Uint8Array
}

/** Those that end within `from`..`to`, and those after them that may begin there. */
export function readSignedPoints(reader: Reader, log: number, branch: number, from: number, to: number): readonly SignedRow[] {
  return reader.all<SignedRow>(
    `SELECT from_seq, to_seq, header, signature, keys.keyid, keys.public_key
      FROM segments JOIN keys ON keys.number = segments.key
      WHERE log = ? AND branch = ? AND to_seq BETWEEN ? AND ? AND from_seq <= ? + 1 ORDER BY to_seq`,
    log,
    branch,
    from,
    to + segmentLimits.maxEvents,
    to,
  )
}

/** `as signed` when the chain is; the signed head when the chain is another one; undefined when the point itself says nothing. */
export function checkSignedPoint(walk: Walk, point: SignedRow): 'as signed' | Uint8Array | undefined {
  const { findings, name, crypto } = walk
  const header = readHeader(point.header)
  if (!header.ok || !isFiledRight(header.value, point, name)) {
    addFinding(findings, {
      code: 'SEGMENT_DIFFERS',
      sentence: 'A signed point is not filed under what its header says.',
      log: name,
      seq: point.to_seq,
    })
    return undefined
  }
  if (!crypto.verify(point.public_key, preAuthenticationEncoding(segmentPayloadType, point.header), point.signature)) {
    addFinding(findings, { code: 'SEGMENT_SIGNATURE_WRONG', sentence: 'A signature in the log is wrong.', log: name, seq: point.to_seq })
    return undefined
  }
  if (header.value.to < walk.unknownTo) return 'as signed'
  if (toHex(walk.head) === header.value.head && isPrevRight(walk, header.value)) return 'as signed'
  addFinding(findings, {
    code: 'CHAIN_BROKEN',
    sentence: `Events ${point.from_seq} to ${point.to_seq} of the log are not the ones that were signed.`,
    log: name,
    seq: point.from_seq,
  })
  return fromHex(header.value.head)
}

function isFiledRight(header: SegmentHeader, point: SignedRow, name: string): boolean {
  return header.log === name && header.from === point.from_seq && header.to === point.to_seq && header.keyid === point.keyid
}

/** A segment that spans the place where its branch left another begins before what this walk has seen: then its own run is hashed. */
function isPrevRight(walk: Walk, header: SegmentHeader): boolean {
  // What is before lies in an archive that is not here; the head stands for it.
  if (header.from <= walk.unknownTo) return true
  const before = walk.heads.get(header.from - 1)
  if (before !== undefined) return equalBytes(before, fromHex(header.prev))
  const run = readFramedPath(walk.reader, walk.tree, walk.branch, header.from, header.to)
  return toHex(extendHeadBy(walk.crypto, fromHex(header.prev), run)) === header.head
}
