/** The public keys that segments are signed with: whose they are, and what a revoked one may still vouch for. */
import { AppError } from '../kernel/app-error.ts'
import { equalBytes, fromHex, toHex } from '../kernel/hex.ts'
import { bytesToUlid, ulidToBytes, type OriginId } from '../kernel/ids.ts'
import type { Reader, Row, Writer } from '../kernel/reader.ts'

/** Up to and with this point of a log, what the key signed keeps its effect (design 3: a cut, never a moment). */
export type KeyCut = {
  readonly log: string
  readonly seq: number
  /** Hex. */
  readonly head: string
}

export type Key = {
  /** As `keyIdOf` makes it. */
  readonly keyId: string
  readonly origin: OriginId
  readonly publicKey: Uint8Array
}

export type KeptKey = Key & {
  readonly isRevoked: boolean
  /** Of a revoked key, by log; a log without one is cut before its first event. */
  readonly cuts: readonly KeyCut[]
}

type KeyRow = Row & {
  readonly number: number
  readonly keyid: string
  readonly origin: Uint8Array
  readonly public_key: Uint8Array
  readonly is_revoked: number
}

/** Harmless when it is held already. Throws Conflict `KEY_HELD_BY_ANOTHER`: one key never speaks for two origins. */
export function putKey(writer: Writer, key: Key, recordedAt: number): void {
  const held = writer.get<KeyRow>('SELECT * FROM keys WHERE keyid = ?', key.keyId)
  const origin = ulidToBytes(key.origin)
  if (held === undefined) {
    writer.run(
      'INSERT INTO keys (keyid, origin, public_key, recorded_at, is_revoked) VALUES (?, ?, ?, ?, 0)',
      key.keyId,
      origin,
      key.publicKey,
      recordedAt,
    )
  } else if (!equalBytes(held.origin, origin)) {
    throw new AppError('Conflict', 'KEY_HELD_BY_ANOTHER', 'This key already belongs to another node or master.', {
      keyId: key.keyId,
      holder: bytesToUlid(held.origin),
    })
  }
}

/** Replaces the cuts of an earlier revocation. Throws NotFound `KEY_NOT_HELD`. */
export function revokeKey(writer: Writer, keyId: string, cuts: readonly KeyCut[]): void {
  const number = requireKeyNumber(writer, keyId)
  writer.run('UPDATE keys SET is_revoked = 1 WHERE number = ?', number)
  writer.run('DELETE FROM key_cuts WHERE key = ?', number)
  for (const cut of cuts)
    writer.run('INSERT INTO key_cuts (key, log, seq, head) VALUES (?, ?, ?, ?)', number, cut.log, cut.seq, fromHex(cut.head))
}

export function readKey(reader: Reader, keyId: string): KeptKey | undefined {
  const row = reader.get<KeyRow>('SELECT * FROM keys WHERE keyid = ?', keyId)
  return row === undefined ? undefined : keptKeyOf(reader, row)
}

/** Oldest first. */
export function keysOfOrigin(reader: Reader, origin: OriginId): readonly KeptKey[] {
  return reader.all<KeyRow>('SELECT * FROM keys WHERE origin = ? ORDER BY number', ulidToBytes(origin)).map((row) => keptKeyOf(reader, row))
}

/** Throws NotFound `KEY_NOT_HELD`. */
export function requireKeyNumber(reader: Reader, keyId: string): number {
  const row = reader.get<{ number: number }>('SELECT number FROM keys WHERE keyid = ?', keyId)
  if (row === undefined) throw new AppError('NotFound', 'KEY_NOT_HELD', `The key ${keyId} is not known here.`, { keyId })
  return row.number
}

function keptKeyOf(reader: Reader, row: KeyRow): KeptKey {
  const cuts = reader
    .all<{ log: string; seq: number; head: Uint8Array }>('SELECT log, seq, head FROM key_cuts WHERE key = ? ORDER BY log', row.number)
    .map((cut) => ({ log: cut.log, seq: cut.seq, head: toHex(cut.head) }))
  return { keyId: row.keyid, origin: bytesToUlid(row.origin), publicKey: row.public_key, isRevoked: row.is_revoked === 1, cuts }
}
