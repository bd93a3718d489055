/** How a return ends: with a verdict and its reasons, told in an event, and with the mode and phase that follow ([RT6], [RT7]). */
import type { VerdictReason } from '../../fleet/decisions.ts'
import type { ReconciliationPolicy } from '../../fleet/reconciliation/policy.ts'
import { dropStagedOf } from '../../store/staged.ts'
import type { Commit, MasterPort, NodeStanding } from '../master-port.ts'
import { waysOutOf } from '../../fleet/reconciliation/ways-out.ts'
import { gatherAgainst, gatherTimeAway, noIncident, type Incident, type JudgingPort } from './gather.ts'
import { heldHeads, maxToldHeads, missingOf } from './missing.ts'
import { moveToLive, quarantine } from './moves.ts'
import type { DriftFigure, Finding } from './judged.ts'
import { reconcile, type Judgement } from './reconcile.ts'
import { incidentFindings } from './trust-findings.ts'
import { openSessionOf, readSession, updateSession, type ReturnSession, type Verdict } from './return-table.ts'

/** The verdict as it would be now; writes nothing. Undefined when there is no such open return. */
export function previewVerdict(master: JudgingPort, sessionId: string): Judged | undefined {
  const session = readSession(master.reader, sessionId)
  const standing = session === undefined || session.closedAt !== null ? undefined : master.standing(session.nodeId)
  if (session === undefined || standing === undefined) return undefined
  // What a lane holds back can be told only once nothing is on its way any more.
  const isWhole = missingOf(master.reader, session.frontier).length === 0
  return judge(master, standing, session, isWhole ? undefined : noIncident)
}

/** A verdict with what it was judged by, all of which is told in the event that closes the return. */
export type Judged = Judgement & {
  readonly policy: ReconciliationPolicy
  readonly driftBefore: DriftFigure | undefined
  readonly driftAfter: DriftFigure | undefined
}

export function judge(master: JudgingPort, standing: NodeStanding, session: ReturnSession, incident?: Incident): Judged {
  const against = gatherAgainst(master, standing, session)
  const { policy, driftBefore, drift } = against
  return { ...reconcile(gatherTimeAway(master.reader, standing, session, incident), against), policy, driftBefore, driftAfter: drift }
}

/** CLEAN or QUARANTINED; the node is LIVE afterwards either way, since a quarantined node still has a mode. */
export function closeReturn(
  master: MasterPort,
  commit: Commit,
  standing: NodeStanding,
  session: ReturnSession,
  judgement: Judged,
): ReturnSession {
  const closed = writeClosing(commit, session, judgement.verdict, judgement.findings.map(reasonOf), master.ports.clock.now(), judgement)
  // What is held is held; pieces of parts that came twice are of no use any more.
  dropStagedOf(commit.writer, standing.nodeId)
  const moved = moveToLive(commit, standing)
  if (!moved.ok)
    master.ports.diagnostics.warn('A return ended, but its node could not become LIVE.', {
      nodeId: standing.nodeId,
      code: moved.refusal.code,
    })
  quarantine(commit, standing, judgement.findings)
  return closed
}

/** The link dropped and did not come back in time. What came is kept; the next return goes on from there and is judged for both. */
export function abandonReturn(commit: Commit, session: ReturnSession, sentence: string, nowMs: number): ReturnSession {
  const reasons = [{ code: 'LINK_DROPPED', sentence, wayOut: 'It goes on where it stopped when the node is back.' }]
  const closed = writeClosing(commit, session, 'ABANDONED', reasons, nowMs)
  commit.moveMode(session.nodeId, 'AUTONOMOUS', 'link-dropped', sentence)
  return closed
}

/** Judged as it is now, because what it rests on has ended: its key, most of all ([GW7]). Nothing where no return is open. */
export function endOpenReturn(master: MasterPort, commit: Commit, node: NodeStanding['nodeId']): void {
  const session = openSessionOf(commit.writer, node)
  const standing = session === undefined ? undefined : master.standing(node)
  if (session !== undefined && standing !== undefined)
    closeReturn(master, commit, standing, session, judge(master, standing, session, noIncident))
}

/** Outside of a return an incident quarantines at once; inside, it also ends the return. */
export function endByIncident(master: MasterPort, commit: Commit, standing: NodeStanding, incident: Incident): void {
  const session = openSessionOf(commit.writer, standing.nodeId)
  if (session !== undefined) {
    closeReturn(master, commit, standing, session, judge(master, standing, session, incident))
    return
  }
  quarantine(commit, standing, incidentFindings(incident))
}

function writeClosing(
  commit: Commit,
  session: ReturnSession,
  verdict: Verdict,
  reasons: readonly VerdictReason[],
  nowMs: number,
  judged?: Judged,
): ReturnSession {
  const held = heldHeads(commit.writer, session.nodeId).slice(-maxToldHeads)
  const { sessionId, receivedEvents } = session
  commit.decide({
    type: 'ibcf.session.closed.v1',
    subject: session.nodeId,
    domain: session.domainId,
    causation: session.openedEventId,
    data: {
      sessionId,
      verdict,
      reasons: [...reasons],
      receivedEvents,
      held: [...held],
      ...(judged === undefined
        ? {}
        : { policy: judged.policy, driftBefore: judged.driftBefore ?? null, driftAfter: judged.driftAfter ?? null }),
    },
  })
  return updateSession(commit.writer, session, {
    step: 'CLOSED',
    closedAt: nowMs,
    verdict,
    reasons,
    policy: judged?.policy ?? null,
    driftAfter: judged?.driftAfter ?? null,
  })
}

export function reasonOf({ code, sentence, wayOut, kind }: Finding): VerdictReason {
  return { code, sentence, wayOut, kind, ways: [...waysOutOf(code, kind)] }
}
