/**
 * Opening a return, or going on with the one that is open: proof, lock, token, and what is missing (seed 3B, its first half;
 * [RT1]..[RT3]).
 */
import type { z } from 'zod'
import type { ProofDocument } from '../../contract/gateway/attach.ts'
import type { countersignRequest, lockDocument, returnAnswer } from '../../contract/gateway/return.ts'
import { statementTypes } from '../../contract/gateway/statement.ts'
import { gatewayLimits } from '../../contract/gateway/wire.ts'
import { fromBase64 } from '../../kernel/hex.ts'
import type { SessionId, UlidSource } from '../../kernel/ids.ts'
import { accepted, refused, type Result } from '../../kernel/result.ts'
import { instantOf } from '../exchange.ts'
import type { Commit, MasterPort, NodeStanding } from '../master-port.ts'
import { isSignedBy } from '../read-input.ts'
import { hashToken, makeToken } from '../tokens.ts'
import type { Admission, Turn } from './admission.ts'
import { abandonReturn } from './close-return.ts'
import type { DriftFigure } from './judged.ts'
import { countEvents, heldHeads, missingOf } from './missing.ts'
import { moveToReturning } from './moves.ts'
import { insertSession, lastSessionOf, openSessionOf, readSession, updateSession, type Head, type ReturnSession } from './return-table.ts'

type ReturnAnswer = z.infer<typeof returnAnswer>
type LockDocument = z.infer<typeof lockDocument>
type Countersignature = z.infer<typeof countersignRequest>

export type ReturnSettings = { readonly leaseSeconds: number; readonly newId: UlidSource; readonly admission: Admission }
export type ReturnProof = { readonly document: ProofDocument; readonly clockOffsetMs: number }

/** Codes: SESSION_HELD_ELSEWHERE, RETURN_REFUSED, RETURN_QUEUED (`retryAfterSeconds`, `place`, `waiting`). The same session again while it is open, with a new token. */
export function openReturn(master: MasterPort, settings: ReturnSettings, standing: NodeStanding, proof: ReturnProof): Result<ReturnAnswer> {
  const elsewhere = master.openElsewhere?.(standing.nodeId)
  if (elsewhere !== undefined) {
    return refused(
      'SESSION_HELD_ELSEWHERE',
      `The node's return is open at another master (${elsewhere.masterId}); it has to end there first.`,
      {
        masterId: elsewhere.masterId,
        sessionId: elsewhere.sessionId,
      },
    )
  }
  const { clock, crypto, random } = master.ports
  const token = makeToken(random, proof.document.signsRequests === true)
  const tokenHash = hashToken(crypto, token)
  return master.commit((commit) => {
    const now = clock.now()
    const known = openSessionOf(commit.writer, standing.nodeId)
    const opened =
      known !== undefined && isUnderTheSame(known, standing)
        ? accepted(resume(commit, known, proof, tokenHash, now + settings.leaseSeconds * 1000))
        : openAnew(master, settings, commit, standing, proof, tokenHash, known)
    if (!opened.ok) return opened
    const session = opened.value
    return accepted({
      sessionId: session.sessionId,
      token,
      leaseSeconds: settings.leaseSeconds,
      lock: session.lock,
      missing: [...missingOf(commit.writer, session.frontier)],
      maxPieceBytes: gatewayLimits.maxPieceBytes,
      now: instantOf(now),
    })
  })
}

/** The token and the lock of a return are for one key, in one placement, at one epoch. */
function isUnderTheSame(session: ReturnSession, { keyId, placement, epoch }: NodeStanding): boolean {
  return session.keyId === keyId && session.placement === placement && session.epoch === epoch
}

/** What the node recorded since is expected as well; a verdict that was being reached is reached anew. */
function resume(
  commit: Commit,
  session: ReturnSession,
  { document, clockOffsetMs }: ReturnProof,
  tokenHash: Uint8Array,
  leaseUntil: number,
): ReturnSession {
  return updateSession(commit.writer, session, {
    tokenHash,
    leaseUntil,
    clockOffsetMs,
    frontier: document.frontier,
    expectedEvents: session.receivedEvents + countEvents(missingOf(commit.writer, document.frontier)),
    resumedTimes: session.resumedTimes + 1,
    step: session.step === 'RECONCILING' ? 'UPLOADING' : session.step,
  })
}

function openAnew(
  master: MasterPort,
  settings: ReturnSettings,
  commit: Commit,
  standing: NodeStanding,
  { document, clockOffsetMs }: ReturnProof,
  tokenHash: Uint8Array,
  outlived: ReturnSession | undefined,
): Result<ReturnSession> {
  const now = master.ports.clock.now()
  const expectedEvents = countEvents(missingOf(commit.writer, document.frontier))
  const turn = settings.admission.ask(commit.writer, { nodeId: standing.nodeId, domainId: standing.domainId, expectedEvents })
  if (turn.kind === 'wait') return queued(turn)
  if (outlived !== undefined) {
    const sentence = outlived.keyId === standing.keyId ? 'Who is master there changed since.' : 'The node has a new key since.'
    abandonReturn(commit, outlived, sentence, now)
  }
  const from = outlived === undefined ? standing : { ...standing, mode: 'AUTONOMOUS' as const }
  const moved = moveToReturning(commit, from, expectedEvents)
  if (!moved.ok) return refused('RETURN_REFUSED', moved.refusal.sentence, moved.refusal.facts)
  const sessionId = settings.newId<SessionId>()
  const { nodeId, domainId, keyId, placement, epoch } = standing
  const lock: LockDocument = { v: 1, sessionId, nodeId, masterId: master.masterId, placement, epoch, openedAt: instantOf(now) }
  const openedEventId = commit.decide({
    type: 'ibcf.session.opened.v1',
    subject: nodeId,
    domain: domainId,
    data: { sessionId, expectedEvents, frontier: document.frontier, clockOffsetMs },
  })
  const session: ReturnSession = {
    sessionId,
    nodeId,
    domainId,
    step: 'PROVING',
    keyId,
    tokenHash,
    openedAt: now,
    leaseUntil: now + settings.leaseSeconds * 1000,
    closedAt: null,
    firstPieceAt: null,
    lastProgressAt: null,
    expectedEvents,
    receivedEvents: 0,
    receivedBytes: 0,
    unreadableEvents: 0,
    clockOffsetMs,
    placement,
    epoch,
    frontier: document.frontier,
    base: baseOf(commit, standing),
    lock: master.signStatement(statementTypes.lock, lock),
    countersignature: null,
    resumedTimes: 0,
    verdict: null,
    reasons: [],
    policy: null,
    driftBefore: driftOfNow(master, nodeId),
    driftAfter: null,
    openedEventId,
  }
  insertSession(commit.writer, session)
  return accepted(session)
}

function queued({ seconds, place, waiting }: Extract<Turn, { readonly kind: 'wait' }>): Result<never> {
  return refused('RETURN_QUEUED', `Many nodes come back at once: ${place === 0 ? 'this one is next' : `${place} go before this one`}.`, {
    retryAfterSeconds: seconds,
    place,
    waiting,
  })
}

/** Of what was known before anything of this return came. */
function driftOfNow(master: MasterPort, nodeId: NodeStanding['nodeId']): DriftFigure | null {
  const drift = master.driftOf(nodeId)
  return drift === undefined ? null : { score: drift.score, outOfSpec: drift.outOfSpec }
}

/** An abandoned return was never judged: what came in it is judged with this one. */
function baseOf(commit: Commit, { nodeId }: NodeStanding): readonly Head[] {
  const last = lastSessionOf(commit.writer, nodeId)
  return last?.verdict === 'ABANDONED' ? last.base : heldHeads(commit.writer, nodeId)
}

/**
 * The node binds itself to this return and no other by signing the lock. Doing it again changes nothing. Codes: KEY_WRONG,
 * SESSION_UNKNOWN.
 */
export function countersign(
  master: MasterPort,
  standing: NodeStanding,
  sessionId: SessionId,
  { keyid, signature }: Countersignature,
  leaseUntil: number,
): Result<ReturnSession> {
  return master.commit((commit) => {
    const session = readSession(commit.writer, sessionId)
    if (session === undefined || session.closedAt !== null) return refused('SESSION_UNKNOWN', 'This return is not open here.')
    const isByNode =
      keyid === standing.keyId &&
      isSignedBy(master.ports.crypto, standing.publicKey, statementTypes.lock, fromBase64(session.lock.document), signature)
    if (!isByNode) return refused('KEY_WRONG', 'The lock is not countersigned by the key of the node.', { keyid })
    const step = session.step === 'PROVING' ? 'LOCKED' : session.step
    return accepted(updateSession(commit.writer, session, { step, countersignature: signature, leaseUntil }))
  })
}
