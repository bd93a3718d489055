/**
 * Event runs: events lie together, about 16 KiB in a row, instead of one in a row (core/adr/0004-event-runs.md). The index by subject
 * and the one by id become batches. Reads and writes a thousand events at a time, whatever there is.
 */
import { hash } from 'node:crypto'
import type { Database } from '../engine.ts'
import type { Migration } from '../migrate.ts'

export const eventRuns: Migration = {
  version: 20,
  up: (database) => {
    database.exec(`
      -- Events of one branch that came together: from_seq, from_seq + 1, ... at position, position + 1, ...
      -- bytes: per event u32 length and its exact bytes, as in a segment. columns: what events are looked up by, packed; it lies before
      -- the bytes, so that reading it touches none of their pages. All integers big-endian, an array behind the other: u32 end of each
      -- event in bytes, first four bytes of its SHA-256, u32 subject, u32 type (0 for an event that could not be read), 16 bytes of id.
      CREATE TABLE runs (
        position INTEGER PRIMARY KEY,
        log INTEGER NOT NULL REFERENCES logs,
        branch INTEGER NOT NULL,
        from_seq INTEGER NOT NULL,
        count INTEGER NOT NULL CHECK (count > 0),
        recorded_at INTEGER NOT NULL,
        columns BLOB NOT NULL,
        bytes BLOB NOT NULL
      ) STRICT;
    `)
    moveEvents(database)
    database.exec(`
      CREATE UNIQUE INDEX runs_by_seq ON runs (log, branch, from_seq);

      -- Until now it referred to events by their row.
      ALTER TABLE blob_references RENAME TO old_blob_references;
      CREATE TABLE blob_references (
        sha256 BLOB NOT NULL,
        position INTEGER NOT NULL,
        is_required INTEGER NOT NULL,
        PRIMARY KEY (sha256, position)
      ) STRICT, WITHOUT ROWID;
      INSERT INTO blob_references SELECT sha256, position, is_required FROM old_blob_references ORDER BY sha256, position;
      DROP TABLE old_blob_references;

      DROP TABLE events;
      DROP TABLE subject_entries;
      DROP TABLE subject_index;

      -- Filled late: each merge is a batch, of the events from batch to last. What comes after the last one is in memory only.
      CREATE TABLE index_batches (
        batch INTEGER PRIMARY KEY,
        last INTEGER NOT NULL,
        first_id BLOB,
        last_id BLOB
      ) STRICT;
      -- position: of the first entry. entries: per event u32 distance from it, u32 type.
      CREATE TABLE subject_entries (
        subject INTEGER NOT NULL,
        position INTEGER NOT NULL,
        entries BLOB NOT NULL,
        PRIMARY KEY (subject, position)
      ) STRICT, WITHOUT ROWID;
      -- entries, sorted: per event 16 bytes of id, u32 distance from the batch's first position.
      CREATE TABLE id_blocks (
        batch INTEGER NOT NULL,
        first_id BLOB NOT NULL,
        entries BLOB NOT NULL,
        PRIMARY KEY (batch, first_id)
      ) STRICT, WITHOUT ROWID;

      CREATE TRIGGER runs_are_not_changed BEFORE UPDATE ON runs BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
      CREATE TRIGGER runs_are_not_removed BEFORE DELETE ON runs BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
    `)
  },
}

type OldEvent = {
  readonly position: number
  readonly log: number
  readonly branch: number
  readonly seq: number
  readonly event_id: Buffer | null
  readonly subject: number | null
  readonly type: number | null
  readonly recorded_at: number
  readonly bytes: Buffer
}

const pageEvents = 1000
const runBytes = 16 * 1024

/** Neighbours in position that are neighbours in their log, and came at one time, become a run. */
function moveEvents(database: Database): void {
  const page = database.prepare(
    `SELECT position, log, branch, seq, event_id, subject, type, recorded_at, bytes FROM events WHERE position > ? ORDER BY position LIMIT ${pageEvents}`,
  )
  const insert = database.prepare(
    'INSERT INTO runs (position, log, branch, from_seq, count, recorded_at, columns, bytes) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
  )
  let run: OldEvent[] = []
  let size = 0
  const flush = (): void => {
    const [first] = run
    if (first === undefined) return
    const { columns, bytes } = packed(run)
    insert.run(first.position, first.log, first.branch, first.seq, run.length, first.recorded_at, columns, bytes)
    run = []
    size = 0
  }
  for (let position = 0; ; ) {
    const events = page.all(position) as readonly OldEvent[]
    for (const event of events) {
      const last = run.at(-1)
      if (last !== undefined && (!follows(last, event) || size + 4 + event.bytes.length > runBytes)) flush()
      run.push(event)
      size += 4 + event.bytes.length
    }
    position = events.at(-1)?.position ?? position
    if (events.length < pageEvents) break
  }
  flush()
}

function follows(last: OldEvent, event: OldEvent): boolean {
  return (
    event.position === last.position + 1 &&
    event.log === last.log &&
    event.branch === last.branch &&
    event.seq === last.seq + 1 &&
    event.recorded_at === last.recorded_at
  )
}

function packed(run: readonly OldEvent[]): { readonly columns: Buffer; readonly bytes: Buffer } {
  const count = run.length
  const bytes = Buffer.concat(run.flatMap((event) => [bigEndian(event.bytes.length), event.bytes]))
  const columns = Buffer.alloc(count * 32)
  let end = 0
  for (const [index, event] of run.entries()) {
    end += 4 + event.bytes.length
    columns.writeUInt32BE(end, 4 * index)
    columns.set(hash('sha256', event.bytes, 'buffer').subarray(0, 4), 4 * (count + index))
    columns.writeUInt32BE(event.subject ?? 0, 4 * (2 * count + index))
    columns.writeUInt32BE(event.type ?? 0, 4 * (3 * count + index))
    if (event.event_id !== null) columns.set(event.event_id, 16 * (count + index))
  }
  return { columns, bytes }
}

function bigEndian(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}
