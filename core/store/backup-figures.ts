/** How large the store is, in its own words. */
import type { Reader } from '../kernel/reader.ts'
import { missingBlobs } from './blob-references.ts'
import { lastPosition } from './read-events.ts'

export type StoreFigures = {
  readonly schemaVersion: number
  readonly events: number
  readonly logs: number
  readonly blobs: number
  readonly blobBytes: number
  readonly missingBlobs: string[]
  readonly reusableBytes: number
  /** Of the file, without what can be used again. */
  readonly inUseBytes: number
  /** Wall milliseconds; null in a file that does not say. */
  readonly createdAt: number | null
}

const listedMissing = 100

export function readStoreFigures(reader: Reader): StoreFigures {
  const count = (sql: string): number => Number(Object.values(reader.get(sql) ?? {})[0] ?? 0)
  const pageBytes = count('PRAGMA page_size')
  const free = count('PRAGMA freelist_count') * pageBytes
  const createdAt = reader.get<{ value: string }>("SELECT value FROM store_facts WHERE name = 'created_at'")?.value
  return {
    schemaVersion: count('PRAGMA user_version'),
    events: lastPosition(reader),
    logs: count('SELECT count(*) FROM logs'),
    blobs: count('SELECT count(*) FROM blobs WHERE sha256 IS NOT NULL'),
    blobBytes: count('SELECT coalesce(sum(size), 0) FROM blobs'),
    missingBlobs: [...missingBlobs(reader, listedMissing)],
    reusableBytes: free,
    inUseBytes: count('PRAGMA page_count') * pageBytes - free,
    createdAt: createdAt === undefined ? null : Number(createdAt),
  }
}
