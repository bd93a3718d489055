/**
 * When the write-ahead log is moved into the store's file: by another thread as it grows, to the end when nothing happens, and by the
 * writer itself only for the last few pages, so that no commit ever pays for the commits before it. Its file is kept: writing over it
 * costs half of what making it longer does (0.65 ms an act against 1.3), so it is cut only when it has become far too long.
 */
import type { Clock, Scheduler } from '../../kernel/ports.ts'
import type { Checkpointed, CheckpointKind } from '../../store/checkpoint.ts'

export type CheckpointsParts = {
  readonly clock: Clock
  readonly scheduler: Scheduler
  /** Grows with every transaction. */
  readonly transactions: () => number
  /** Asks the other thread; undefined where it could not be done now. */
  readonly elsewhere: (kind: CheckpointKind) => Promise<Checkpointed | undefined>
  /** PASSIVE, by the writer. */
  readonly here: () => void
}

const lookEveryMs = 200
/**
 * 8 MiB at once: each move makes a commit or two wait for the disk that it shares with them, so that many small ones would be felt
 * more than few large ones.
 */
const pagesAtOnce = 2048
const longestPauseMs = 10_000
/** 8 MiB: beyond, the log is to begin anew, which it does only once all of it has been moved. */
const longLogPages = 2048
/** What a writer can move itself in about the time of a commit. */
const fewPages = 256
const idleMs = 2000
/** 32 MiB. */
const farTooLongPages = 8192

export function createCheckpoints({ clock, scheduler, transactions, elsewhere, here }: CheckpointsParts): { readonly close: () => void } {
  let seen = transactions()
  let lastChangeAt = clock.monotonic()
  let isAsking = false
  /** As long as it was when it was moved last. */
  let logPages = 0
  let movedPages = 0
  let isMoved = true
  let pauseMs = lookEveryMs
  let movedAt = clock.monotonic() - lookEveryMs
  let isClosed = false
  let cancel = scheduler.after(lookEveryMs, look)

  function look(): void {
    cancel = scheduler.after(lookEveryMs, look)
    const now = transactions()
    if (now !== seen) {
      seen = now
      lastChangeAt = clock.monotonic()
      isMoved = false
      if (clock.monotonic() - movedAt >= pauseMs) void move('PASSIVE')
    } else if (!isMoved && clock.monotonic() - lastChangeAt >= idleMs) {
      void move(logPages > farTooLongPages ? 'TRUNCATE' : 'PASSIVE')
    }
  }

  async function move(kind: CheckpointKind): Promise<void> {
    if (isAsking) return
    isAsking = true
    movedAt = clock.monotonic()
    const moved = await elsewhere(kind)
    isAsking = false
    if (moved === undefined || isClosed) return
    const newPages = moved.logPages - (moved.logPages < logPages ? 0 : logPages)
    const fitting = (pauseMs * pagesAtOnce) / Math.max(newPages, 1)
    pauseMs = Math.max(lookEveryMs, Math.min(fitting, 2 * pauseMs, longestPauseMs))
    const isFurther = moved.movedPages > movedPages || moved.logPages < logPages
    logPages = moved.logPages
    movedPages = moved.movedPages
    const left = logPages - movedPages
    if (left === 0 && seen === transactions()) isMoved = true
    if (logPages < longLogPages || isMoved) return
    // It counts what was there when it began: while commits come it is always a little behind, and the log would grow for ever.
    if (left <= fewPages) here()
    else if (isFurther) void move('PASSIVE')
  }

  return {
    close: () => {
      isClosed = true
      cancel()
    },
  }
}
