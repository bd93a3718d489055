/**
 * When the write-ahead log is moved into the store's file: by another thread as it grows, emptied when nothing happens, and by the
 * writer itself only for the last few pages, so that no commit ever pays for the commits before it.
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

/** Often enough that the other thread never has much to move at once. */
const lookEveryMs = 200
/** 8 MiB: beyond, the log is to begin anew, which it does only once all of it has been moved. */
const longLogPages = 2048
/** What a writer can move itself in about the time of a commit. */
const fewPages = 256
const idleMs = 2000

export function createCheckpoints({ clock, scheduler, transactions, elsewhere, here }: CheckpointsParts): { readonly close: () => void } {
  let seen = transactions()
  let lastChangeAt = clock.monotonic()
  let isAsking = false
  let isEmpty = true
  let isClosed = false
  let cancel = scheduler.after(lookEveryMs, look)

  function look(): void {
    cancel = scheduler.after(lookEveryMs, look)
    const now = transactions()
    if (now !== seen) {
      seen = now
      lastChangeAt = clock.monotonic()
      isEmpty = false
      void move('PASSIVE')
    } else if (!isEmpty && clock.monotonic() - lastChangeAt >= idleMs) {
      void move('TRUNCATE')
    }
  }

  async function move(kind: CheckpointKind): Promise<void> {
    if (isAsking) return
    isAsking = true
    const moved = await elsewhere(kind)
    isAsking = false
    if (moved === undefined || isClosed) return
    if (kind === 'TRUNCATE') isEmpty = moved.logPages === 0
    const left = moved.logPages - moved.movedPages
    // While commits come, the other thread is always a little behind, and the log would grow for ever.
    if (moved.logPages >= longLogPages && left > 0 && left <= fewPages) here()
  }

  return {
    close: () => {
      isClosed = true
      cancel()
    },
  }
}
