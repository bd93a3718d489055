/**
 * Pieces of segments on their way in: staged durably, put together, unpacked, verified, stored; and only then acknowledged ([GW9]).
 * A part that is not what its origin signed is parked as evidence; what came before it stays.
 */
import type { z } from 'zod'
import type { segmentAnswer, segmentQuery } from '../contract/gateway/pieces.ts'
import { gatewayLimits } from '../contract/gateway/wire.ts'
import { nodeEvents } from '../fleet/node/node-events.ts'
import { isAppError } from '../kernel/app-error.ts'
import { equalBytes, toHex } from '../kernel/hex.ts'
import { accepted, refused, type Rejection, type Result } from '../kernel/result.ts'
import { genesisHead } from '../log/chain.ts'
import { isLogId, parseLogId, type LogId } from '../log/log-id.ts'
import { decodeSegment, verifySegment, type VerifiedSegment } from '../log/segment.ts'
import type { CheckedSegment } from './segment-check.ts'
import { extendsFirstBranch, type FiledSegment } from '../store/accept-segment.ts'
import { isParked, parkEvidence, timesParked } from '../store/evidence.ts'
import { readTip } from '../store/frontier.ts'
import { segmentAt } from '../store/read-segments.ts'
import { dropStagedOf, dropStaged, stagePiece } from '../store/staged.ts'
import type { StoredEvent } from '../store/stored-event.ts'
import type { Commit, MasterPort, NodeStanding } from './master-port.ts'
import { mismatch } from './read-input.ts'
import { clonesIn } from './returns/clones.ts'
import { endByIncident } from './returns/close-return.ts'
import { standingOfLog } from './returns/forks.ts'
import { heldHeads } from './returns/missing.ts'
import { moveToReplaying } from './returns/moves.ts'
import { updateSession, type Head, type ReturnSession } from './returns/return-table.ts'

export type SegmentPiece = z.infer<typeof segmentQuery> & {
  readonly bytes: Uint8Array
  /** Verified on the way here, under the key that is said. */
  readonly checked?: CheckedSegment
}
export type SegmentAnswer = z.infer<typeof segmentAnswer>

/** More than a blob and a segment of the largest size together, with the overhead of their pieces. */
export const stagingQuotaBytes = 32 * 1024 * 1024

/** Three to an incarnation. More would not fit into one event, and revoking a key has to name them all ([GW18]). */
const maxLogsOfNode = 1200

/** The open return that a piece comes in. */
export type Upload = {
  readonly session: ReturnSession
  readonly leaseUntil: number
  /** The first piece that comes in this run of the master, of an upload that began in an earlier one. */
  readonly isResumed: boolean
}

/**
 * `upload` is undefined for what comes outside of a return. Codes: SCHEMA_MISMATCH, SEGMENT_FOREIGN, SEGMENT_GAP,
 * LOGS_FULL, PIECE_GAP, STAGING_MALFORMED, DECOMPRESSION_REFUSED, SEGMENT_FORKED, and those of the codec.
 */
export function takeSegmentPiece(
  master: MasterPort,
  standing: NodeStanding,
  upload: Upload | undefined,
  piece: SegmentPiece,
): Result<SegmentAnswer> {
  if (!isLogId(piece.log)) return mismatch('/log', 'not the name of a log')
  if (piece.to < piece.from) return mismatch('/to', 'lower than from')
  const log = parseLogId(piece.log)
  const notes: Note[] = []
  const answer = master.commit((commit): Result<SegmentAnswer> => {
    const intake: Intake = { master, commit, standing, piece, log, notes, isInReturn: upload !== undefined }
    if (log.origin !== standing.nodeId || log.domain !== '-') {
      return refuse(
        intake,
        { code: 'SEGMENT_FOREIGN', sentence: 'The node sent part of a log that is not its own.', facts: { log: piece.log } },
        piece.bytes,
      )
    }
    const unplaced = gapBefore(intake) ?? beyondLogs(intake)
    if (unplaced !== undefined) return unplaced
    const taken = stage(intake)
    if (!taken.ok) return taken
    if (upload !== undefined) advance(intake, upload, taken.value)
    return accepted(taken.value.answer)
  })
  // Told after the commit: a count of what was undone again would be wrong.
  for (const { code, sentence, count } of notes) master.refused(code, sentence, { nodeId: standing.nodeId, log: piece.log, count })
  master.changed(standing.nodeId)
  return answer
}

type Note = { readonly code: string; readonly sentence: string; readonly count: number }

type Intake = {
  readonly master: MasterPort
  readonly commit: Commit
  readonly standing: NodeStanding
  readonly piece: SegmentPiece
  readonly log: LogId
  readonly notes: Note[]
  readonly isInReturn: boolean
}

type Taken = { readonly answer: SegmentAnswer; readonly events: readonly StoredEvent[] }

/** Known before anything is staged, so that what cannot be placed costs nothing. */
function gapBefore({ commit, log, piece }: Intake): Result<never> | undefined {
  const expected = (readTip(commit.writer, log)?.seq ?? 0) + 1
  return piece.from > expected ? segmentGap(piece.log, expected) : undefined
}

function beyondLogs({ commit, log, standing }: Intake): Result<never> | undefined {
  if (readTip(commit.writer, log) !== undefined || heldHeads(commit.writer, standing.nodeId).length < maxLogsOfNode) return undefined
  return refused('LOGS_FULL', 'The node has opened more logs than one node can have; it has to be enrolled anew.', {
    maxLogs: maxLogsOfNode,
  })
}

function segmentGap(log: string, expected: number): Result<never> {
  return refused('SEGMENT_GAP', `This part of the log cannot be placed yet; send from event ${expected}.`, { log, expected })
}

function stage(intake: Intake): Result<Taken> {
  const { commit, piece, standing, log } = intake
  const whole = checkedWhole(intake)
  if (whole !== undefined) return take(intake, whole)
  const key = `segment:${piece.log}:${piece.from}-${piece.to}`
  const staging = stagePiece(
    commit.writer,
    { origin: standing.nodeId, key, offset: piece.offset, total: piece.total, bytes: piece.bytes },
    stagingQuotaBytes,
  )
  switch (staging.kind) {
    case 'staged':
      return accepted({ answer: { offset: staging.offset, isComplete: false, held: heldHead(intake) }, events: [] })
    case 'gap':
      // The last piece again, because its answer was lost: the whole is in the log already.
      return isHeldWhole(commit, log, piece) ? accepted({ answer: complete(intake), events: [] }) : pieceGap(staging.expected)
    case 'refused':
      if (staging.refusal.code !== 'STAGING_FULL') return { ok: false, refusal: staging.refusal }
      // Transfers that were given up fill its share: they go, and this one begins again.
      dropStagedOf(commit.writer, standing.nodeId)
      intake.notes.push({ code: staging.refusal.code, sentence: staging.refusal.sentence, count: 1 })
      return pieceGap(0)
    case 'complete':
      dropStaged(commit.writer, standing.nodeId, key)
      return takeWhole(intake, staging.bytes)
  }
}

export function pieceGap(expected: number): Result<never> {
  return refused('PIECE_GAP', `Bytes before this piece have not come; send from ${expected}.`, { expected })
}

function isHeldWhole({ writer }: Commit, log: LogId, { from, to, offset }: SegmentPiece): boolean {
  if (offset === 0) return false
  const held = segmentAt(writer, log, to)
  return held !== undefined && held.from === from && held.to === to
}

function takeWhole(intake: Intake, packed: Uint8Array): Result<Taken> {
  const { master } = intake
  const unpacked = unpack(master, packed)
  if (!unpacked.ok) return unpacked
  const verified = verify(intake, unpacked.value)
  return verified.ok ? take(intake, verified.value) : refuse(intake, verified.refusal, unpacked.value)
}

/** It came in one piece and was verified under the key that the node has now: nothing of it need be staged or done again ([GW19]). */
function checkedWhole({ piece, standing }: Intake): FiledSegment | undefined {
  const { checked, offset, total, bytes } = piece
  if (checked === undefined || offset !== 0 || total !== bytes.length) return undefined
  const { header, log } = checked.segment
  const isMeant = header.log === piece.log && header.from === piece.from && header.to === piece.to && log.origin === standing.nodeId
  return isMeant && equalBytes(checked.publicKey, standing.publicKey) ? checked.segment : undefined
}

function take(intake: Intake, segment: FiledSegment): Result<Taken> {
  const { master, commit, standing, piece } = intake
  const standstill = forkStandstill(intake, segment)
  if (standstill !== undefined) return standstill
  const outcome = commit.acceptSegment(standing.nodeId, standing.domainId, segment)
  switch (outcome.kind) {
    case 'gap':
      return segmentGap(piece.log, outcome.expected)
    case 'forked': {
      // Known already: a person has judged it since, or will.
      if (outcome.events.length > 0)
        endByIncident(master, commit, standing, { refusedParts: [], forks: [{ log: piece.log, at: outcome.at }] })
      return refused(
        'SEGMENT_FORKED',
        `This log was told otherwise before, from event ${outcome.at} on. Both are kept; the node is quarantined.`,
        { log: piece.log, at: outcome.at },
      )
    }
    case 'known':
      return accepted({ answer: complete(intake), events: [] })
    case 'stored':
      intake.notes.push(...notesOn(outcome.events))
      if (!intake.isInReturn) lookForClone(intake, outcome.events)
      return accepted({ answer: complete(intake), events: outcome.events })
  }
}

/** In a return the verdict asks; outside of one it counts at once. */
function lookForClone({ master, commit, standing, piece }: Intake, events: readonly StoredEvent[]): void {
  const seq = events.at(-1)?.seq
  const clones = seq === undefined ? [] : clonesIn(commit.writer, standing, [{ log: piece.log, seq }])
  if (clones.length > 0) endByIncident(master, commit, standing, { refusedParts: [], forks: [], clones })
}

/** Held all the same are tellings that differ: they are what the person who decides has to look at. */
function forkStandstill({ master, commit, standing, log, piece }: Intake, segment: FiledSegment): Result<never> | undefined {
  const state = standingOfLog(commit.writer, log, master.offersOf(standing.nodeId).forks)
  if (state === 'open' || !extendsFirstBranch(commit.writer, segment)) return undefined
  const sentence =
    state === 'undecided'
      ? 'This log was told in two ways; nothing that follows in it is taken until a person has decided which one counts.'
      : 'It was decided that another telling of this log counts; nothing that follows in this one is taken.'
  return refused('SEGMENT_FORKED', sentence, { log: piece.log, isUndecided: state === 'undecided' })
}

/** Damage on the way looks like this too, so it is sent again and nobody is blamed. Code: DECOMPRESSION_REFUSED. */
function unpack(master: MasterPort, packed: Uint8Array): Result<Uint8Array> {
  try {
    return accepted(master.ports.compression.unzstd(packed, gatewayLimits.maxSegmentBytes))
  } catch (error) {
    if (!isAppError(error) || error.code !== 'DECOMPRESSION_REFUSED') throw error
    return refused(error.code, error.message, error.facts)
  }
}

function verify({ master, standing, piece }: Intake, bytes: Uint8Array): Result<VerifiedSegment> {
  const decoded = decodeSegment(bytes)
  if (!decoded.ok) return decoded
  const { header, log } = decoded.value
  if (log.origin !== standing.nodeId)
    return refused('SEGMENT_FOREIGN', 'The node sent part of a log that is not its own.', { log: header.log })
  if (header.log !== piece.log || header.from !== piece.from || header.to !== piece.to) {
    return refused('SEGMENT_MALFORMED', 'This is another part of the log than it was said to be.', {
      log: header.log,
      from: header.from,
      to: header.to,
    })
  }
  return verifySegment(master.ports.crypto, standing.publicKey, decoded.value)
}

/**
 * Kept as evidence, told in an event once, however often the same bytes come; the node is quarantined, its return ended. Bytes that
 * are evidence already change nothing: a person who released the node knew of them.
 */
function refuse({ master, commit, standing, piece }: Intake, refusal: Rejection, bytes: Uint8Array): Result<never> {
  const { log, from, to } = piece
  const { code, sentence } = refusal
  const evidence = { origin: standing.nodeId, log, from, to, code, sentence, bytes, at: master.ports.clock.now() }
  const isKnown = isParked(commit.writer, evidence)
  const number = parkEvidence(commit.writer, evidence)
  // A node that has filled its share of rows writes no more events by this.
  if (timesParked(commit.writer, number) === 1) {
    commit.decide({
      type: 'ibcf.evidence.parked.v1',
      subject: standing.nodeId,
      domain: standing.domainId,
      data: { log, from, to, code, sentence, digest: toHex(master.ports.crypto.sha256(bytes)), sizeBytes: bytes.length },
    })
  }
  if (!isKnown) endByIncident(master, commit, standing, { refusedParts: [{ log, from, code, sentence }], forks: [] })
  return { ok: false, refusal: { ...refusal, facts: { ...refusal.facts, log, from, to } } }
}

function complete(intake: Intake): SegmentAnswer {
  return { offset: intake.piece.total, isComplete: true, held: heldHead(intake) }
}

function heldHead({ master, commit, log, piece }: Intake): Head {
  const head = readTip(commit.writer, log)
  return { log: piece.log, seq: head?.seq ?? 0, head: toHex(head?.head ?? genesisHead(master.ports.crypto, log)) }
}

/** Authentic, kept, without effect; counted, so that a person sees it. */
function notesOn(events: readonly StoredEvent[]): readonly Note[] {
  const unreadable = events.filter(({ event }) => event === undefined).length
  const unknown = events.filter(({ event }) => event !== undefined && !(event.type in nodeEvents)).length
  return [
    ...(unreadable === 0
      ? []
      : [{ code: 'EVENT_UNREADABLE', sentence: 'Events of a node could not be read; they are kept, without effect.', count: unreadable }]),
    ...(unknown === 0
      ? []
      : [
          {
            code: 'EVENT_TYPE_UNKNOWN',
            sentence: 'Events of a node are of a type that is not known here; they are kept, without effect.',
            count: unknown,
          },
        ]),
  ]
}

/** The first piece makes it REPLAYING; every piece renews the lease. */
function advance({ master, commit, standing, piece }: Intake, { session, leaseUntil, isResumed }: Upload, { events }: Taken): void {
  const now = master.ports.clock.now()
  if (session.firstPieceAt === null) moveToReplaying(commit, standing, session.expectedEvents)
  updateSession(commit.writer, session, {
    step: 'UPLOADING',
    leaseUntil,
    firstPieceAt: session.firstPieceAt ?? now,
    lastProgressAt: now,
    receivedEvents: session.receivedEvents + events.length,
    receivedBytes: session.receivedBytes + piece.bytes.length,
    unreadableEvents: session.unreadableEvents + events.filter(({ event }) => event === undefined).length,
    resumedTimes: session.resumedTimes + (isResumed ? 1 : 0),
  })
}
