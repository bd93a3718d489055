/** How fast a return goes and how long it will take, from what is durably held. */
import type { Reader } from '../../kernel/reader.ts'
import { listSessions, readSession, type ReturnSession, type SessionQuery } from './return-table.ts'

export type Progress = {
  /** Events a second since the first piece; null before there is one. */
  readonly ratePerSecond: number | null
  /** Null while the rate is not known, and when nothing comes. */
  readonly etaSeconds: number | null
}

export function progressOf(session: ReturnSession, nowMs: number): Progress {
  const { firstPieceAt, closedAt, receivedEvents, expectedEvents } = session
  if (firstPieceAt === null) return { ratePerSecond: null, etaSeconds: null }
  // An open session's rate falls while nothing comes, so that a stalled one does not promise an end.
  const tookMs = Math.max((closedAt ?? nowMs) - firstPieceAt, 1)
  const ratePerSecond = (receivedEvents * 1000) / tookMs
  if (closedAt !== null) return { ratePerSecond, etaSeconds: 0 }
  return { ratePerSecond, etaSeconds: ratePerSecond === 0 ? null : Math.max(expectedEvents - receivedEvents, 0) / ratePerSecond }
}

export type SessionProgress = ReturnSession & Progress

export function listSessionProgress(reader: Reader, query: SessionQuery, nowMs: number): readonly SessionProgress[] {
  return listSessions(reader, query).map((session) => ({ ...session, ...progressOf(session, nowMs) }))
}

export function readSessionProgress(reader: Reader, sessionId: string, nowMs: number): SessionProgress | undefined {
  const session = readSession(reader, sessionId)
  return session === undefined ? undefined : { ...session, ...progressOf(session, nowMs) }
}
