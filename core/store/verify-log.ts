/** Checks one log against itself: every chain from its beginning, every signature, every column against the bytes. */
import { equalBytes, fromHex, toHex } from '../kernel/hex.ts'
import { bytesToUlid } from '../kernel/ids.ts'
import type { Ports } from '../kernel/ports.ts'
import type { Reader, Row } from '../kernel/reader.ts'
import { extendHead, genesisHead } from '../log/chain.ts'
import { preAuthenticationEncoding, segmentPayloadType } from '../log/dsse.ts'
import type { EventReading } from '../log/event-bytes.ts'
import { formatLogId } from '../log/log-id.ts'
import { readHeader, type SegmentHeader } from '../log/segment.ts'
import { readPathBytes, type Branch, type LogTree } from './branches.ts'
import { addFinding, type Findings } from './findings.ts'
import { readEventOf } from './stored-event.ts'

export type LogTally = { events: number }

type CheckedRow = Row & {
  readonly seq: number
  readonly event_id: Uint8Array | null
  readonly subject_id: Uint8Array | null
  readonly type_name: string | null
  readonly hlc_ms: number | null
  readonly is_readable: number
  readonly bytes: Uint8Array
}

type SignedRow = Row & {
  readonly from_seq: number
  readonly to_seq: number
  readonly header: Uint8Array
  readonly signature: Uint8Array
  readonly keyid: string
  readonly public_key: Uint8Array
}

/** The walk along one branch. */
type Walk = {
  readonly reader: Reader
  readonly crypto: Ports['crypto']
  readonly findings: Findings
  readonly tree: LogTree
  readonly branch: Branch
  readonly name: string
  /** Heads of the last few thousand events, for the `prev` of the next signed point. */
  readonly recent: Map<number, Uint8Array>
  head: Uint8Array
}

const pageEvents = 256

/** More than a segment spans, so that the head before it is still remembered. */
const recentHeads = 8192

/** Yields after each page of events, so that whoever drives it can let other work run. */
export function* verifyLog(reader: Reader, crypto: Ports['crypto'], tree: LogTree, findings: Findings): Generator<LogTally, void> {
  const name = formatLogId(tree.log)
  const forkHeads = new Map<string, Uint8Array>()
  for (const branch of tree.branches) {
    const start = branch.parent === undefined ? genesisHead(crypto, tree.log) : forkHeads.get(`${branch.parent}:${branch.from - 1}`)
    if (start === undefined) {
      addFinding(findings, { code: 'CHAIN_BROKEN', sentence: 'A branch of the log begins nowhere.', log: name, seq: branch.from })
      continue
    }
    const walk: Walk = { reader, crypto, findings, tree, branch, name, recent: new Map([[branch.from - 1, start]]), head: start }
    const forks = new Set(tree.branches.filter((child) => child.parent === branch.number).map((child) => child.from - 1))
    if (forks.has(branch.from - 1)) forkHeads.set(`${branch.number}:${branch.from - 1}`, start)
    yield* verifyBranch(walk, (seq, head) => {
      if (forks.has(seq)) forkHeads.set(`${branch.number}:${seq}`, head)
    })
  }
}

function* verifyBranch(walk: Walk, passed: (seq: number, head: Uint8Array) => void): Generator<LogTally, void> {
  const { reader, tree, branch, findings, name } = walk
  let next = branch.from
  while (next <= branch.seq) {
    const rows = readPage(reader, tree.number, branch, next)
    const signed = readSignedPoints(reader, tree.number, branch.number, next, rows.at(-1)?.seq ?? branch.seq)
    const tally: LogTally = { events: 0 }
    for (const row of rows) {
      if (row.seq !== next) break
      checkColumns(walk, row)
      walk.head = extendHead(walk.crypto, walk.head, row.bytes)
      remember(walk, row.seq)
      for (const point of signed.filter((candidate) => candidate.to_seq === row.seq)) checkSignedPoint(walk, point)
      passed(row.seq, walk.head)
      tally.events++
      next = row.seq + 1
    }
    yield tally
    if (tally.events < rows.length || rows.length === 0) {
      addFinding(findings, { code: 'EVENT_MISSING', sentence: 'An event of the log is missing.', log: name, seq: next })
      return
    }
  }
  if (toHex(walk.head) !== toHex(branch.head)) {
    addFinding(findings, {
      code: 'HEAD_DIFFERS',
      sentence: 'The last events of the log are not the ones that were recorded.',
      log: name,
      seq: branch.seq,
    })
  }
}

function remember(walk: Walk, seq: number): void {
  walk.recent.set(seq, walk.head)
  walk.recent.delete(seq - recentHeads)
}

/** What is looked up by must be what the bytes say; an event cannot be hidden by marking it unreadable either. */
function checkColumns(walk: Walk, row: CheckedRow): void {
  if (isFiledAsRead(readEventOf(walk.tree.log, row.bytes), row)) return
  addFinding(walk.findings, {
    code: 'EVENT_DIFFERS',
    sentence: 'An event is not filed under what its bytes say.',
    log: walk.name,
    seq: row.seq,
  })
}

function isFiledAsRead(reading: EventReading, row: CheckedRow): boolean {
  if (reading.kind === 'unreadable') return row.is_readable === 0
  const { id, subject, type, hlc } = reading.envelope
  return (
    row.is_readable === 1 &&
    idOf(row.event_id) === id &&
    idOf(row.subject_id) === subject &&
    row.type_name === type &&
    row.hlc_ms === Number.parseInt(hlc.slice(0, 12), 16)
  )
}

function idOf(bytes: Uint8Array | null): string | undefined {
  return bytes === null ? undefined : bytesToUlid(bytes)
}

function checkSignedPoint(walk: Walk, point: SignedRow): void {
  const { findings, name, crypto } = walk
  const header = readHeader(point.header)
  if (!header.ok || !isFiledRight(header.value, point, name)) {
    addFinding(findings, {
      code: 'SEGMENT_DIFFERS',
      sentence: 'A signed point is not filed under what its header says.',
      log: name,
      seq: point.to_seq,
    })
    return
  }
  if (!crypto.verify(point.public_key, preAuthenticationEncoding(segmentPayloadType, point.header), point.signature)) {
    addFinding(findings, { code: 'SEGMENT_SIGNATURE_WRONG', sentence: 'A signature in the log is wrong.', log: name, seq: point.to_seq })
    return
  }
  if (toHex(walk.head) === header.value.head && isPrevRight(walk, header.value)) return
  addFinding(findings, {
    code: 'CHAIN_BROKEN',
    sentence: `Events ${point.from_seq} to ${point.to_seq} of the log are not the ones that were signed.`,
    log: name,
    seq: point.from_seq,
  })
  // From the signed head on, so that one altered event is one finding and not all that follow.
  walk.head = fromHex(header.value.head)
  remember(walk, point.to_seq)
}

function isFiledRight(header: SegmentHeader, point: SignedRow, name: string): boolean {
  return header.log === name && header.from === point.from_seq && header.to === point.to_seq && header.keyid === point.keyid
}

/** A segment that spans the place where its branch left another begins before what this walk has seen: then its own run is hashed. */
function isPrevRight(walk: Walk, header: SegmentHeader): boolean {
  const before = walk.recent.get(header.from - 1)
  if (before !== undefined) return equalBytes(before, fromHex(header.prev))
  const run = readPathBytes(walk.reader, walk.tree, walk.branch, header.from, header.to)
  return toHex(run.reduce((head, bytes) => extendHead(walk.crypto, head, bytes), fromHex(header.prev))) === header.head
}

function readPage(reader: Reader, log: number, branch: Branch, next: number): readonly CheckedRow[] {
  return reader.all<CheckedRow>(
    `SELECT seq, event_id, subjects.id AS subject_id, types.name AS type_name, hlc_ms, is_readable, bytes
      FROM events LEFT JOIN subjects ON subjects.number = events.subject LEFT JOIN types ON types.number = events.type
      WHERE log = ? AND branch = ? AND seq BETWEEN ? AND ? ORDER BY seq LIMIT ?`,
    log,
    branch.number,
    next,
    branch.seq,
    pageEvents,
  )
}

function readSignedPoints(reader: Reader, log: number, branch: number, from: number, to: number): readonly SignedRow[] {
  return reader.all<SignedRow>(
    `SELECT from_seq, to_seq, header, signature, keys.keyid, keys.public_key
      FROM segments JOIN keys ON keys.number = segments.key
      WHERE log = ? AND branch = ? AND to_seq BETWEEN ? AND ? ORDER BY to_seq`,
    log,
    branch,
    from,
    to,
  )
}
