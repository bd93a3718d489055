/** The lease of a return: as long as the node moves, the lock is its; when it does not come back, the lock is freed ([RT8]). */
import { type AppError, isAppError } from '../../kernel/app-error.ts'
import type { MasterPort } from '../master-port.ts'
import { abandonReturn, closeReturn, judge } from './close-return.ts'
import { openSessions } from './return-table.ts'

export const defaultLeaseSeconds = 180

/**
 * Ends what ran out, as ABANDONED, and what was open under a key that was revoked; answers how many. Time in which we did not listen
 * (we were not running, or the machine slept) is no node's fault: a lease runs on for `leaseSeconds` after `listeningSince`.
 */
export function expireLeases(
  master: MasterPort,
  nowMs: number,
  listeningSince: number,
  leaseSeconds: number = defaultLeaseSeconds,
): number {
  const leaseMs = leaseSeconds * 1000
  let ended = 0
  let failure: AppError | undefined
  for (const session of openSessions(master.reader)) {
    const standing = master.standing(session.nodeId)
    // A lease that runs further than any we give was given before the clock was set back.
    const givenUntil = session.leaseUntil > nowMs + leaseMs ? 0 : session.leaseUntil
    const hasRunOut = Math.max(givenUntil, listeningSince + leaseMs) <= nowMs
    if (standing?.isKeyRevoked !== true && !hasRunOut) continue
    try {
      if (standing?.isKeyRevoked === true) {
        master.commit((commit) => closeReturn(master, commit, standing, session, judge(master, standing, session)))
      } else {
        const sentence = `Nothing came for ${leaseSeconds} seconds in the middle of its return.`
        master.commit((commit) => abandonReturn(commit, session, sentence, nowMs))
      }
      ended++
      master.changed(session.nodeId)
    } catch (error) {
      // One return that cannot be ended now does not keep the others open; it is looked at again.
      if (!isAppError(error)) throw error
      failure = error
    }
  }
  if (failure !== undefined) throw failure
  return ended
}
