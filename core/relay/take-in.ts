/**
 * What is left with a relay: whole segments and blobs, piece by piece, durable before they are acknowledged ([RY3]). The relay checks that
 * a segment is what the key that came with it signed; whose key that is, it need not know: the master does.
 */
import type { z } from 'zod'
import { blobQuery, segmentQuery } from '../contract/gateway/pieces.ts'
import { gatewayLimits } from '../contract/gateway/wire.ts'
import { type depositAnswer, relayHeaders } from '../contract/relay-link.ts'
import type { GatewayRequest } from '../ingest/exchange.ts'
import { mismatch, readShape } from '../ingest/read-input.ts'
import { isAppError } from '../kernel/app-error.ts'
import { fromBase64, toHex } from '../kernel/hex.ts'
import { isUlid, type OriginId } from '../kernel/ids.ts'
import type { Compression, Crypto } from '../kernel/ports.ts'
import { accepted, refused, type Result } from '../kernel/result.ts'
import { keyIdOf } from '../log/dsse.ts'
import { isLogId, parseLogId } from '../log/log-id.ts'
import { decodeSegment, verifySegment } from '../log/segment.ts'
import type { Store } from '../store/open.ts'
import { dropStaged, dropStagedOf, stagedInAll, stagePiece } from '../store/staged.ts'
import { keyIdOfOrigin } from './origins.ts'
import { type NewItem, takeItem } from './queue.ts'

export type TakeInParts = {
  readonly relayId: string
  readonly store: Store
  readonly crypto: Crypto
  readonly compression: Compression
  readonly queueBytes: number
}
export type DepositAnswer = z.infer<typeof depositAnswer>

/** Of the queue's bound, for all pieces that are on their way, beside it. */
const stagingShare = 1 / 2
/** Of one sender's pieces on their way: a blob and a segment of the largest size, and what their pieces cost. */
const stagingQuotaBytes = 32 * 1024 * 1024
/** Of strangers' together: enough for one segment. */
const strangersStagingBytes = 5 * 1024 * 1024

/** Codes: SCHEMA_MISMATCH, KEY_WRONG, SEGMENT_*, DECOMPRESSION_REFUSED, PIECE_GAP, SEGMENT_GAP, STAGING_MALFORMED, RELAY_FULL. */
export function takeSegment(parts: TakeInParts, request: GatewayRequest): Result<DepositAnswer> {
  const asked = readShape(segmentQuery, queryOf(request))
  if (!asked.ok) return asked
  const { log: name, from, to, offset, total } = asked.value
  if (!isLogId(name)) return mismatch('/log', 'not the name of a log')
  const log = parseLogId(name)
  const key = readKey(request)
  if (key === undefined) return refused('KEY_WRONG', 'What is left here has to come with the key that it is signed with.')
  const isStranger = keyIdOfOrigin(parts.store.reader, log.origin) !== keyIdOf(parts.crypto, key)
  return stage(
    parts,
    isStranger ? sharedPlace : log.origin,
    `relay:${name}:${from}-${to}`,
    { offset, total, body: request.body },
    (packed) => {
      const checked = check(parts, key, name, from, to, packed)
      if (!checked.ok) return checked
      return accepted({ item: { kind: 'segment', origin: log.origin, lane: log.lane, key, body: packed, log: name, from, to }, isStranger })
    },
  )
}

/** A blob is of whoever sends it, and is handed on before the segments that came after it. Codes: as above, BLOB_DIGEST_WRONG. */
export function takeBlob(
  parts: TakeInParts,
  sender: string,
  isKnown: boolean,
  digest: string,
  request: GatewayRequest,
): Result<DepositAnswer> {
  if (!/^[0-9a-f]{64}$/.test(digest)) return mismatch('/sha256', 'not a SHA-256 in lower-case hex')
  if (!isUlid(sender)) return mismatch('/sender', 'not an identifier')
  const asked = readShape(blobQuery, queryOf(request))
  if (!asked.ok) return asked
  const { offset, total } = asked.value
  return stage(parts, isKnown ? (sender as OriginId) : sharedPlace, `relay:${digest}`, { offset, total, body: request.body }, (body) => {
    if (toHex(parts.crypto.sha256(body)) !== digest)
      return refused('BLOB_DIGEST_WRONG', 'The content is not what its digest says; send it again.', { digest, sizeBytes: total })
    return accepted({ item: { kind: 'blob', origin: sender, lane: 'bulk', key: new Uint8Array(), body, digest }, isStranger: !isKnown })
  })
}

/** Where the pieces of strangers lie, all together. */
const sharedPlace = '00000000000000000000000000' as OriginId

type Piece = { readonly offset: number; readonly total: number; readonly body: Uint8Array }
type Whole = { readonly item: NewItem; readonly isStranger: boolean }

function stage(
  { relayId, store, queueBytes }: TakeInParts,
  origin: OriginId,
  key: string,
  { offset, total, body }: Piece,
  read: (whole: Uint8Array) => Result<Whole>,
): Result<DepositAnswer> {
  const held = { heldBy: 'relay', holderId: relayId } as const
  return store.transact((writer): Result<DepositAnswer> => {
    if (stagedInAll(writer) + body.length > queueBytes * stagingShare)
      return refused('RELAY_FULL', 'Too much is on its way to this relay already; nothing was taken.', { relayId })
    const quotaBytes = origin === sharedPlace ? strangersStagingBytes : stagingQuotaBytes
    const staging = stagePiece(writer, { origin, key, offset, total, bytes: body }, quotaBytes)
    switch (staging.kind) {
      case 'staged':
        return accepted({ offset: staging.offset, isComplete: false, ...held })
      case 'gap':
        return refused('PIECE_GAP', `Bytes before this piece have not come; send from ${staging.expected}.`, { expected: staging.expected })
      case 'refused':
        if (staging.refusal.code !== 'STAGING_FULL') return { ok: false, refusal: staging.refusal }
        dropStagedOf(writer, origin)
        return refused('PIECE_GAP', 'Transfers that were given up filled the room for pieces; send from 0.', { expected: 0 })
      case 'complete': {
        dropStaged(writer, origin, key)
        const whole = read(staging.bytes)
        if (!whole.ok) return whole
        const taking = takeItem(writer, whole.value.item, whole.value.isStranger, queueBytes)
        switch (taking.kind) {
          case 'taken':
          case 'known':
            return accepted({ offset: total, isComplete: true, ...held })
          case 'gap':
            return refused('SEGMENT_GAP', `The relay lacks what comes before; send from event ${taking.expected}.`, {
              expected: taking.expected,
            })
          case 'full':
            return refused('RELAY_FULL', 'The relay has no room for this; nothing was taken.', { relayId })
        }
      }
    }
  })
}

function check(
  { crypto, compression }: TakeInParts,
  key: Uint8Array,
  log: string,
  from: number,
  to: number,
  packed: Uint8Array,
): Result<undefined> {
  let bytes: Uint8Array
  try {
    bytes = compression.unzstd(packed, gatewayLimits.maxSegmentBytes)
  } catch (error) {
    if (!isAppError(error) || error.code !== 'DECOMPRESSION_REFUSED') throw error
    return refused(error.code, error.message, error.facts)
  }
  const decoded = decodeSegment(bytes)
  if (!decoded.ok) return decoded
  const { header } = decoded.value
  if (header.log !== log || header.from !== from || header.to !== to)
    return refused('SEGMENT_MALFORMED', 'This is another part of the log than it was said to be.', { log: header.log })
  if (header.keyid !== keyIdOf(crypto, key))
    return refused('KEY_WRONG', 'This part of the log names another key than the one that came with it.', { keyid: header.keyid })
  const verified = verifySegment(crypto, key, decoded.value)
  return verified.ok ? accepted(undefined) : verified
}

export function readKey({ headers }: Pick<GatewayRequest, 'headers'>): Uint8Array | undefined {
  const text = headers[relayHeaders.key] ?? ''
  const key = /^[A-Za-z0-9+/]{43}=$/.test(text) ? fromBase64(text) : undefined
  return key?.length === 32 ? key : undefined
}

export function queryOf({ path }: Pick<GatewayRequest, 'path'>): Readonly<Record<string, string>> {
  const at = path.indexOf('?')
  return at === -1 ? {} : Object.fromEntries(new URLSearchParams(path.slice(at + 1)))
}
