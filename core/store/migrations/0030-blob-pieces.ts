/** Blobs in pieces, with a count of the events that refer to them, so that none is ever held whole nor dropped while it is needed. */
import type { Migration } from '../migrate.ts'

export const blobPieces: Migration = {
  version: 30,
  up: (database) => {
    database.exec(`
      ALTER TABLE blobs RENAME TO whole_blobs;

      -- sha256 is null while the content is on its way in or out: nobody finds it by its digest then.
      -- idle_since: wall milliseconds since when no event held refers to it; null while one does.
      CREATE TABLE blobs (
        number INTEGER PRIMARY KEY,
        sha256 BLOB UNIQUE,
        size INTEGER NOT NULL,
        reference_count INTEGER NOT NULL,
        idle_since INTEGER
      ) STRICT;
      CREATE INDEX blobs_by_idleness ON blobs (idle_since) WHERE idle_since IS NOT NULL;

      -- Each piece is compressed and checked alone. sha256 is of its plain bytes.
      CREATE TABLE blob_pieces (
        blob INTEGER NOT NULL REFERENCES blobs,
        start INTEGER NOT NULL,
        size INTEGER NOT NULL,
        sha256 BLOB NOT NULL,
        encoding TEXT NOT NULL CHECK (encoding IN ('identity', 'zstd')),
        bytes BLOB NOT NULL,
        PRIMARY KEY (blob, start)
      ) STRICT;

      INSERT INTO blobs SELECT number, sha256, size, 0, CAST(unixepoch('subsec') * 1000 AS INTEGER) FROM whole_blobs;
      INSERT INTO blob_pieces SELECT number, 0, size, sha256, encoding, bytes FROM whole_blobs WHERE size > 0;

      -- Positions are kept as plain numbers: an event may be moved to an archive, and its blobs are needed all the same.
      DROP TABLE blob_references;
      CREATE TABLE blob_references (
        sha256 BLOB NOT NULL,
        position INTEGER NOT NULL,
        is_required INTEGER NOT NULL,
        PRIMARY KEY (sha256, position)
      ) STRICT, WITHOUT ROWID;

      -- Events that came before references were counted are read once more; null when that is done. Nothing is collected before.
      CREATE TABLE blob_counting (
        place INTEGER PRIMARY KEY CHECK (place = 1),
        counted_to INTEGER
      ) STRICT;
      INSERT INTO blob_counting SELECT 1, iif(EXISTS (SELECT 1 FROM whole_blobs), 0, NULL);

      DROP TABLE whole_blobs;
    `)
  },
}
