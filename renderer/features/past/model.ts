/** Instants of the past as a person enters them, and the ones that are offered. */
import type { Place } from '../../app/route.ts'

/** How far back the offers go, seconds: an hour, a shift, a day, a week. */
export const offeredSeconds = [3_600, 8 * 3_600, 86_400, 7 * 86_400] as const

/** `2026-03-01T14:02:11` of a date field, in this machine's time or in UTC, as an instant; null while it is none. */
export function readMoment(text: string, isUtc: boolean): string | null {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?$/.test(text)) return null
  const ms = Date.parse(isUtc ? `${text}Z` : text)
  return Number.isFinite(ms) ? new Date(ms).toISOString() : null
}

/** The same way back, to the second. */
export function writeMoment(at: string, isUtc: boolean): string {
  const date = new Date(at)
  if (isUtc) return date.toISOString().slice(0, 19)
  const two = (value: number): string => String(value).padStart(2, '0')
  const day = `${String(date.getFullYear()).padStart(4, '0')}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
  return `${day}T${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`
}

export type MomentProblem = 'not-an-instant' | 'in-the-future'

export function momentProblem(at: string | null, nowMs: number): MomentProblem | null {
  if (at === null) return 'not-an-instant'
  return Date.parse(at) > nowMs ? 'in-the-future' : null
}

/** Just after something happened, but never later than now: an event's clock and its time differ by some milliseconds. */
export function justAfter(time: string, nowMs: number): string {
  return new Date(Math.min(Date.parse(time) + 1_000, nowMs - 1)).toISOString()
}

const crockford = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/** The instant in a ULID, ms since the epoch: a master is named when it is founded, and nothing is recorded before. Null when it is none. */
export function foundedAt(ulid: string): number | null {
  if (!/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/.test(ulid)) return null
  return [...ulid.slice(0, 10)].reduce((ms, letter) => ms * 32 + crockford.indexOf(letter), 0)
}

/** From the founding to now, ms; a founding that a wrong clock put after now leaves the last day. */
export function wholeHistory(masterId: string, nowMs: number): { readonly from: number; readonly to: number } {
  const founded = foundedAt(masterId)
  return { from: founded === null || founded >= nowMs ? nowMs - 86_400_000 : founded, to: nowMs }
}

/** What a room says when the console is set to a past instant: whether it can be shown as it was then. */
export type PastAnswer = 'as-it-was' | 'the-same' | 'presence' | 'progress' | 'kept-as-decided' | 'this-machine'

export function pastAnswerOf(room: Place['room']): PastAnswer {
  switch (room) {
    case 'overview':
    case 'domain':
    case 'node':
      return 'as-it-was'
    case 'guide':
    case 'settings':
      return 'the-same'
    case 'attention':
      return 'presence'
    case 'returns':
    case 'rollouts':
      return 'progress'
    case 'audit':
    case 'forks':
    case 'changes':
    case 'sheet':
    case 'enrolments':
    case 'policies':
      return 'kept-as-decided'
    case 'courier':
    case 'clocks':
    case 'drills':
    case 'data':
      return 'this-machine'
  }
}
