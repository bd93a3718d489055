/** Returns of nodes, open and closed, with how far and how fast they go. */
import type { DryRunView, SessionView, VerdictReasonView } from '../../contract/nodes.ts'
import type { VerdictReason } from '../../fleet/decisions.ts'
import { isWayOut } from '../../fleet/reconciliation/ways-out.ts'
import type { SessionStep } from '../../fleet/lifecycle/state.ts'
import { AppError } from '../../kernel/app-error.ts'
import type { NodeId } from '../../kernel/ids.ts'
import { listSessionProgress, progressOf, readSessionProgress, type SessionProgress } from '../../ingest/returns/progress.ts'
import { previewVerdict, reasonOf } from '../../ingest/returns/close-return.ts'
import { openSessionOf } from '../../ingest/returns/return-table.ts'
import type { ReadModel } from '../read-model.ts'
import { subtreeOf } from './domain-tree.ts'
import { instantOf, instantOrNull } from './instants.ts'
import { judgingPort } from './judging.ts'

/** Open ones first, each kind newest first; with all domains below `domainId`. */
export function listReturns(
  model: ReadModel,
  input: { readonly domainId?: string | undefined; readonly onlyOpen: boolean; readonly limit: number },
): { items: SessionView[] } {
  const { domainId, onlyOpen, limit } = input
  const scope = domainId === undefined ? {} : { domainIds: subtreeOf(model, domainId) }
  return {
    items: listSessionProgress(model.reader, { ...scope, onlyOpen, limit }, model.ports.clock.now()).map((session) =>
      viewOf(model, session),
    ),
  }
}

/** Throws NotFound `SESSION_UNKNOWN`. */
export function readReturn(model: ReadModel, sessionId: string): SessionView {
  const session = readSessionProgress(model.reader, sessionId, model.ports.clock.now())
  if (session === undefined) throw new AppError('NotFound', 'SESSION_UNKNOWN', `No return ${sessionId} is known here.`, { sessionId })
  return viewOf(model, session)
}

/** Throws NotFound `SESSION_UNKNOWN`, Conflict `SESSION_CLOSED` where the verdict is told already. */
export function dryRunReturn(model: ReadModel, sessionId: string): DryRunView {
  const judged = previewVerdict(judgingPort(model), sessionId)
  if (judged === undefined) {
    const { verdict } = readReturn(model, sessionId)
    throw new AppError('Conflict', 'SESSION_CLOSED', 'This return has ended; its verdict is told with it.', { sessionId, verdict })
  }
  return {
    verdict: judged.verdict,
    policy: judged.policy,
    reasons: judged.findings.map((finding) => reasonView(reasonOf(finding))),
    driftBefore: judged.driftBefore ?? null,
    driftAfter: judged.driftAfter ?? null,
    at: instantOf(model.ports.clock.now()),
  }
}

function reasonView({ code, sentence, wayOut, kind, ways }: VerdictReason): VerdictReasonView {
  return { code, sentence, wayOut, kind: kind ?? null, ways: (ways ?? []).filter(isWayOut) }
}

export function openReturnOf(model: ReadModel, node: string): SessionView | null {
  const session = openSessionOf(model.reader, node as NodeId)
  return session === undefined ? null : viewOf(model, { ...session, ...progressOf(session, model.ports.clock.now()) })
}

/** Where the open returns of these nodes stand; nodes without one are not in it. */
export function openSteps(model: Pick<ReadModel, 'reader'>, nodeIds: readonly NodeId[]): ReadonlyMap<string, SessionStep> {
  return new Map(
    nodeIds.flatMap((id) =>
      [openSessionOf(model.reader, id)].flatMap((session) => (session === undefined ? [] : [[id, session.step] as const])),
    ),
  )
}

function viewOf(model: ReadModel, session: SessionProgress): SessionView {
  const { sessionId, nodeId, domainId, step, openedAt, leaseUntil, closedAt, verdict, reasons, resumedTimes } = session
  return {
    id: sessionId,
    nodeId,
    nodeName: model.lifecycle(nodeId)?.name ?? nodeId,
    domainId,
    step,
    openedAt: instantOf(openedAt),
    leaseUntil: closedAt === null ? instantOf(leaseUntil) : null,
    closedAt: instantOrNull(closedAt),
    expectedEvents: session.expectedEvents,
    receivedEvents: session.receivedEvents,
    receivedBytes: session.receivedBytes,
    ratePerSecond: session.ratePerSecond,
    etaSeconds: session.etaSeconds,
    verdict,
    reasons: reasons.map(reasonView),
    policy: session.policy,
    driftBefore: session.driftBefore,
    driftAfter: session.driftAfter,
    clockOffsetMs: session.clockOffsetMs,
    resumedTimes,
  }
}
