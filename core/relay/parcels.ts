/**
 * Bundles that one master leaves at a relay for another (core/log/BUNDLE.md): sealed for the station they are for, so that the relay
 * carries what it cannot read ([RY19], [RY20]). One is let go when the master it is for says in a signed receipt that it took it in, or
 * when the next relay holds it.
 */
import { z } from 'zod'
import type { GatewayClient } from '../agent/gateway-client.ts'
import { depositAnswer, type parcelList, parcelQuery, parcelTaken, relayGreeting, relayLimits } from '../contract/relay-link.ts'
import type { GatewayRequest, GatewayResponse } from '../ingest/exchange.ts'
import { mismatch, readJson, readShape } from '../ingest/read-input.ts'
import { fromBase64, toHex } from '../kernel/hex.ts'
import type { OriginId } from '../kernel/ids.ts'
import type { Crypto } from '../kernel/ports.ts'
import type { Reader, Writer } from '../kernel/reader.ts'
import { accepted, refused, type Result } from '../kernel/result.ts'
import { keyIdOf } from '../log/dsse.ts'
import { dropStaged, dropStagedOf, stagePiece } from '../store/staged.ts'
import type { Store } from '../store/open.ts'
import { isEnvelopeSignedBy, readPayload } from '../sync/envelope.ts'
import { receiptLimits, receiptPayloadType, receiptSchema } from '../sync/receipt.ts'
import { queryOf } from './take-in.ts'

export type ParcelParts = { readonly relayId: string; readonly store: Store; readonly crypto: Crypto; readonly queueBytes: number }

/** Of the queue's bound, beside it. When it is full nothing more is taken, and nothing is dropped. */
const parcelShare = 1 / 4
/** Of pieces on their way, of all parcels together. */
const stagingBytes = 2 * relayLimits.maxParcelBytes
const stagingPlace = '00000000000000000000000001' as OriginId
const pieceBytes = relayLimits.maxForwardedBytes

export function createParcelTable(writer: Writer): void {
  writer.run(`CREATE TABLE IF NOT EXISTS relay_parcels (
    digest TEXT PRIMARY KEY, to_id TEXT NOT NULL, keyid TEXT NOT NULL, bundle TEXT NOT NULL, at INTEGER NOT NULL, body BLOB NOT NULL
  ) STRICT`)
  writer.run('CREATE INDEX IF NOT EXISTS relay_parcels_by_station ON relay_parcels (to_id, at)')
}

export function heldParcels(reader: Reader): { readonly items: number; readonly bytes: number } {
  const row = reader.get<{ items: number; bytes: number | null }>('SELECT count(*) AS items, sum(length(body)) AS bytes FROM relay_parcels')
  return { items: row?.items ?? 0, bytes: row?.bytes ?? 0 }
}

/** Codes: SCHEMA_MISMATCH, BLOB_DIGEST_WRONG, PIECE_GAP, STAGING_MALFORMED, RELAY_FULL. */
export function takeParcel(
  { relayId, store, crypto, queueBytes }: ParcelParts,
  digest: string,
  request: GatewayRequest,
  now: number,
): Result<z.infer<typeof depositAnswer>> {
  const asked = readShape(parcelQuery, queryOf(request))
  if (!asked.ok) return asked
  const { to, keyid, bundle, offset, total } = asked.value
  const held = { heldBy: 'relay', holderId: relayId } as const
  return store.transact((writer): Result<z.infer<typeof depositAnswer>> => {
    if (writer.get('SELECT 1 FROM relay_parcels WHERE digest = ?', digest) !== undefined)
      return accepted({ offset: total, isComplete: true, ...held })
    if (heldParcels(writer).bytes + total > queueBytes * parcelShare)
      return refused('RELAY_FULL', 'The relay has no room for this; nothing was taken.', { relayId })
    const key = `parcel:${digest}`
    const staging = stagePiece(writer, { origin: stagingPlace, key, offset, total, bytes: request.body }, stagingBytes)
    switch (staging.kind) {
      case 'staged':
        return accepted({ offset: staging.offset, isComplete: false, ...held })
      case 'gap':
        return pieceGap(staging.expected)
      case 'refused':
        if (staging.refusal.code !== 'STAGING_FULL') return { ok: false, refusal: staging.refusal }
        dropStagedOf(writer, stagingPlace)
        return pieceGap(0)
      case 'complete':
        dropStaged(writer, stagingPlace, key)
        if (toHex(crypto.sha256(staging.bytes)) !== digest)
          return refused('BLOB_DIGEST_WRONG', 'The content is not what its digest says; send it again.', { digest })
        writer.run(
          'INSERT INTO relay_parcels (digest, to_id, keyid, bundle, at, body) VALUES (?, ?, ?, ?, ?, ?)',
          digest,
          to,
          keyid,
          bundle,
          now,
          staging.bytes,
        )
        return accepted({ offset: total, isComplete: true, ...held })
    }
  })
}

const stationQuery = z.object({ to: parcelQuery.shape.to })

/** For one station, the oldest first. */
export function parcelsFor(reader: Reader, request: GatewayRequest): Result<z.infer<typeof parcelList>> {
  const asked = readShape(stationQuery, queryOf(request))
  if (!asked.ok) return asked
  const rows = reader.all<{ digest: string; bundle: string; size: number }>(
    'SELECT digest, bundle, length(body) AS size FROM relay_parcels WHERE to_id = ? ORDER BY at, digest LIMIT 100',
    asked.value.to,
  )
  return accepted({ parcels: rows.map(({ digest, bundle, size }) => ({ digest, bundleId: bundle, sizeBytes: size })) })
}

/** From `?offset=` on, as much as one answer holds; whoever it is not for cannot open it. Code: BLOB_UNKNOWN. */
export function givePiece(reader: Reader, digest: string, request: GatewayRequest): Result<GatewayResponse> {
  const offset = Number(queryOf(request)['offset'] ?? 0)
  if (!Number.isSafeInteger(offset) || offset < 0) return mismatch('/offset', 'not a place in it')
  const row = reader.get<{ piece: Uint8Array }>(
    'SELECT substr(body, ?, ?) AS piece FROM relay_parcels WHERE digest = ?',
    offset + 1,
    pieceBytes,
    digest,
  )
  if (row === undefined) return refused('BLOB_UNKNOWN', 'This content is not held here.', { digest })
  return accepted({ status: 200, headers: { 'content-type': 'application/octet-stream', 'cache-control': 'no-store' }, body: row.piece })
}

/** The station has it: a receipt of its own, by the key that the parcel is for, names the bundle. Codes: KEY_WRONG, BLOB_UNKNOWN and those of `readPayload`. */
export function endParcel({ store, crypto }: ParcelParts, digest: string, request: GatewayRequest): Result<{ readonly isTaken: true }> {
  const asked = readJson(parcelTaken, request.body)
  if (!asked.ok) return asked
  const row = store.reader.get<{ to_id: string; keyid: string; bundle: string }>(
    'SELECT to_id, keyid, bundle FROM relay_parcels WHERE digest = ?',
    digest,
  )
  // It was told before, and the answer was lost.
  if (row === undefined) return accepted({ isTaken: true })
  const publicKey = fromBase64(asked.value.publicKey)
  const { receipt } = asked.value
  if (publicKey.length !== 32 || keyIdOf(crypto, publicKey) !== row.keyid || !isEnvelopeSignedBy(crypto, receipt, publicKey))
    return refused('KEY_WRONG', 'This receipt is not signed by the station that the parcel is for.', { keyid: row.keyid })
  const read = readPayload(receipt, receiptPayloadType, receiptSchema, receiptLimits)
  if (!read.ok) return read
  if (read.value.masterId !== row.to_id || !read.value.bundles.some(({ bundleId }) => bundleId === row.bundle))
    return refused('BLOB_UNKNOWN', 'This receipt does not name the bundle; it is kept.', { bundleId: row.bundle })
  store.transact((writer) => writer.run('DELETE FROM relay_parcels WHERE digest = ?', digest))
  return accepted({ isTaken: true })
}

/** To the next relay; a master fetches its own. Answers how many went. */
export async function handOnParcels(store: Store, client: GatewayClient, isClosed: () => boolean): Promise<number> {
  const digests = store.reader.all<{ digest: string }>('SELECT digest FROM relay_parcels ORDER BY at, digest').map(({ digest }) => digest)
  if (digests.length === 0) return 0
  // A master fetches its own; only another relay takes them from here.
  const next = await client.ask(relayGreeting, { method: 'GET', path: '/v1/relay' })
  if (next.kind !== 'ok') return 0
  let count = 0
  for (const digest of digests) {
    const row = store.reader.get<{ to_id: string; keyid: string; bundle: string; body: Uint8Array }>(
      'SELECT to_id, keyid, bundle, body FROM relay_parcels WHERE digest = ?',
      digest,
    )
    if (row === undefined || isClosed()) continue
    const sent = await sendParcel(client, { digest, to: row.to_id, keyId: row.keyid, bundleId: row.bundle, body: row.body })
    if (!sent) return count
    store.transact((writer) => writer.run('DELETE FROM relay_parcels WHERE digest = ?', digest))
    count++
  }
  return count
}

export type Parcel = {
  readonly digest: string
  readonly to: string
  readonly keyId: string
  readonly bundleId: string
  readonly body: Uint8Array
}

/** True once the relay holds it durably. */
export async function sendParcel(client: GatewayClient, { digest, to, keyId, bundleId, body }: Parcel): Promise<boolean> {
  const path = `/v1/relay/parcels/${digest}?to=${to}&keyid=${encodeURIComponent(keyId)}&bundle=${bundleId}&total=${body.length}&offset=`
  let offset = 0
  for (let stalls = 0; stalls < 3; ) {
    const piece = body.subarray(offset, offset + pieceBytes)
    const bytes = { mediaType: 'application/octet-stream', body: piece }
    const answer = await client.ask(depositAnswer, { method: 'PUT', path: `${path}${offset}`, bytes })
    if (answer.kind === 'ok' && answer.value.isComplete) return true
    const reached = answer.kind === 'ok' ? answer.value.offset : answer.kind === 'problem' ? answer.facts['expected'] : undefined
    if (typeof reached !== 'number') return false
    if (reached <= offset) stalls++
    offset = reached
  }
  return false
}

function pieceGap(expected: number): Result<never> {
  return refused('PIECE_GAP', `Bytes before this piece have not come; send from ${expected}.`, { expected })
}
