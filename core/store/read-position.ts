/** How far the store has come. */
import type { Reader } from '../kernel/reader.ts'

/** The position of the event that came last; 0 when there is none. With `before`, of the last one in a run that begins before it. */
export function lastPosition(reader: Pick<Reader, 'get'>, before: number = Number.MAX_SAFE_INTEGER): number {
  const sql = 'SELECT position + count - 1 AS last FROM runs WHERE position < ? ORDER BY position DESC LIMIT 1'
  return reader.get<{ last: number }>(sql, before)?.last ?? 0
}
