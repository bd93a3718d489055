/**
 * The exchange: what one side holds that the other lacks, and in which order it goes. The same for a stick, a link and the simulator;
 * it decides from two frontiers alone and reads nothing ([SB1] to [SB5]).
 */
import type { Frontier, FrontierEntry } from '../log/frontier.ts'
import { type Lane, lanes as allLanes, parseLogId } from '../log/log-id.ts'

/** A set of whole logs, by name. */
export type LogScope = { readonly name: string; readonly holds: (log: string) => boolean }

/** What this side can send: signed points only, with a look into the chains where two frontiers differ. */
export type Ours = {
  readonly frontier: Frontier
  /** Hex of the chain's head after `seq` on the way to the tip of our `branch`; asked only for 1 <= seq <= the branch's. */
  readonly headAt: (log: string, branch: number, seq: number) => string | undefined
}

/** Events `from`..`to` on the way to the tip of our `branch` of one log. */
export type Run = {
  readonly log: string
  readonly lane: Lane
  readonly branch: number
  readonly from: number
  readonly to: number
  /** Hex, after `to`. */
  readonly head: string
}

export type ExchangeFilter = {
  readonly scope?: LogScope | undefined
  /** All of them where none is named. */
  readonly lanes?: readonly Lane[] | undefined
}

/**
 * What they lack of what we hold, in the order in which it is to go: lane by lane, control first; in a lane the logs of masters before
 * those of nodes, because a node's key is known by what its master decided; then by name. Inside a log the order never changes.
 */
export function missingRuns(ours: Ours, theirs: Frontier, { scope, lanes = allLanes }: ExchangeFilter = {}): readonly Run[] {
  const known = Map.groupBy(theirs, ({ log }) => log)
  const runs: Run[] = []
  for (const [log, branches] of Map.groupBy(ours.frontier, (entry) => entry.log)) {
    const { lane } = parseLogId(log)
    if (!lanes.includes(lane) || scope?.holds(log) === false) continue
    runs.push(...missingOfLog(ours, branches, known.get(log) ?? [], lane))
  }
  return runs.sort(inOrder)
}

/** How many events of our frontier they lack by those runs. */
export function eventsOf(runs: readonly Run[]): number {
  return runs.reduce((sum, { from, to }) => sum + to - from + 1, 0)
}

function missingOfLog(ours: Ours, branches: readonly FrontierEntry[], theirs: readonly FrontierEntry[], lane: Lane): Run[] {
  const ordered = branches.toSorted((a, b) => a.branch - b.branch)
  const runs: Run[] = []
  for (const [at, branch] of ordered.entries()) {
    // A branch shares its beginning with those before it, which go first.
    const shared = ordered.slice(0, at).map((other) => lastShared(ours, branch, other, other.seq))
    const held = Math.max(0, ...shared, ...theirs.map((entry) => heldBy(ours, ordered, branch, entry)))
    if (held < branch.seq) runs.push({ log: branch.log, lane, branch: branch.branch, from: held + 1, to: branch.seq, head: branch.head })
  }
  return runs
}

/** Up to where they hold this branch of ours, judged by one point that they name. */
function heldBy(ours: Ours, branches: readonly FrontierEntry[], branch: FrontierEntry, point: FrontierEntry): number {
  if (isOn(ours, branch, point)) return point.seq
  const other = branches.find((candidate) => isOn(ours, candidate, point))
  if (other !== undefined) return lastShared(ours, branch, other, point.seq)
  const longest = Math.max(...branches.map(({ seq }) => seq))
  // Further than we are: with one branch here they hold ours, as far as anybody can say before their part has come.
  if (point.seq > longest) return branches.length === 1 ? branch.seq : 0
  // They hold something else at a place that we hold: a fork that has not come here. All of ours goes.
  return 0
}

function isOn(ours: Ours, branch: FrontierEntry, { seq, head }: FrontierEntry): boolean {
  if (seq > branch.seq || seq < 1) return false
  return seq === branch.seq ? head === branch.head : ours.headAt(branch.log, branch.branch, seq) === head
}

/** The last seq, at most `most`, up to which two of our branches are one. A head stands for all before it, so halves find it. */
function lastShared(ours: Ours, a: FrontierEntry, b: FrontierEntry, most: number): number {
  let low = 0
  let high = Math.min(a.seq, b.seq, most)
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (ours.headAt(a.log, a.branch, middle) === ours.headAt(b.log, b.branch, middle)) low = middle
    else high = middle - 1
  }
  return low
}

function inOrder(a: Run, b: Run): number {
  return (
    allLanes.indexOf(a.lane) - allLanes.indexOf(b.lane) ||
    Number(isOfNode(a.log)) - Number(isOfNode(b.log)) ||
    (a.log === b.log ? a.branch - b.branch : a.log < b.log ? -1 : 1)
  )
}

function isOfNode(log: string): boolean {
  return log.endsWith('/-')
}

/** What may be sent at most; nothing said is no limit. */
export type Budget = { readonly bytes?: number | undefined; readonly link?: LinkTime | undefined }
export type LinkTime = { readonly minutes: number; readonly bitsPerSecond: number }

/** The smaller of what fits and what the link carries in its time; infinite where neither is limited. */
export function budgetBytes({ bytes = Number.POSITIVE_INFINITY, link }: Budget): number {
  return Math.min(bytes, link === undefined ? Number.POSITIVE_INFINITY : Math.floor((link.minutes * 60 * link.bitsPerSecond) / 8))
}

/**
 * Fills a budget in order. Once a piece of the logs does not fit, none after it goes: what is more urgent never waits behind what is
 * less so, and no log is sent with a hole. Content (`fits` with `isApart`) is taken piece by piece as long as there is room.
 */
export function createPacker(limitBytes: number): {
  readonly fits: (sizeBytes: number, isApart?: boolean) => boolean
  readonly usedBytes: () => number
} {
  let used = 0
  let isFull = false
  return {
    fits: (sizeBytes, isApart = false) => {
      if ((isFull && !isApart) || used + sizeBytes > limitBytes) {
        if (!isApart) isFull = true
        return false
      }
      used += sizeBytes
      return true
    },
    usedBytes: () => used,
  }
}
