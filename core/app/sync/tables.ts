/**
 * What a master remembers of its peers, as local rows: whose card was accepted, and how far each last acknowledged what it holds. Not
 * part of any log: two masters that told each other of every receipt would never be done.
 */
import type { Envelope } from '../../fleet/authority/events.ts'
import type { MasterId, OriginId } from '../../kernel/ids.ts'
import type { Reader, Row, Writer } from '../../kernel/reader.ts'
import { isNewer, type Receipt, receiptPayloadType, receiptSchema } from '../../sync/receipt.ts'
import type { MasterCard } from '../../sync/card.ts'

/** Harmless when they are there already. */
export function createSyncTables(writer: Writer): void {
  writer.run(`CREATE TABLE IF NOT EXISTS sync_peers (
    master_id TEXT PRIMARY KEY,
    card TEXT NOT NULL,
    envelope TEXT NOT NULL,
    accepted_at INTEGER NOT NULL,
    accepted_by TEXT NOT NULL
  ) STRICT`)
  writer.run(`CREATE TABLE IF NOT EXISTS sync_receipts (
    master_id TEXT PRIMARY KEY,
    incarnation TEXT NOT NULL,
    n INTEGER NOT NULL,
    at TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    envelope TEXT NOT NULL
  ) STRICT`)
  writer.run('CREATE TABLE IF NOT EXISTS sync_bundles (bundle_id TEXT PRIMARY KEY, at TEXT NOT NULL) STRICT')
  writer.run('CREATE TABLE IF NOT EXISTS sync_announced (log TEXT PRIMARY KEY, seq INTEGER NOT NULL) STRICT')
  writer.run('CREATE TABLE IF NOT EXISTS sync_numbers (incarnation TEXT PRIMARY KEY, last INTEGER NOT NULL) STRICT')
}

export type Peer = { readonly card: MasterCard; readonly envelope: Envelope; readonly acceptedAt: number; readonly acceptedBy: string }

type PeerRow = Row & { readonly card: string; readonly envelope: string; readonly accepted_at: number; readonly accepted_by: string }

/** By name of the log's origin; a later card of the same master replaces. */
export function putPeer(writer: Writer, { card, envelope, acceptedAt, acceptedBy }: Peer): void {
  writer.run(
    `INSERT INTO sync_peers (master_id, card, envelope, accepted_at, accepted_by) VALUES (?, ?, ?, ?, ?)
      ON CONFLICT (master_id) DO UPDATE SET card = excluded.card, envelope = excluded.envelope, accepted_at = excluded.accepted_at,
        accepted_by = excluded.accepted_by`,
    card.masterId,
    JSON.stringify(card),
    JSON.stringify(envelope),
    acceptedAt,
    acceptedBy,
  )
}

export function readPeer(reader: Reader, masterId: string): Peer | undefined {
  const row = reader.get<PeerRow>('SELECT card, envelope, accepted_at, accepted_by FROM sync_peers WHERE master_id = ?', masterId)
  return row === undefined ? undefined : peerOf(row)
}

/** By id. */
export function listPeers(reader: Reader): readonly Peer[] {
  return reader.all<PeerRow>('SELECT card, envelope, accepted_at, accepted_by FROM sync_peers ORDER BY master_id').map(peerOf)
}

function peerOf(row: PeerRow): Peer {
  return {
    card: JSON.parse(row.card) as MasterCard,
    envelope: JSON.parse(row.envelope) as Envelope,
    acceptedAt: row.accepted_at,
    acceptedBy: row.accepted_by,
  }
}

export type KeptReceipt = { readonly receipt: Receipt; readonly envelope: Envelope; readonly receivedAt: number }

/** The newest that is held of the master; undefined while none ever came. */
export function readReceipt(reader: Reader, masterId: MasterId | OriginId | string): KeptReceipt | undefined {
  const row = reader.get<{ envelope: string; received_at: number }>(
    'SELECT envelope, received_at FROM sync_receipts WHERE master_id = ?',
    masterId,
  )
  if (row === undefined) return undefined
  const envelope = JSON.parse(row.envelope) as Envelope
  // It was checked before it was kept.
  const receipt = receiptSchema.parse(JSON.parse(Buffer.from(envelope.payload, 'base64').toString('utf8')))
  return { receipt, envelope, receivedAt: row.received_at }
}

/** Whether it said more than the one that was held. */
export function putReceipt(writer: Writer, receipt: Receipt, envelope: Envelope, receivedAt: number): boolean {
  const held = writer.get<{ incarnation: string; n: number }>(
    'SELECT incarnation, n FROM sync_receipts WHERE master_id = ?',
    receipt.masterId,
  )
  if (!isNewer(receipt, held)) return false
  writer.run(
    `INSERT INTO sync_receipts (master_id, incarnation, n, at, received_at, envelope) VALUES (?, ?, ?, ?, ?, ?)
      ON CONFLICT (master_id) DO UPDATE SET incarnation = excluded.incarnation, n = excluded.n, at = excluded.at,
        received_at = excluded.received_at, envelope = excluded.envelope`,
    receipt.masterId,
    receipt.incarnation,
    receipt.n,
    receipt.at,
    receivedAt,
    JSON.stringify({ ...envelope, payloadType: receiptPayloadType }),
  )
  return true
}

/** The next number of this life; never given twice, also when the receipt is never delivered. */
export function nextReceiptNumber(writer: Writer, incarnation: string): number {
  writer.run(
    'INSERT INTO sync_numbers (incarnation, last) VALUES (?, 1) ON CONFLICT (incarnation) DO UPDATE SET last = last + 1',
    incarnation,
  )
  return writer.get<{ last: number }>('SELECT last FROM sync_numbers WHERE incarnation = ?', incarnation)?.last ?? 1
}

type TakenBundle = { readonly bundleId: string; readonly at: string }

/** Once more of the same is the same. */
export function noteBundle(writer: Writer, { bundleId, at }: TakenBundle): void {
  writer.run('INSERT INTO sync_bundles (bundle_id, at) VALUES (?, ?) ON CONFLICT DO NOTHING', bundleId, at)
}

/** Newest first. */
export function takenBundles(reader: Reader, limit: number): readonly TakenBundle[] {
  return reader.all<TakenBundle & Row>('SELECT bundle_id AS bundleId, at FROM sync_bundles ORDER BY at DESC, bundle_id DESC LIMIT ?', limit)
}
