/**
 * Jobs that wait at the same time share one transaction and so one wait for the disk. Each runs from its first check to its last
 * write without anyone in between, as if it were alone; its answer is given once the whole group is durable. A job that finds
 * nobody else waiting is a group of its own at once: nothing waits for company.
 */
import type { Clock, Scheduler } from '../../kernel/ports.ts'
import type { GroupingStore } from '../../store/grouping.ts'

export type GroupCommit = {
  /**
   * Runs `job` in its turn. Resolves with what it returned, rejects with what it threw. When its group could not be made durable, it
   * rejects with the reason of that if it, or any job before it in the group, had transacted anything: it may have answered from what
   * is now gone ("I hold that piece already").
   */
  readonly run: <Value>(job: () => Value) => Promise<Value>
  readonly isWaiting: () => boolean
  readonly figures: () => GroupFigures
}

export type GroupFigures = { readonly jobs: number; readonly groups: number }

export type GroupBounds = {
  readonly maxJobs: number
  /** A group that took this long takes no further job, so that those who wait for the disk do not wait for ever. */
  readonly maxMs: number
}

const defaultBounds: GroupBounds = { maxJobs: 256, maxMs: 20 }

type Waiting = { readonly job: () => unknown; readonly resolve: (value: unknown) => void; readonly reject: (error: unknown) => void }
type Done = Waiting & { readonly outcome: Outcome; readonly restsOnGroup: boolean }
type Outcome = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly error: unknown }

export function createGroupCommit(
  store: GroupingStore,
  { clock, scheduler }: { readonly clock: Clock; readonly scheduler: Scheduler },
  { maxJobs, maxMs }: GroupBounds = defaultBounds,
): GroupCommit {
  const waiting: Waiting[] = []
  let isRunning = false
  let jobs = 0
  let groups = 0

  /** Everything that has come before the loop is back at its turn belongs to the first group. */
  async function work(): Promise<void> {
    isRunning = true
    try {
      while (waiting.length > 0) {
        await scheduler.yield()
        commitGroup()
      }
    } finally {
      isRunning = false
    }
  }

  function commitGroup(): void {
    const until = clock.monotonic() + maxMs
    const done: Done[] = []
    const before = store.parts()
    const takeNext = function* (): Generator<() => void> {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        const taken = next
        yield () => void done.push({ ...taken, outcome: outcomeOf(taken.job), restsOnGroup: store.parts() > before })
        if (done.length >= maxJobs || clock.monotonic() >= until) return
      }
    }
    const outcome = store.together(takeNext())
    groups++
    jobs += done.length
    for (const each of done) {
      if (outcome.kind === 'undone' && each.restsOnGroup) each.reject(outcome.error)
      else if (each.outcome.ok) each.resolve(each.outcome.value)
      else each.reject(each.outcome.error)
    }
  }

  return {
    run: <Value>(job: () => Value) =>
      new Promise<Value>((resolve, reject) => {
        waiting.push({ job, resolve: resolve as (value: unknown) => void, reject })
        if (!isRunning) void work()
      }),
    isWaiting: () => waiting.length > 0,
    figures: () => ({ jobs, groups }),
  }
}

function outcomeOf(job: () => unknown): Outcome {
  try {
    return { ok: true, value: job() }
  } catch (error) {
    return { ok: false, error }
  }
}
