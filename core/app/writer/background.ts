/**
 * Work that can wait, done in slices of a few milliseconds while nobody waits for a commit: indexes that are merged late, projections
 * that are rebuilt, nodes that are looked at again. Each task gets its turn; those who commit get theirs between any two slices.
 */
import type { Diagnostics, Scheduler } from '../../kernel/ports.ts'

export type Background = {
  /**
   * `slice` works for a few milliseconds and answers whether there is more to do; it may transact. What it throws (the disk is full)
   * is told, and it is tried again later. The answer wakes the task, and does so as often as there is something new to do.
   */
  readonly register: (name: string, slice: () => boolean) => () => void
  /** While it answers true, most turns are left to those who wait. */
  readonly heed: (isAnyoneWaiting: () => boolean) => void
  /** Names of the tasks that have something to do. */
  readonly busyWith: () => readonly string[]
  readonly close: () => void
}

type Task = { readonly name: string; readonly slice: () => boolean; isAwake: boolean }

/** So that what is done in the background ends also on a master that never rests. */
const turnsLeftToOthers = 10
const retryMs = 10_000

export function createBackground({
  scheduler,
  diagnostics,
}: {
  readonly scheduler: Scheduler
  readonly diagnostics: Diagnostics
}): Background {
  const tasks: Task[] = []
  const retries = new Map<Task, () => void>()
  let isAnyoneWaiting = (): boolean => false
  let isRunning = false
  let isClosed = false
  let next = 0

  /** The next one after the last that has something to do. */
  function takeTurn(): Task | undefined {
    for (let tried = 0; tried < tasks.length; tried++) {
      const task = tasks[next++ % tasks.length]
      if (task?.isAwake === true) return task
    }
    return undefined
  }

  async function work(): Promise<void> {
    if (isRunning || isClosed) return
    isRunning = true
    let leftTo = 0
    await scheduler.yield()
    for (let task = takeTurn(); task !== undefined && !isClosed; task = takeTurn()) {
      if (isAnyoneWaiting() && leftTo < turnsLeftToOthers) leftTo++
      else {
        leftTo = 0
        run(task)
      }
      await scheduler.yield()
    }
    isRunning = false
  }

  function run(task: Task): void {
    try {
      // Asleep before it runs, so that it can be woken by what it does itself.
      task.isAwake = false
      task.isAwake = task.slice() || task.isAwake
    } catch (error) {
      diagnostics.warn('work in the background could not go on; it is tried again later', {
        task: task.name,
        reason: error instanceof Error ? error.message : String(error),
      })
      retries.get(task)?.()
      retries.set(
        task,
        scheduler.after(retryMs, () => wake(task)),
      )
    }
  }

  function wake(task: Task): void {
    task.isAwake = true
    void work()
  }

  return {
    register: (name, slice) => {
      const task: Task = { name, slice, isAwake: false }
      tasks.push(task)
      return () => wake(task)
    },
    heed: (waiting) => {
      isAnyoneWaiting = waiting
    },
    busyWith: () => tasks.filter(({ isAwake }) => isAwake).map(({ name }) => name),
    close: () => {
      isClosed = true
      for (const cancel of retries.values()) cancel()
    },
  }
}
