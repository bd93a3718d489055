/** The lease of a return: as long as the node moves, the lock is its; when it does not come back, the lock is freed ([RT8]). */
import type { MasterPort } from '../master-port.ts'
import { abandonReturn } from './close-return.ts'
import { openSessions } from './return-table.ts'

export const defaultLeaseSeconds = 180

/**
 * Ends what ran out, as ABANDONED, and answers how many. Time in which we did not listen (we were not running, or the machine
 * slept) is no node's fault: a lease runs on for `leaseSeconds` after `listeningSince`.
 */
export function expireLeases(
  master: MasterPort,
  nowMs: number,
  listeningSince: number,
  leaseSeconds: number = defaultLeaseSeconds,
): number {
  const ended = openSessions(master.reader).filter(({ leaseUntil }) => Math.max(leaseUntil, listeningSince + leaseSeconds * 1000) <= nowMs)
  for (const session of ended) {
    master.commit((commit) =>
      abandonReturn(commit, session, `Nothing came for ${leaseSeconds} seconds in the middle of its return.`, nowMs),
    )
    master.changed(session.nodeId)
  }
  return ended.length
}
