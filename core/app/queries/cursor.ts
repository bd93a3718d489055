/** Cursors come back from outside: each names the last thing of a page, and anything else is refused. */
import { AppError } from '../../kernel/app-error.ts'

export function cursorRefused(cursor: string): AppError {
  return new AppError('Invalid', 'CURSOR_MALFORMED', 'This page does not go on from there; begin at the first one.', {
    cursor: cursor.slice(0, 40),
  })
}

/** The local position of an event. Throws Invalid `CURSOR_MALFORMED`. */
export function readPositionCursor(cursor: string | undefined): number {
  if (cursor === undefined) return Number.MAX_SAFE_INTEGER
  if (!/^[1-9][0-9]{0,14}$/.test(cursor)) throw cursorRefused(cursor)
  return Number(cursor)
}
