/**
 * The branches of a log. An honest log has one, numbered 0. A fork adds branches that leave another one at `from`: together they
 * are a tree, and what lies before `from` is the parent's.
 */
import { fromHex } from '../kernel/hex.ts'
import type { Reader, Row, Writer } from '../kernel/reader.ts'
import { extendHeadBy, genesisHead } from '../log/chain.ts'
import { joinFrames, type FramedEvents } from '../log/framing.ts'
import type { LogId } from '../log/log-id.ts'
import { readHeader } from '../log/segment.ts'
import { contextOf } from './context.ts'
import { damaged } from './failure.ts'
import { findLogNumber } from './identities.ts'
import { partOf, readFramed, runsOfBranch } from './runs.ts'

export type Branch = {
  readonly number: number
  readonly parent: number | undefined
  /** The first seq that is its own. */
  readonly from: number
  /** The last seq. */
  readonly seq: number
  readonly head: Uint8Array
}

/** One log with its number and branches, as they are at the time of reading. */
export type LogTree = { readonly log: LogId; readonly number: number; readonly branches: readonly Branch[] }

type HeadRow = Row & {
  readonly branch: number
  readonly parent: number | null
  readonly from_seq: number
  readonly seq: number
  readonly head: Uint8Array
}

/** Undefined for a log that nothing is held of. */
export function readLogTree(reader: Reader, log: LogId): LogTree | undefined {
  const number = findLogNumber(reader, contextOf(reader).identities, log)
  return number === undefined ? undefined : { log, number, branches: readBranches(reader, number) }
}

/**
 * By number. Sorted here: of a statement that both compares with a parameter and sorts SQLite looks at the parameter's value to plan it,
 * and prepares it anew for each, which took a quarter of all that an act computes.
 */
export function readBranches(reader: Reader, number: number): readonly Branch[] {
  return reader
    .all<HeadRow>('SELECT branch, parent, from_seq, seq, head FROM heads WHERE log = ?', number)
    .map((row) => ({ number: row.branch, parent: row.parent ?? undefined, from: row.from_seq, seq: row.seq, head: row.head }))
    .toSorted((a, b) => a.number - b.number)
}

export function writeBranch(writer: Writer, number: number, branch: Branch): void {
  writer.run(
    `INSERT INTO heads (log, branch, parent, from_seq, seq, head) VALUES (?, ?, ?, ?, ?, ?)
      ON CONFLICT (log, branch) DO UPDATE SET seq = excluded.seq, head = excluded.head`,
    number,
    branch.number,
    branch.parent ?? null,
    branch.from,
    branch.seq,
    branch.head,
  )
}

/** The branch that holds `seq` on the way to the tip of `branch`: itself, or one that it left later. */
export function holderOf(tree: LogTree, branch: Branch, seq: number): Branch {
  let holder = branch
  while (seq < holder.from && holder.parent !== undefined) holder = branchOf(tree, holder.parent)
  return holder
}

/** Throws Corrupt `STORE_DAMAGED` when there is none of that number. */
export function branchOf(tree: LogTree, number: number): Branch {
  const branch = tree.branches.find((candidate) => candidate.number === number)
  if (branch === undefined) throw damaged({ log: tree.number, branch: number })
  return branch
}

/** The chain's head after `seq` on the way to the tip of `branch`, from the nearest signed point before it. */
export function headAt(reader: Reader, tree: LogTree, branch: Branch, seq: number): Uint8Array {
  const { crypto } = contextOf(reader).ports
  const holder = holderOf(tree, branch, seq)
  if (seq === 0) return genesisHead(crypto, tree.log)
  if (seq === holder.seq) return holder.head
  const signed = lastSignedPoint(reader, tree, holder, seq)
  let head: Uint8Array
  let at: number
  if (signed !== undefined) {
    head = fromHex(signed.head)
    at = signed.to
  } else {
    at = holder.from - 1
    head = at === 0 ? genesisHead(crypto, tree.log) : headAt(reader, tree, branchOf(tree, holder.parent ?? 0), at)
  }
  for (const run of runsOfBranch(reader, tree.number, holder.number, at + 1, seq)) {
    head = extendHeadBy(crypto, head, partOf(run, at + 1, seq))
  }
  return head
}

/** The last signed point of this very branch at or before `seq`. */
export function lastSignedPoint(
  reader: Reader,
  tree: LogTree,
  branch: Branch,
  seq: number = branch.seq,
): { readonly to: number; readonly head: string } | undefined {
  const row = reader.get<{ to_seq: number; header: Uint8Array }>(
    'SELECT to_seq, header FROM segments WHERE log = ? AND branch = ? AND to_seq <= ? ORDER BY to_seq DESC LIMIT 1',
    tree.number,
    branch.number,
    seq,
  )
  return row === undefined
    ? undefined
    : { to: row.to_seq, head: signedHead(row.header, { log: tree.number, branch: branch.number, seq: row.to_seq }) }
}

/** Hex of the head that was signed at exactly this seq of this very branch; undefined when none was. */
export function signedHeadAt(reader: Reader, tree: LogTree, branch: Branch, seq: number): string | undefined {
  if (seq > branch.seq) return undefined
  const signed = lastSignedPoint(reader, tree, branch, seq)
  return signed?.to === seq ? signed.head : undefined
}

/** Of a header that was verified before it was stored. Throws Corrupt `STORE_DAMAGED` when it is one no more. */
function signedHead(headerBytes: Uint8Array, facts: Readonly<Record<string, number>>): string {
  const header = readHeader(headerBytes)
  if (!header.ok) throw damaged(facts)
  return header.value.head
}

/** Events `from`..`to` on the way to the tip of `branch`, framed one behind the other. */
export function readFramedPath(reader: Reader, tree: LogTree, branch: Branch, from: number, to: number): FramedEvents {
  const holder = holderOf(tree, branch, to)
  const own = readFramed(reader, tree.number, holder.number, Math.max(from, holder.from), to)
  if (from >= holder.from || holder.parent === undefined) return own
  return joinFrames([readFramedPath(reader, tree, branchOf(tree, holder.parent), from, holder.from - 1), own])
}
