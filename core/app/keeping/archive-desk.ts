/** What is asked about archives beside the writer: the setting, what is sealed, and what would be sealed now. */
import type { z } from 'zod'
import type { ArchiveView, sealView, SealingState } from '../../contract/archives.ts'
import { AppError } from '../../kernel/app-error.ts'
import type { Ports } from '../../kernel/ports.ts'
import type { Reader } from '../../kernel/reader.ts'
import { readArchives } from '../../store/read-archives.ts'
import { countSeals, previewSeal, readSeals, type Seal, type SealPreview } from '../../store/seals.ts'
import { changeSettings, readSettings } from '../settings.ts'
import { dayMs, defaultKeepBulkDays, leastSealBytes } from './retaining.ts'

export type ArchiveDesk = {
  /** Throws Rejected `NOTHING_KEPT`. */
  readonly view: (reader: Reader, sealing: SealingState, days: number | undefined) => ArchiveView
  /** Kept over restarts. Throws Rejected `NOTHING_KEPT`, and what writing the file throws. */
  readonly remember: (keepBulkDays: number) => void
  /** Newest first. Throws Invalid `CURSOR_MALFORMED`. */
  readonly seals: (reader: Reader, page: PageRequest) => SealPage
}

type PageRequest = { readonly cursor?: string | undefined; readonly limit: number }
type SealPage = { items: z.infer<typeof sealView>[]; next: string | null; total: number }

/** Looking through every bulk log is not for every tick. */
const previewLastsMs = 10_000

export function createArchiveDesk(directory: string | undefined, { files, clock }: Pick<Ports, 'files' | 'clock'>): ArchiveDesk {
  let last: { readonly key: string; readonly at: number; readonly preview: SealPreview } | undefined

  function requireDirectory(): string {
    if (directory !== undefined) return directory
    throw new AppError('Rejected', 'NOTHING_KEPT', 'The demo island is in memory only: there is nothing to seal.')
  }

  function preview(reader: Reader, days: number): ArchiveView['preview'] {
    const key = `${days}/${countSeals(reader)}`
    const now = clock.now()
    if (last?.key !== key || Math.abs(now - last.at) > previewLastsMs)
      last = { key, at: now, preview: previewSeal(reader, now - days * dayMs, leastSealBytes) }
    return { ...last.preview, keepBulkDays: days, leastBytes: leastSealBytes, at: instantOf(last.at) }
  }

  return {
    view: (reader, sealing, days) => {
      const keepBulkDays = readSettings(files, requireDirectory()).keepBulkDays ?? defaultKeepBulkDays
      return { keepBulkDays, archives: archivesOf(reader), preview: preview(reader, days ?? keepBulkDays), sealing }
    },
    remember: (keepBulkDays) => changeSettings(files, requireDirectory(), { keepBulkDays }),
    seals: (reader, { cursor, limit }) => {
      const rows = readSeals(reader, { ...(cursor === undefined ? {} : { before: numberOf(cursor) }), limit })
      const end = rows.at(-1)
      return {
        items: rows.map(sealShown),
        next: end === undefined || rows.length < limit ? null : String(end.number),
        total: countSeals(reader),
      }
    },
  }
}

function sealShown({
  log,
  from,
  to,
  file,
  bytes,
  archiveBytes,
  sealedAt,
  recordedFrom,
  recordedTo,
  isHere,
}: Seal): SealPage['items'][number] {
  return {
    log,
    from,
    to,
    file,
    bytes,
    archiveBytes,
    sealedAt: instantOf(sealedAt),
    recordedFrom: instantOf(recordedFrom),
    recordedTo: instantOf(recordedTo),
    isHere,
  }
}

/** What lies in archives, as the contract says it. */
export function archivesOf(reader: Reader): ArchiveView['archives'] {
  const { firstSealedAt, lastSealedAt, missing, ...archives } = readArchives(reader)
  return {
    ...archives,
    firstSealedAt: firstSealedAt === null ? null : instantOf(firstSealedAt),
    lastSealedAt: lastSealedAt === null ? null : instantOf(lastSealedAt),
    missing: [...missing],
  }
}

function numberOf(cursor: string): number {
  const number = Number(cursor)
  if (cursor === '' || !Number.isSafeInteger(number) || number < 1)
    throw new AppError('Invalid', 'CURSOR_MALFORMED', `"${cursor.slice(0, 40)}" does not say where a page begins.`)
  return number
}

function instantOf(ms: number): string {
  return new Date(ms).toISOString()
}
