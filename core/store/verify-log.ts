/** Checks one log against itself: every chain from its beginning, every signature, every event against its bytes. */
import { equalBytes } from '../kernel/hex.ts'
import type { Ports } from '../kernel/ports.ts'
import type { Reader } from '../kernel/reader.ts'
import { extendHeadBy, genesisHead, headBytes } from '../log/chain.ts'
import { sliceFrames } from '../log/framing.ts'
import { formatLogId } from '../log/log-id.ts'
import type { Branch, LogTree } from './branches.ts'
import { addFinding, type Findings } from './findings.ts'
import { runColumns, type RunRow } from './runs.ts'
import { checkRun, type CheckedRun } from './verify-run.ts'
import { checkSignedPoint, readSignedPoints, type SignedRow } from './verify-point.ts'
import { bytesToCheck, passSealed } from './verify-seal.ts'
import { createNames, pass, type Walk } from './verify-walk.ts'

export type LogTally = {
  events: number
  /** Of those, the ones whose archive is not here. */
  sealed: number
}

const pageRuns = 32

/** Yields after each page of events, so that whoever drives it can let other work run. */
export function* verifyLog(reader: Reader, crypto: Ports['crypto'], tree: LogTree, findings: Findings): Generator<LogTally, void> {
  const name = formatLogId(tree.log)
  const names = createNames()
  const walked = new Map<number, Walk>()
  for (const branch of tree.branches) {
    const start = branch.parent === undefined ? genesisHead(crypto, tree.log) : walked.get(branch.parent)?.forks.get(branch.from - 1)
    if (start === undefined) {
      addFinding(findings, { code: 'CHAIN_BROKEN', sentence: 'A branch of the log begins nowhere.', log: name, seq: branch.from })
      continue
    }
    const forks = new Map<number, Uint8Array | undefined>()
    for (const child of tree.branches) if (child.parent === branch.number) forks.set(child.from - 1, undefined)
    const walk: Walk = {
      reader,
      crypto,
      findings,
      tree,
      branch,
      name,
      names,
      forks,
      heads: new Map(),
      suspects: [],
      head: start,
      unknownTo: 0,
      end: undefined,
    }
    walked.set(branch.number, walk)
    pass(walk, branch.from - 1)
    yield* verifyBranch(walk)
  }
}

function* verifyBranch(walk: Walk): Generator<LogTally, void> {
  const { reader, tree, branch } = walk
  let next = branch.from
  while (next <= branch.seq) {
    const rows = readPage(reader, tree.number, branch, next)
    const points = readSignedPoints(reader, tree.number, branch.number, next, endOf(rows.at(-1)) ?? branch.seq)
    const tally: LogTally = { events: 0, sealed: 0 }
    for (const row of rows) {
      if (row.from_seq !== next) break
      const bytes = bytesToCheck(walk, row)
      if (bytes === undefined) {
        if (!passSealed(walk, row, points)) break
        tally.sealed += row.count
      } else {
        const checked = checkRun(walk, { ...row, bytes })
        if (checked === undefined) break
        followRun(walk, row, checked, points)
      }
      tally.events += row.count
      next += row.count
    }
    yield tally
    const last = endOf(rows.at(-1))
    if (last === undefined || next !== last + 1) return breakOff(walk, next, rows)
  }
  const isEndRight = walk.end !== undefined && equalBytes(walk.end, branch.head)
  settle(walk, isEndRight)
  if (!isEndRight) {
    addFinding(walk.findings, {
      code: 'HEAD_DIFFERS',
      sentence: 'The last events of the log are not the ones that were recorded.',
      log: walk.name,
      seq: branch.seq,
    })
  }
}

function endOf(row: RunRow | undefined): number | undefined {
  return row === undefined ? undefined : row.from_seq + row.count - 1
}

/** What follows cannot be judged. */
function breakOff(walk: Walk, next: number, rows: readonly RunRow[]): void {
  settle(walk, false)
  const isDoubled = rows.some((row) => row.from_seq < next && row.from_seq + row.count > next)
  addFinding(walk.findings, {
    code: isDoubled ? 'EVENT_DOUBLED' : 'EVENT_MISSING',
    sentence: isDoubled ? 'The log holds an event twice.' : 'An event of the log is missing.',
    log: walk.name,
    seq: next,
  })
}

/** Chains the run, stopping at every point where its head is asked for. */
function followRun(walk: Walk, row: RunRow, { framed, leaves, suspectsOf }: CheckedRun, points: readonly SignedRow[]): void {
  const last = row.from_seq + row.count - 1
  const within = (seq: number): boolean => seq >= row.from_seq && seq <= last
  const stops = new Set(
    [last, walk.branch.seq, ...walk.forks.keys(), ...points.flatMap((point) => [point.from_seq - 1, point.to_seq])].filter(within),
  )
  let from = 0
  for (const stop of [...stops].toSorted((a, b) => a - b)) {
    const to = stop - row.from_seq + 1
    const part = sliceFrames(framed, from, to)
    walk.head = extendHeadBy(walk.crypto, walk.head, part, leaves.subarray(from * headBytes, to * headBytes))
    walk.suspects.push(...suspectsOf(from, to))
    from = to
    pass(walk, stop)
    for (const point of points) {
      if (point.from_seq === stop + 1) walk.heads.set(stop, walk.head)
      if (point.to_seq !== stop) continue
      const head = checkSignedPoint(walk, point)
      if (head === undefined) continue
      settle(walk, head === 'as signed')
      if (head === 'as signed') continue
      // From the signed head on, so that one altered event is one finding and not all that follow.
      walk.head = head
      pass(walk, stop)
    }
  }
}

/** With the chain in order, what is wrong is what the event is filed under; otherwise its bytes are. */
function settle(walk: Walk, isChainRight: boolean): void {
  for (const { seq, event } of walk.suspects) {
    addFinding(walk.findings, {
      code: isChainRight ? 'EVENT_DIFFERS' : 'EVENT_ALTERED',
      sentence: isChainRight
        ? 'An event is not filed under what its bytes say.'
        : 'The bytes of an event are not the ones that were recorded.',
      log: walk.name,
      seq,
      ...(event === undefined ? {} : { event }),
    })
  }
  walk.suspects = []
}

function readPage(reader: Reader, log: number, branch: Branch, next: number): readonly RunRow[] {
  return reader.all<RunRow>(
    `SELECT ${runColumns} FROM runs WHERE log = ? AND branch = ? AND from_seq + count > ? AND from_seq <= ? AND from_seq >=
        coalesce((SELECT max(from_seq) FROM runs WHERE log = ? AND branch = ? AND from_seq <= ?), 0)
      ORDER BY from_seq LIMIT ?`,
    log,
    branch.number,
    next,
    branch.seq,
    log,
    branch.number,
    next,
    pageRuns,
  )
}
