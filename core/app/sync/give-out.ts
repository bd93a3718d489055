/** Gives out what another place lacks of what this store holds: the plan, then encoded segments one by one, then content. */
import { toHex } from '../../kernel/hex.ts'
import type { Reader } from '../../kernel/reader.ts'
import type { Frontier } from '../../log/frontier.ts'
import { type LogId, parseLogId } from '../../log/log-id.ts'
import { readSegmentsFrom } from '../../store/read-segments.ts'
import { branchOf, headAt, lastSignedPoint, type LogTree, readLogTree } from '../../store/branches.ts'
import { hasBlob } from '../../store/blobs.ts'
import { referredBlobs } from './referred-blobs.ts'
import { readFrontier } from '../../store/frontier.ts'
import { type ExchangeFilter, missingRuns, type Ours, type Run } from '../../sync/exchange.ts'

export type GiveOutPlan = {
  /** In the order in which they go. */
  readonly runs: readonly Run[]
  /** Digests in hex of content that goes with them and is held here, each once. */
  readonly blobs: readonly string[]
}

export type GiveOutAsk = ExchangeFilter & {
  /** What they acknowledged last; empty gives everything. */
  readonly theirs: Frontier
  /** Content that they said they miss. */
  readonly wants?: readonly string[]
}

export type Offered = { readonly run: Run; readonly log: LogId; readonly from: number; readonly to: number; readonly bytes: Uint8Array }

/** What is held here up to the last signature: an unsigned tail cannot leave the machine, so sign first (`recorder.sign`). */
export function signedFrontier(reader: Reader): Ours {
  const trees = new Map<string, LogTree | undefined>()
  const treeOf = (log: string): LogTree | undefined => {
    const known = trees.get(log)
    if (known !== undefined) return known
    // The last one alone: a fleet has more logs than memory should hold.
    trees.clear()
    const tree = readLogTree(reader, parseLogId(log))
    trees.set(log, tree)
    return tree
  }
  const frontier = readFrontier(reader).flatMap((entry) => {
    const tree = treeOf(entry.log)
    if (tree === undefined) return []
    const signed = lastSignedPoint(reader, tree, branchOf(tree, entry.branch))
    return signed === undefined ? [] : [{ ...entry, seq: signed.to, head: signed.head }]
  })
  return {
    frontier,
    headAt: (log, branch, seq) => {
      const tree = treeOf(log)
      return tree === undefined ? undefined : toHex(headAt(reader, tree, branchOf(tree, branch), seq))
    },
  }
}

/** Whether this point of a log is held, on whatever branch; its head stands for all before it. */
export function holdsPoint(reader: Reader, { log, to, head }: Pick<Run, 'log' | 'to' | 'head'>): boolean {
  const tree = readLogTree(reader, parseLogId(log))
  return tree?.branches.some((branch) => to <= branch.seq && toHex(headAt(reader, tree, branch, to)) === head) ?? false
}

export function planGiveOut(reader: Reader, { theirs, wants = [], ...filter }: GiveOutAsk): GiveOutPlan {
  const runs = missingRuns(signedFrontier(reader), theirs, filter)
  const blobs = new Set(wants.filter((digest) => hasBlob(reader, digest)))
  for (const digest of referredBlobs(reader, runs)) blobs.add(digest)
  return { runs, blobs: [...blobs] }
}

/**
 * Reads one segment at a time, so that writing goes on in between. The first one of a run may begin before it, and what was signed since
 * the plan may come along: whoever takes them in keeps what is new. Throws Unavailable `ARCHIVE_MISSING`.
 */
export function* giveOut(reader: Reader, runs: Iterable<Run>): Generator<Offered, void> {
  for (const run of runs) {
    const log = parseLogId(run.log)
    for (const { from, to, bytes } of readSegmentsFrom(reader, log, run.from, run.branch)) {
      yield { run, log, from, to, bytes }
      if (to >= run.to) break
    }
  }
}
