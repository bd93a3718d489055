/**
 * How far this master has signed its own logs, in a file outside of the database: a database that was put back from an older copy is
 * so found to be behind what this master once said (design 3, Incarnation; [MA11]).
 */
import { join } from 'node:path'
import { z } from 'zod'
import { isAppError } from '../../kernel/app-error.ts'
import { equalBytes, fromHex } from '../../kernel/hex.ts'
import type { MasterId } from '../../kernel/ids.ts'
import type { Files, Ports } from '../../kernel/ports.ts'
import type { Reader } from '../../kernel/reader.ts'
import { isLogId, type LogId, parseLogId } from '../../log/log-id.ts'
import { decodeSegment, type SegmentHeader } from '../../log/segment.ts'
import { readHead } from '../../store/frontier.ts'
import { segmentAt, type StoredSegment } from '../../store/read-segments.ts'

/** A signed point. */
export type Point = { readonly log: string; readonly seq: number; readonly head: string }

export const highWaterName = 'high-water.json'

/** Written at most this often: what was signed in between and lost with the disk is not missed at the next start. */
const writeAfterMs = 5000

const schema = z.object({
  v: z.literal(1),
  masterId: z.string(),
  points: z.array(
    z.object({ log: z.string().refine(isLogId), seq: z.number().int().positive(), head: z.string().regex(/^[0-9a-f]{64}$/) }),
  ),
})

export type HighWater = {
  /** To be called once what was signed is durable. */
  readonly note: (signed: readonly SegmentHeader[]) => void
  /** Writes what is not written yet. */
  readonly close: () => void
}

/**
 * `directory` undefined keeps nothing. That a mark could not be written is told to whoever runs the process and fails nobody: it
 * guards against a mistake, and the next one makes up for it.
 */
export function createHighWater(
  directory: string | undefined,
  masterId: MasterId,
  known: readonly Point[],
  { files, scheduler, diagnostics }: Pick<Ports, 'files' | 'scheduler' | 'diagnostics'>,
): HighWater {
  const points = new Map(known.map((point) => [point.log, point]))
  let cancel: (() => void) | undefined
  function write(): void {
    cancel?.()
    cancel = undefined
    if (directory === undefined) return
    const sorted = [...points.values()].sort((a, b) => (a.log < b.log ? -1 : 1))
    const text = `${JSON.stringify({ v: 1, masterId, points: sorted })}\n`
    try {
      files.writeAtomic(join(directory, highWaterName), new TextEncoder().encode(text), 0o600)
    } catch (error) {
      diagnostics.warn('the high-water mark could not be written', { reason: error instanceof Error ? error.message : 'unknown' })
    }
  }
  return {
    note: (signed) => {
      for (const { log, to, head } of signed) points.set(log, { log, seq: to, head })
      if (signed.length > 0 && directory !== undefined) cancel ??= scheduler.after(writeAfterMs, write)
    },
    close: () => {
      if (cancel !== undefined) write()
    },
  }
}

/** What the mark of this master says; nothing when there is none, it cannot be read, or it is another master's. */
export function readHighWater(directory: string, masterId: MasterId, files: Pick<Files, 'read'>): readonly Point[] {
  const bytes = files.read(join(directory, highWaterName))
  if (bytes === undefined) return []
  const mark = schema.safeParse(parsed(bytes))
  return mark.success && mark.data.masterId === masterId ? mark.data.points : []
}

/** The points of the mark that the store does not hold, or holds with another past. */
export function lostPoints(reader: Reader, mark: readonly Point[]): readonly Point[] {
  return mark.filter((point) => !holdsPoint(reader, point))
}

function holdsPoint(reader: Reader, { log, seq, head }: Point): boolean {
  const id = parseLogId(log)
  const held = readHead(reader, id)
  if (held === undefined || held.seq < seq) return false
  if (held.seq === seq) return equalBytes(held.head, fromHex(head))
  // The mark is a signed point: the segment that ends there says with which head.
  const segment = segmentIfHere(reader, id, seq)
  // What lies in an archive by now was held for long: it is not asked.
  if (segment === undefined) return true
  const decoded = decodeSegment(segment.bytes)
  return decoded.ok && decoded.value.header.to === seq && decoded.value.header.head === head
}

function segmentIfHere(reader: Reader, log: LogId, seq: number): StoredSegment | undefined {
  try {
    return segmentAt(reader, log, seq)
  } catch (error) {
    if (isAppError(error) && error.code === 'ARCHIVE_MISSING') return undefined
    throw error
  }
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    // Damaged text is told by the schema check of the caller.
    return undefined
  }
}
