/** What lies in archives beside the store, and which of them are not there: what they hold cannot be read until they are back. */
import type { Reader } from '../kernel/reader.ts'
import { filesIn } from './archive-file.ts'
import { contextOf } from './context.ts'

/** A stretch of a bulk log that was sealed. */
export type SealedStretch = { readonly log: string; readonly from: number; readonly to: number; readonly file: string }

export type Archives = {
  /** Null for a store in memory. */
  readonly directory: string | null
  readonly count: number
  readonly events: number
  readonly sizeBytes: number
  /** Wall milliseconds; null while nothing is sealed. */
  readonly firstSealedAt: number | null
  readonly lastSealedAt: number | null
  readonly missingCount: number
  /** The first of them, by log. */
  readonly missing: readonly SealedStretch[]
}

const missingListed = 100

export function readArchives(reader: Reader): Archives {
  const directory = contextOf(reader).archive?.directory ?? null
  const total = reader.get<{ n: number; events: number | null; bytes: number | null; first: number | null; last: number | null }>(
    `SELECT count(*) AS n, sum(to_seq - from_seq + 1) AS events, sum(size) AS bytes, min(sealed_at) AS first, max(sealed_at) AS last FROM seals`,
  )
  const here = filesIn(directory ?? undefined)
  const missing = reader
    .all<SealedStretch & { readonly log: string }>(
      `SELECT logs.name AS log, from_seq AS "from", to_seq AS "to", file FROM seals JOIN logs ON logs.number = seals.log ORDER BY logs.name, from_seq`,
    )
    .filter(({ file }) => !here.has(file))
  return {
    directory,
    count: total?.n ?? 0,
    events: total?.events ?? 0,
    sizeBytes: total?.bytes ?? 0,
    firstSealedAt: total?.first ?? null,
    lastSealedAt: total?.last ?? null,
    missingCount: missing.length,
    missing: missing.slice(0, missingListed),
  }
}
