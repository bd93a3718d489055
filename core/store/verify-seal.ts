/** What the walk along a log does where its events were sealed: read them from the archive, or go on from the sealed point. */
import { isAppError } from '../kernel/app-error.ts'
import { equalBytes } from '../kernel/hex.ts'
import type { Row } from '../kernel/reader.ts'
import { addFinding } from './findings.ts'
import { bytesOfRun, type RunRow } from './runs.ts'
import { checkSignedPoint, type SignedRow } from './verify-point.ts'
import { pass, type Walk } from './verify-walk.ts'

type SealRow = Row & { readonly from_seq: number; readonly to_seq: number; readonly prev: Uint8Array; readonly head: Uint8Array }

/** Undefined when they lie in an archive that is not here, or that is damaged, which is a finding. */
export function bytesToCheck(walk: Walk, row: RunRow): Uint8Array | undefined {
  try {
    return bytesOfRun(walk.reader, row)
  } catch (error) {
    if (!isAppError(error) || row.bytes.length > 0) throw error
    if (error.code === 'ARCHIVE_DAMAGED') {
      addFinding(walk.findings, { code: 'ARCHIVE_DAMAGED', sentence: error.message, log: walk.name, seq: row.from_seq })
    }
    return undefined
  }
}

/**
 * Goes on behind a run that cannot be looked at: the head that was sealed stands for it, and must be one that was signed. False when no
 * seal covers the run: then its events are just gone.
 */
export function passSealed(walk: Walk, row: RunRow, points: readonly SignedRow[]): boolean {
  const last = row.from_seq + row.count - 1
  const seal = walk.reader.get<SealRow>(
    'SELECT from_seq, to_seq, prev, head FROM seals WHERE log = ? AND branch = ? AND from_seq <= ? AND to_seq >= ?',
    row.log,
    row.branch,
    row.from_seq,
    last,
  )
  if (seal === undefined) return false
  if (row.from_seq === seal.from_seq && !equalBytes(seal.prev, walk.head)) {
    addFinding(walk.findings, {
      code: 'SEAL_DIFFERS',
      sentence: 'A sealed part of the log does not begin where the part before it ends.',
      log: walk.name,
      seq: seal.from_seq,
    })
  }
  walk.unknownTo = last
  const isEnd = last === seal.to_seq
  if (isEnd) endSeal(walk, seal, points)
  for (const point of points) if (point.to_seq >= row.from_seq && point.to_seq < (isEnd ? last : last + 1)) checkSignature(walk, point)
  return true
}

/** The head that was sealed is where the log goes on; somebody signed it, or it proves nothing. */
function endSeal(walk: Walk, seal: SealRow, points: readonly SignedRow[]): void {
  walk.head = seal.head
  pass(walk, seal.to_seq)
  const ends = points.filter((point) => point.to_seq === seal.to_seq)
  for (const point of ends) {
    const head = checkSignedPoint(walk, point)
    if (head === undefined || head === 'as signed') continue
    walk.head = head
    pass(walk, seal.to_seq)
  }
  if (ends.length > 0) return
  addFinding(walk.findings, {
    code: 'SEAL_DIFFERS',
    sentence: 'A sealed part of the log does not end where it was signed.',
    log: walk.name,
    seq: seal.to_seq,
  })
}

/** The head there is in the archive; the signature over it is here. */
function checkSignature(walk: Walk, point: SignedRow): void {
  const { unknownTo } = walk
  walk.unknownTo = point.to_seq + 1
  checkSignedPoint(walk, point)
  walk.unknownTo = unknownTo
}
