/**
 * When a node is expected to be heard: its schedule as data, and the instant by which the next contact is due. Pure: the answer
 * follows from the schedule, the zone written in it and the instant, never from the clock or the zone of this machine ([CN8]).
 */
import { Cron } from 'croner'
import { assertNever } from '../../kernel/assert-never.ts'
import { accepted, refused, type Result } from '../../kernel/result.ts'
import type { ContactSchedule } from './connectivity-events.ts'

/** Milliseconds since 1970; undefined once a schedule that names years has run out. */
export type NextContact = (afterMs: number) => number | undefined

/** What the schedule makes of one contact, in the words of `ContactEvidence`, into which it is spread. */
export type Expectation = {
  /** From the contact to the instant by which the next is expected, milliseconds; Infinity when none is expected any more. */
  readonly contactEveryMs: number
  /** The longest the schedule lets pass between two contacts that follow each other there, milliseconds. */
  readonly periodMs: number
}

/**
 * The schedule with its expressions read once, as a function from an instant to the next expected contact: strictly after that
 * instant; of a window its end, because until then nothing is late. A contact inside a window is that window's. Refused as
 * `CONTACT_SCHEDULE_INVALID` when an expression or a zone cannot be read, or never comes true.
 */
export function readContactSchedule(schedule: ContactSchedule): Result<NextContact> {
  switch (schedule.kind) {
    case 'interval':
      return accepted((afterMs) => afterMs + schedule.everySeconds * 1000)
    case 'cron': {
      const opening = readCron(schedule.expression, schedule.zone)
      return opening.ok ? accepted(opening.value) : opening
    }
    case 'window': {
      const opening = readCron(schedule.opens, schedule.zone)
      return opening.ok ? accepted((afterMs) => endOfNextWindow(opening.value, schedule.openSeconds * 1000, afterMs)) : opening
    }
    default:
      return assertNever(schedule)
  }
}

/** As `readContactSchedule`, for one question. A schedule that cannot be read expects nothing: it is refused when it is set. */
export function nextExpectedContact(schedule: ContactSchedule, afterMs: number): number | undefined {
  const read = readContactSchedule(schedule)
  return read.ok ? read.value(afterMs) : undefined
}

/** What to expect after a contact at `heardAtMs`, wall time; lateness is then counted on whatever clock measures silence ([CN5]). */
export function expectationAfter(next: NextContact, heardAtMs: number): Expectation {
  const due = next(heardAtMs)
  if (due === undefined) return { contactEveryMs: Number.POSITIVE_INFINITY, periodMs: Number.POSITIVE_INFINITY }
  const following = next(due)
  const contactEveryMs = due - heardAtMs
  return { contactEveryMs, periodMs: following === undefined ? contactEveryMs : Math.max(contactEveryMs, following - due) }
}

function readCron(pattern: string, timezone: string): Result<NextContact> {
  // Five fields: what has more is a schedule of seconds or years, or an instant, and none of them is a way to be heard.
  if (pattern.trim().split(/\s+/).length !== 5) return invalid(pattern, timezone)
  try {
    const cron = new Cron(pattern, { timezone, paused: true })
    // Read for the first time here, so that an unknown zone and a 30th of February are refused when they are set.
    if (cron.nextRun(new Date(0)) === null) return invalid(pattern, timezone)
    return accepted((afterMs) => cron.nextRun(new Date(afterMs))?.getTime())
  } catch (cause) {
    return invalid(pattern, timezone, cause instanceof Error ? cause.message : '')
  }
}

/** A window that is open at `afterMs` is met by that contact, so the one expected next is the first that opens later. */
function endOfNextWindow(opening: NextContact, openMs: number, afterMs: number): number | undefined {
  const opens = opening(afterMs)
  return opens === undefined ? undefined : opens + openMs
}

function invalid(pattern: string, timezone: string, cause = ''): Result<never> {
  return refused('CONTACT_SCHEDULE_INVALID', 'The schedule cannot be read, or never comes true.', { pattern, zone: timezone, cause })
}
