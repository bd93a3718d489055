/** Instants of the past as a person enters them, and the ones that are offered. */

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
