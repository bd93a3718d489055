/**
 * Wakes when an instant of the wall clock has passed, for whatever it was set: what a grant or a command names is a date, and a date is
 * told by that clock. The next one is found without a scan.
 */
import { createDeadlineQueue } from '../kernel/deadline-queue.ts'
import type { Ports } from '../kernel/ports.ts'

export type WallDeadlines = {
  /** Milliseconds since 1970; undefined takes it out. One instant for each id. */
  readonly set: (id: string, atMs: number | undefined) => void
  readonly close: () => void
}

/** The wall clock may be set meanwhile: it is looked at again at least this often. */
export const longestWaitMs = 60_000
const shortestWaitMs = 10

/** All that are due are taken out before `act` is called with the first of them, so that what it sets again waits for its turn. */
export function createWallDeadlines({ clock, scheduler }: Pick<Ports, 'clock' | 'scheduler'>, act: (id: string) => void): WallDeadlines {
  const deadlines = createDeadlineQueue<string>()
  let cancel: (() => void) | undefined
  let plannedFor = Number.POSITIVE_INFINITY
  let isClosed = false

  function plan(): void {
    const next = deadlines.next()
    if (isClosed || next === undefined || (cancel !== undefined && next >= plannedFor)) return
    cancel?.()
    plannedFor = next
    cancel = scheduler.after(Math.min(Math.max(next - clock.now(), shortestWaitMs), longestWaitMs), () => {
      cancel = undefined
      const now = clock.now()
      const due: string[] = []
      for (let id = deadlines.takeDue(now); id !== undefined; id = deadlines.takeDue(now)) due.push(id)
      for (const id of due) act(id)
      plan()
    })
  }

  return {
    set: (id, atMs) => {
      deadlines.set(id, atMs)
      plan()
    },
    close: () => {
      isClosed = true
      cancel?.()
    },
  }
}
