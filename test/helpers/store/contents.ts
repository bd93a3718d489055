/** Everything that a store holds, said in a way that does not depend on its schema: what a migration must leave as it was. */
import { toBase64, toHex } from '../../../core/kernel/hex.ts'
import { bytesToUlid } from '../../../core/kernel/ids.ts'
import type { Reader, Row, SqlValue } from '../../../core/kernel/reader.ts'
import { fingerprintOf } from '../../../core/log/fingerprint.ts'
import { parseLogId } from '../../../core/log/log-id.ts'
import { listEvidence } from '../../../core/store/evidence.ts'
import { readFrontier, readHead } from '../../../core/store/frontier.ts'
import { readBlob } from '../../../core/store/blobs.ts'
import { readEventById, readEventsAfter, readLogEvents, readSubjectEvents } from '../../../core/store/read-events.ts'
import { readSegmentsFrom } from '../../../core/store/read-segments.ts'
import { crypto } from '../log/origin.ts'

const all = 1_000_000

/** Tables that no migration of the event store may touch, as they lie. */
const plainTables = ['store_facts', 'keys', 'key_cuts', 'staged_pieces', 'checkpoints', 'shown_nodes'] as const

/** Plain JSON: bytes are base64 or a SHA-256. */
export function contentsOf(reader: Reader): unknown {
  const events = readEventsAfter(reader, 0, all)
  const frontier = readFrontier(reader)
  return {
    fingerprint: fingerprintOf(crypto, 'all', frontier).words.join(' '),
    frontier,
    heads: frontier.map(({ log }) => ({ log, signedTo: readHead(reader, parseLogId(log))?.signedTo })),
    events: events.map(({ position, log, branch, seq, recordedAt, bytes, event }) => ({
      position,
      log: `${log.origin}/${log.incarnation}/${log.lane}/${log.domain}`,
      branch,
      seq,
      recordedAt,
      sha256: toHex(crypto.sha256(bytes)),
      id: event?.id ?? null,
      isFoundById: event === undefined ? null : readEventById(reader, event.id)?.position === position,
    })),
    paths: frontier.map(({ log, branch }) => ({
      log,
      branch,
      positions: readLogEvents(reader, parseLogId(log), 1, all, branch).map(({ position }) => position),
      segments: [...readSegmentsFrom(reader, parseLogId(log), 1, branch)].map(({ from, to, bytes }) => ({
        from,
        to,
        sha256: toHex(crypto.sha256(bytes)),
      })),
    })),
    subjects: reader.all<{ id: Uint8Array }>('SELECT id FROM subjects ORDER BY id').map(({ id }) => {
      const subject = bytesToUlid(id)
      return { subject, positions: readSubjectEvents(reader, subject, { limit: all }).map(({ position }) => position) }
    }),
    blobs: reader.all<{ sha256: Uint8Array }>('SELECT sha256 FROM blobs ORDER BY sha256').map(({ sha256 }) => {
      const digest = toHex(sha256)
      return { digest, content: toBase64(readBlob(reader, digest) ?? new Uint8Array()) }
    }),
    references: rows(reader, 'SELECT sha256, position, is_required FROM blob_references ORDER BY sha256, position'),
    evidence: [...new Set(frontier.map(({ log }) => parseLogId(log).origin))].map((origin) =>
      listEvidence(reader, origin).map((item) => ({ ...item, sha256: toHex(item.sha256), bytes: item.bytes && toBase64(item.bytes) })),
    ),
    tables: Object.fromEntries(plainTables.map((table) => [table, rows(reader, `SELECT * FROM ${table}`)])),
  }
}

function rows(reader: Reader, sql: string): readonly unknown[] {
  return reader.all<Row>(sql).map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, plain(value)])))
}

function plain(value: SqlValue): unknown {
  return value instanceof Uint8Array ? toBase64(value) : value
}
