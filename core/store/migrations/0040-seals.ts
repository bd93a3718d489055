/** Sealed bulk: which stretches of which logs lie in archives, and the one thing that may be taken out of the table of runs. */
import type { Migration } from '../migrate.ts'

export const seals: Migration = {
  version: 40,
  up: (database) => {
    database.exec(`
      -- A stretch of a bulk log whose bytes lie in the file of that name in the directory "archive". Its runs stay, with their columns,
      -- their bytes empty. prev and head: of the chain, before from_seq and after to_seq, where a segment was signed.
      CREATE TABLE seals (
        number INTEGER PRIMARY KEY,
        log INTEGER NOT NULL REFERENCES logs,
        branch INTEGER NOT NULL,
        from_seq INTEGER NOT NULL,
        to_seq INTEGER NOT NULL CHECK (to_seq >= from_seq),
        prev BLOB NOT NULL,
        head BLOB NOT NULL,
        file TEXT NOT NULL UNIQUE,
        size INTEGER NOT NULL,
        sealed_at INTEGER NOT NULL
      ) STRICT;
      CREATE UNIQUE INDEX seals_by_seq ON seals (log, branch, from_seq);
      -- Compressed one by one, so that one event costs one of them. sha256 is of the compressed bytes.
      CREATE TABLE seal_chunks (
        seal INTEGER NOT NULL REFERENCES seals,
        from_seq INTEGER NOT NULL,
        count INTEGER NOT NULL,
        start INTEGER NOT NULL,
        size INTEGER NOT NULL,
        plain_size INTEGER NOT NULL,
        sha256 BLOB NOT NULL,
        PRIMARY KEY (seal, from_seq)
      ) STRICT, WITHOUT ROWID;

      CREATE TRIGGER seals_are_not_changed BEFORE UPDATE ON seals BEGIN SELECT RAISE(ABORT, 'seals are append-only'); END;
      CREATE TRIGGER seals_are_not_removed BEFORE DELETE ON seals BEGIN SELECT RAISE(ABORT, 'seals are append-only'); END;

      DROP TRIGGER runs_are_not_changed;
      CREATE TRIGGER runs_are_not_changed BEFORE UPDATE ON runs
        WHEN NOT (
          NEW.bytes = x'' AND NEW.position = OLD.position AND NEW.log = OLD.log AND NEW.branch = OLD.branch
          AND NEW.from_seq = OLD.from_seq AND NEW.count = OLD.count AND NEW.recorded_at = OLD.recorded_at AND NEW.columns = OLD.columns
          AND EXISTS (
            SELECT 1 FROM seals WHERE seals.log = OLD.log AND seals.branch = OLD.branch
              AND seals.from_seq <= OLD.from_seq AND seals.to_seq >= OLD.from_seq + OLD.count - 1
          )
        )
        BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
    `)
  },
}
