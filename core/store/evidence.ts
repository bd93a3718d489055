/** What was refused and why, with its bytes, so that a person or a court can look at it later ([ST9]). */
import { bytesToUlid, ulidToBytes, type OriginId } from '../kernel/ids.ts'
import type { Reader, Row, Writer } from '../kernel/reader.ts'
import { contextOf } from './context.ts'

export type NewEvidence = {
  readonly origin: OriginId
  /** As `formatLogId` writes it; empty when the bytes do not say. */
  readonly log: string
  readonly from: number
  readonly to: number
  readonly code: string
  readonly sentence: string
  readonly bytes: Uint8Array
  /** Wall milliseconds. */
  readonly at: number
}

export type Evidence = Omit<NewEvidence, 'bytes' | 'at'> & {
  readonly number: number
  readonly sha256: Uint8Array
  readonly sizeBytes: number
  /** Undefined when the origin had filled its share; the digest still tells the bytes apart. */
  readonly bytes: Uint8Array | undefined
  readonly firstAt: number
  readonly lastAt: number
  /** How often these very bytes came. */
  readonly times: number
}

/** Bytes kept per origin: enough to judge by, too little to fill the disk with. */
export const evidenceQuotaBytes = 8 * 1024 * 1024

/** Rows kept per origin. */
const maxRows = 1000

type EvidenceRow = Row & {
  readonly number: number
  readonly origin: Uint8Array
  readonly log: string
  readonly from_seq: number
  readonly to_seq: number
  readonly code: string
  readonly sentence: string
  readonly sha256: Uint8Array
  readonly size: number
  readonly bytes: Uint8Array | null
  readonly first_at: number
  readonly last_at: number
  readonly times: number
}

/** Answers its number. The same bytes for the same reason are counted, not kept twice; an origin beyond its rows adds to its last one. */
export function parkEvidence(writer: Writer, evidence: NewEvidence, quotaBytes: number = evidenceQuotaBytes): number {
  const origin = ulidToBytes(evidence.origin)
  const sha256 = contextOf(writer).ports.crypto.sha256(evidence.bytes)
  const held = writer.get<{ number: number }>(
    'SELECT number FROM evidence WHERE origin = ? AND log = ? AND code = ? AND sha256 = ?',
    origin,
    evidence.log,
    evidence.code,
    sha256,
  )
  const used = writer.get<{ rows: number; bytes: number; last: number | null }>(
    'SELECT count(*) AS rows, coalesce(sum(length(bytes)), 0) AS bytes, max(number) AS last FROM evidence WHERE origin = ?',
    origin,
  )
  const again = held?.number ?? ((used?.rows ?? 0) >= maxRows ? used?.last : undefined)
  if (again !== undefined && again !== null) {
    writer.run('UPDATE evidence SET times = times + 1, last_at = ? WHERE number = ?', evidence.at, again)
    return again
  }
  const kept = (used?.bytes ?? 0) + evidence.bytes.length <= quotaBytes ? evidence.bytes : null
  writer.run(
    `INSERT INTO evidence (origin, log, from_seq, to_seq, code, sentence, sha256, size, bytes, first_at, last_at, times)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1)`,
    origin,
    evidence.log,
    evidence.from,
    evidence.to,
    evidence.code,
    evidence.sentence,
    sha256,
    evidence.bytes.length,
    kept,
    evidence.at,
    evidence.at,
  )
  return writer.get<{ number: number }>('SELECT max(number) AS number FROM evidence')?.number ?? 0
}

/** Whether these very bytes were parked before, for the same reason. */
export function isParked(reader: Reader, { origin, log, code, bytes }: Pick<NewEvidence, 'origin' | 'log' | 'code' | 'bytes'>): boolean {
  const sha256 = contextOf(reader).ports.crypto.sha256(bytes)
  const select = 'SELECT 1 FROM evidence WHERE origin = ? AND log = ? AND code = ? AND sha256 = ?'
  return reader.get(select, ulidToBytes(origin), log, code, sha256) !== undefined
}

/** How often what was parked under this number came; 1 when it was new. */
export function timesParked(reader: Reader, number: number): number {
  return reader.get<{ times: number }>('SELECT times FROM evidence WHERE number = ?', number)?.times ?? 0
}

/** Newest first. */
export function listEvidence(reader: Reader, origin: OriginId): readonly Evidence[] {
  return reader.all<EvidenceRow>('SELECT * FROM evidence WHERE origin = ? ORDER BY number DESC', ulidToBytes(origin)).map(evidenceOf)
}

export function readEvidence(reader: Reader, number: number): Evidence | undefined {
  const row = reader.get<EvidenceRow>('SELECT * FROM evidence WHERE number = ?', number)
  return row === undefined ? undefined : evidenceOf(row)
}

function evidenceOf(row: EvidenceRow): Evidence {
  return {
    number: row.number,
    origin: bytesToUlid(row.origin),
    log: row.log,
    from: row.from_seq,
    to: row.to_seq,
    code: row.code,
    sentence: row.sentence,
    sha256: row.sha256,
    sizeBytes: row.size,
    bytes: row.bytes ?? undefined,
    firstAt: row.first_at,
    lastAt: row.last_at,
    times: row.times,
  }
}
