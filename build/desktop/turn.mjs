/** Lets one process at a time build into a folder, so that two commands started together do not undo each other's work. */
import { takeLock } from '../install-lock.mjs'

/**
 * Runs `act` while holding the lock, a folder; what it awaits must leave the event loop free, or the lock is taken for a dead one.
 *
 * @template T
 * @param {string} lock
 * @param {string} what For whoever has to wait: `renderer is being bundled`.
 * @param {(line: string) => void} say
 * @param {() => Promise<T>} act
 * @returns {Promise<T>}
 */
export async function inTurn(lock, what, say, act) {
  const release = await takeLock(lock, { onWait: (holder) => say(`Waiting: ${what} by ${holder} ...`) })
  try {
    return await act()
  } finally {
    release()
  }
}
