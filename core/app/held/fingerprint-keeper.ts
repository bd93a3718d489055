/**
 * Keeps the fingerprint of everything that is held near at hand. Finding it means going through every log, which is nothing on an
 * island of two hundred nodes and seconds on a fleet of a million: so it is found in slices on a view of one moment, never more than
 * a small share of the time, and whoever shows it says as of which event it is.
 */
import type { Clock, Crypto, Diagnostics, Scheduler } from '../../kernel/ports.ts'
import { lastPosition } from '../../store/read-events.ts'
import type { Store } from '../../store/open.ts'
import { fingerprintSlices, type HeldFingerprint } from './fingerprint.ts'

export type KeptFingerprint = HeldFingerprint & {
  /** Position of the newest event in it. */
  readonly position: number
  /** Wall milliseconds when it was found. */
  readonly at: number
}

export type FingerprintKeeper = {
  /** The last one found; undefined while the first one is being found. Asking begins a new search when events came since. */
  readonly current: () => KeptFingerprint | undefined
  /** Resolves when it reads no more. */
  readonly close: () => Promise<void>
}

export type FingerprintKeeperParts = {
  /** A store opened read-only, which shows one moment for as long as it is open. */
  readonly openMoment: () => Promise<Store>
  readonly position: () => number
  readonly found: () => void
  readonly clock: Clock
  readonly scheduler: Scheduler
  readonly crypto: Crypto
  readonly diagnostics: Diagnostics
}

/** One part of searching to this many of rest. */
const restForWork = 20
const shortestRestMs = 250

export function createFingerprintKeeper(parts: FingerprintKeeperParts): FingerprintKeeper {
  const { clock, scheduler, diagnostics } = parts
  let kept: KeptFingerprint | undefined
  let searching: Promise<void> | undefined
  let isClosed = false
  let mayBeginAt = clock.monotonic()
  let cancelLater: (() => void) | undefined

  async function search(): Promise<void> {
    const began = clock.monotonic()
    let workedMs = 0
    try {
      using moment = await parts.openMoment()
      const position = lastPosition(moment.reader)
      const slices = fingerprintSlices(moment.reader, parts.crypto)
      for (;;) {
        if (isClosed) return
        const sliceBegan = clock.monotonic()
        const step = slices.next()
        workedMs += clock.monotonic() - sliceBegan
        if (step.done === true) {
          kept = { ...step.value, position, at: clock.now() }
          break
        }
        await scheduler.yield()
      }
    } catch (error) {
      diagnostics.warn('the fingerprint could not be found', { reason: error instanceof Error ? error.message : String(error) })
      workedMs = clock.monotonic() - began
    } finally {
      searching = undefined
      mayBeginAt = clock.monotonic() + Math.max(shortestRestMs, workedMs * restForWork)
    }
    if (!isClosed) parts.found()
  }

  function searchIfDue(): void {
    if (searching !== undefined || isClosed || kept?.position === parts.position()) return
    const rest = mayBeginAt - clock.monotonic()
    if (rest > 0) {
      cancelLater ??= scheduler.after(rest, () => {
        cancelLater = undefined
        searchIfDue()
      })
      return
    }
    searching = search()
  }

  return {
    current: () => {
      searchIfDue()
      return kept
    },
    close: async () => {
      isClosed = true
      cancelLater?.()
      await searching
    },
  }
}
