/** The end of the upload: everything the node claims is here, so its return is judged ([RT5], [RT6]). */
import { accepted, refused, type Result } from '../../kernel/result.ts'
import type { MasterPort, NodeStanding } from '../master-port.ts'
import { closeReturn, judge } from './close-return.ts'
import { missingOf } from './missing.ts'
import { moveToReplaying } from './moves.ts'
import { readSession, updateSession, type Head, type ReturnSession } from './return-table.ts'

/**
 * Asked again after the end it gives the same answer. Two transactions: that the node is done is durable before it is judged, so a
 * master that dies in between shows RECONCILING and not an upload that stands still. Codes: SESSION_UNKNOWN,
 * LOCK_NOT_COUNTERSIGNED, REPLAY_INCOMPLETE (the first range that is missing as facts).
 */
export function completeReturn(
  master: MasterPort,
  standing: NodeStanding,
  sessionId: string,
  claimed: readonly Head[],
  leaseUntil: number,
): Result<ReturnSession> {
  const ready = master.commit((commit): Result<ReturnSession> => {
    const session = readSession(commit.writer, sessionId)
    if (session === undefined) return refused('SESSION_UNKNOWN', 'This return is not known here.')
    if (session.closedAt !== null) return accepted(session)
    if (session.step === 'PROVING') return notCountersigned()
    const missing = missingOf(commit.writer, claimed)
    const [first] = missing
    if (first !== undefined) {
      return refused('REPLAY_INCOMPLETE', 'Some of what the node says it holds has not come yet.', {
        log: first.log,
        expected: first.fromSeq,
        toSeq: first.toSeq,
        logsMissing: missing.length,
      })
    }
    const moved = moveToReplaying(commit, standing, 0)
    if (!moved.ok) return refused('RETURN_REFUSED', moved.refusal.sentence, moved.refusal.facts)
    return accepted(updateSession(commit.writer, session, { step: 'RECONCILING', frontier: claimed, leaseUntil }))
  })
  if (!ready.ok || ready.value.closedAt !== null) return ready
  return accepted(
    master.commit((commit) =>
      closeReturn(master, commit, master.standing(standing.nodeId) ?? standing, ready.value, judge(master, standing, ready.value)),
    ),
  )
}

export function notCountersigned(): Result<never> {
  return refused('LOCK_NOT_COUNTERSIGNED', 'The node has to sign the lock of this return before anything else.')
}
