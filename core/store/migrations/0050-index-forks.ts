/** Finds the logs that were told in several ways without looking through all logs: hardly ever any among millions. */
import type { Migration } from '../migrate.ts'

export const indexForks: Migration = {
  version: 50,
  up: (database) => {
    database.exec('CREATE INDEX heads_forked ON heads (log) WHERE branch > 0')
  },
}
