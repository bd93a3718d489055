/**
 * Takes in segments that came by way of another master, on a stick or a link: verified, stored, projected, in one transaction. What
 * cannot be taken is answered with a code and touches nothing else; nobody acknowledges it, so it is sent again ([SB10] to [SB13]).
 */
import type { DecisionData } from '../../fleet/decisions.ts'
import type { FiledSegment } from '../../store/accept-segment.ts'
import type { Commit } from '../../ingest/master-port.ts'
import type { NodeId, OriginId } from '../../kernel/ids.ts'
import { equalBytes } from '../../kernel/hex.ts'
import { accepted, refused, type Rejection, type Result } from '../../kernel/result.ts'
import { type DecodedSegment, decodeSegment, encodeFramedSegment, verifySegment } from '../../log/segment.ts'
import type { StoredEvent } from '../../store/stored-event.ts'
import type { Master } from '../master.ts'
import { noteAnnounced } from './announced.ts'
import { holdsPoint } from './give-out.ts'
import { knownKey, takeReplacement } from './known-key.ts'
import type { ProvenSegment } from './proven.ts'

type Place = { readonly log: string; readonly from: number; readonly to: number }

export type Taken =
  /** `events`: how many were not held before. */
  | (Place & { readonly kind: 'stored'; readonly events: number })
  | (Place & { readonly kind: 'known' })
  /** It cannot be placed yet: what comes before it, from `expected` on, is wanted. */
  | (Place & { readonly kind: 'gap'; readonly expected: number })
  /** Held on a branch of its own that leaves the first one at `at`; without effect until somebody decides. */
  | (Place & { readonly kind: 'forked'; readonly at: number; readonly events: number })
  /** `log` is empty where the bytes do not even say. */
  | (Place & { readonly kind: 'refused'; readonly refusal: Rejection })

/** As it was encoded, or proven already. */
export type Piece = Uint8Array | ProvenSegment

/**
 * Segments in the order in which they came; one answer for each, in the same order. Durable when it returns. Throws only what
 * the store throws.
 */
export function takeIn(master: Master, pieces: readonly Piece[]): readonly Taken[] {
  const taken = master.port.commit((commit) => {
    const answers = pieces.map((bytes) => takeOne(master, commit, bytes))
    // A key may come behind what it signed: whoever was unknown is looked at again once everything else is in.
    return answers.map((answer, at) => (isOfNobody(answer) ? takeOne(master, commit, pieces[at] as Piece) : answer))
  })
  // Told after the commit: a count of what was undone again would be wrong.
  for (const answer of taken)
    if (answer.kind === 'refused') master.port.refused(answer.refusal.code, answer.refusal.sentence, answer.refusal.facts)
  return taken
}

/** Codes: those of the codec, KEY_UNKNOWN, OWN_LOG_FOREIGN. */
function takeOne(master: Master, commit: Commit, piece: Piece): Taken {
  const decoded = piece instanceof Uint8Array ? decodeSegment(piece) : undefined
  if (decoded?.ok === false) return { kind: 'refused', log: '', from: 0, to: 0, refusal: decoded.refusal }
  const read = decoded === undefined ? (piece as ProvenSegment).segment : decoded.value
  const { log, from, to } = read.header
  const place = { log, from, to }
  // Nothing of it is stored, so that nothing of it needs to be proven.
  if (holdsPoint(commit.writer, read.header)) return { kind: 'known', ...place }
  const verified = decoded === undefined ? verifiedThere(master, commit, piece as ProvenSegment) : verifyHere(master, commit, decoded.value)
  if (!verified.ok) return { kind: 'refused', ...place, refusal: verified.refusal }
  if (isOfThisLife(master, read)) return { kind: 'refused', ...place, refusal: foreign(log) }
  noteAnnounced(commit.writer, verified.value)
  const outcome = commit.takeSegment(verified.value)
  if (outcome.kind === 'stored') keepKeys(master, commit, outcome.events)
  switch (outcome.kind) {
    case 'stored':
      return { kind: 'stored', ...place, events: outcome.events.length }
    case 'known':
      return { kind: 'known', ...place }
    case 'gap':
      return { kind: 'gap', ...place, expected: outcome.expected }
    case 'forked':
      return { kind: 'forked', ...place, at: outcome.at, events: outcome.events.length }
  }
}

function verifyHere(master: Master, commit: Commit, decoded: DecodedSegment): Result<FiledSegment> {
  const key = keyOf(master, commit, decoded)
  return key.ok ? verifySegment(master.port.ports.crypto, key.value, decoded) : key
}

/** With the key that it was proven with, or with ours where that is another one. */
function verifiedThere(master: Master, commit: Commit, { segment, publicKey }: ProvenSegment): Result<FiledSegment> {
  const key = keyOf(master, commit, segment)
  if (!key.ok) return key
  if (equalBytes(key.value, publicKey)) return accepted(segment)
  const decoded = decodeSegment(encodeFramedSegment(segment))
  return decoded.ok ? verifySegment(master.port.ports.crypto, key.value, decoded.value) : decoded
}

function keyOf({ model }: Master, { writer }: Commit, { header, log }: Pick<FiledSegment, 'header' | 'log'>): Result<Uint8Array> {
  const publicKey = knownKey(model, writer, log.origin, header.keyid)
  if (publicKey !== undefined) return accepted(publicKey)
  return refused('KEY_UNKNOWN', 'Nobody here vouches for the key that signed this part of a log; it is taken once somebody does.', {
    log: header.log,
    keyid: header.keyid,
  })
}

/** Of nodes that were let in elsewhere: they may come to this master next, and what they bring has to be storable. */
function keepKeys({ model }: Master, { writer }: Commit, events: readonly StoredEvent[]): void {
  for (const { event } of events) {
    if (event?.type === 'ibcf.key.replaced.v1')
      takeReplacement(model, writer, event.subject as string as NodeId, event.data as DecisionData<'ibcf.key.replaced.v1'>)
    if (event?.type !== 'ibcf.enrolment.approved.v1') continue
    const { keyId } = event.data as { readonly keyId?: unknown }
    if (typeof keyId === 'string') knownKey(model, writer, event.subject as string as OriginId, keyId)
  }
}

function isOfNobody(answer: Taken): boolean {
  return answer.kind === 'refused' && answer.refusal.code === 'KEY_UNKNOWN'
}

/** What this master says in this life it says itself. Its earlier lives may come back to it: a backup does not hold their end. */
function isOfThisLife({ identity }: Master, { log }: Pick<FiledSegment, 'log'>): boolean {
  return log.origin === (identity.masterId as string) && log.incarnation === identity.incarnation
}

/** This master never said it: what it said is held and was answered before. */
function foreign(log: string): Rejection {
  const sentence = 'This is signed with the key of this master, and this master never said it.'
  return { code: 'OWN_LOG_FOREIGN', sentence, facts: { log } }
}
