/** The first schema: logs, events, signed points, heads, keys, blobs, and what waits to be accepted. */
import type { Migration } from '../migrate.ts'

export const createEvents: Migration = {
  version: 10,
  up: (database) => {
    database.exec(`
      CREATE TABLE store_facts (
        name TEXT PRIMARY KEY,
        value TEXT NOT NULL
      ) STRICT, WITHOUT ROWID;

      -- Names that come again in every event are kept once; events carry a small number instead.
      CREATE TABLE logs (
        number INTEGER PRIMARY KEY,
        name TEXT NOT NULL UNIQUE,
        origin BLOB NOT NULL
      ) STRICT;
      CREATE INDEX logs_by_origin ON logs (origin);
      CREATE TABLE subjects (
        number INTEGER PRIMARY KEY,
        id BLOB NOT NULL UNIQUE
      ) STRICT;
      CREATE TABLE types (
        number INTEGER PRIMARY KEY,
        name TEXT NOT NULL UNIQUE
      ) STRICT;

      -- position: the order in which this store came to hold the event; local, never compared with another store's.
      -- An event that could not be read has no event_id, subject, type and hlc_ms; its bytes are kept all the same.
      CREATE TABLE events (
        position INTEGER PRIMARY KEY,
        log INTEGER NOT NULL REFERENCES logs,
        branch INTEGER NOT NULL,
        seq INTEGER NOT NULL,
        event_id BLOB,
        subject INTEGER REFERENCES subjects,
        type INTEGER REFERENCES types,
        hlc_ms INTEGER,
        recorded_at INTEGER NOT NULL,
        is_readable INTEGER NOT NULL,
        bytes BLOB NOT NULL
      ) STRICT;
      CREATE UNIQUE INDEX events_by_seq ON events (log, branch, seq);
      -- Not unique: an origin that takes another's id for its own event must not keep the true one out. ULIDs grow with time, so
      -- entries go to the end of this index.
      CREATE INDEX events_by_id ON events (event_id);

      -- Filled late and sorted, up to subject_index.merged_to: a random index would be the dearest part of every insert.
      CREATE TABLE subject_entries (
        subject INTEGER NOT NULL,
        position INTEGER NOT NULL,
        type INTEGER NOT NULL,
        PRIMARY KEY (subject, position)
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE subject_index (
        place INTEGER PRIMARY KEY CHECK (place = 1),
        merged_to INTEGER NOT NULL
      ) STRICT;
      INSERT INTO subject_index VALUES (1, 0);

      -- parent and from_seq say where a branch of a fork leaves the one before it; the first branch of a log has none and 1.
      CREATE TABLE heads (
        log INTEGER NOT NULL REFERENCES logs,
        branch INTEGER NOT NULL,
        parent INTEGER,
        from_seq INTEGER NOT NULL,
        seq INTEGER NOT NULL,
        head BLOB NOT NULL,
        PRIMARY KEY (log, branch)
      ) STRICT, WITHOUT ROWID;

      CREATE TABLE keys (
        number INTEGER PRIMARY KEY,
        keyid TEXT NOT NULL UNIQUE,
        origin BLOB NOT NULL,
        public_key BLOB NOT NULL,
        recorded_at INTEGER NOT NULL,
        is_revoked INTEGER NOT NULL
      ) STRICT;
      CREATE INDEX keys_by_origin ON keys (origin);
      -- What a revoked key signed up to these points keeps its effect (design 3).
      CREATE TABLE key_cuts (
        key INTEGER NOT NULL REFERENCES keys,
        log TEXT NOT NULL,
        seq INTEGER NOT NULL,
        head BLOB NOT NULL,
        PRIMARY KEY (key, log)
      ) STRICT, WITHOUT ROWID;

      -- Signed points: where a log may be cut. Events past the last one of a log are its unsigned tail.
      CREATE TABLE segments (
        number INTEGER PRIMARY KEY,
        log INTEGER NOT NULL REFERENCES logs,
        branch INTEGER NOT NULL,
        from_seq INTEGER NOT NULL,
        to_seq INTEGER NOT NULL,
        key INTEGER NOT NULL REFERENCES keys,
        header BLOB NOT NULL,
        signature BLOB NOT NULL
      ) STRICT;
      CREATE UNIQUE INDEX segments_by_seq ON segments (log, branch, to_seq, from_seq, key);

      CREATE TRIGGER events_are_not_changed BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
      CREATE TRIGGER events_are_not_removed BEFORE DELETE ON events BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
      CREATE TRIGGER segments_are_not_changed BEFORE UPDATE ON segments BEGIN SELECT RAISE(ABORT, 'segments are append-only'); END;
      CREATE TRIGGER segments_are_not_removed BEFORE DELETE ON segments BEGIN SELECT RAISE(ABORT, 'segments are append-only'); END;

      CREATE TABLE blobs (
        number INTEGER PRIMARY KEY,
        sha256 BLOB NOT NULL UNIQUE,
        size INTEGER NOT NULL,
        encoding TEXT NOT NULL CHECK (encoding IN ('identity', 'zstd')),
        bytes BLOB NOT NULL
      ) STRICT;
      CREATE TABLE blob_references (
        sha256 BLOB NOT NULL,
        position INTEGER NOT NULL REFERENCES events,
        is_required INTEGER NOT NULL,
        PRIMARY KEY (sha256, position)
      ) STRICT, WITHOUT ROWID;

      -- Pieces of a segment or blob that is on its way (design 3, stored before acknowledged).
      CREATE TABLE staged_pieces (
        origin BLOB NOT NULL,
        name TEXT NOT NULL,
        start INTEGER NOT NULL,
        total INTEGER NOT NULL,
        size INTEGER NOT NULL,
        bytes BLOB NOT NULL,
        PRIMARY KEY (origin, name, start)
      ) STRICT;

      CREATE TABLE evidence (
        number INTEGER PRIMARY KEY,
        origin BLOB NOT NULL,
        log TEXT NOT NULL,
        from_seq INTEGER NOT NULL,
        to_seq INTEGER NOT NULL,
        code TEXT NOT NULL,
        sentence TEXT NOT NULL,
        sha256 BLOB NOT NULL,
        size INTEGER NOT NULL,
        bytes BLOB,
        first_at INTEGER NOT NULL,
        last_at INTEGER NOT NULL,
        times INTEGER NOT NULL,
        UNIQUE (origin, log, code, sha256)
      ) STRICT;

      -- How far each projection has come; its own tables are made by whoever owns it.
      CREATE TABLE checkpoints (
        projection TEXT PRIMARY KEY,
        version INTEGER NOT NULL,
        position INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
    `)
  },
}
