/** When a node is expected, and what that makes of its silence. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { assessContact, type ContactEvidence, defaultThresholds, nextDeadline } from '../../../../core/fleet/connectivity/assess.ts'
import { type ContactSchedule, contactScheduleSchema } from '../../../../core/fleet/connectivity/connectivity-events.ts'
import { expectationAfter, nextExpectedContact, readContactSchedule } from '../../../../core/fleet/connectivity/contact-schedule.ts'

const at = (instant: string): number => Date.parse(instant)
const hour = 3_600_000
const day = 24 * hour
const next = (schedule: ContactSchedule, after: string): string | undefined => {
  const due = nextExpectedContact(schedule, at(after))
  return due === undefined ? undefined : new Date(due).toISOString()
}

describe('contact schedules', () => {
  it('[CN8] counts an interval from the last contact', () => {
    expect(next({ kind: 'interval', everySeconds: 90 }, '2026-05-01T10:00:00.000Z')).toBe('2026-05-01T10:01:30.000Z')
  })

  it('[CN8] keeps to the wall clock of the zone that is written in it, over the change to summer time', () => {
    const daily: ContactSchedule = { kind: 'cron', expression: '30 8 * * *', zone: 'Europe/Berlin' }
    expect(next(daily, '2026-03-28T00:00:00.000Z')).toBe('2026-03-28T07:30:00.000Z')
    expect(next(daily, '2026-03-28T07:30:00.000Z')).toBe('2026-03-29T06:30:00.000Z')
    expect(next({ ...daily, expression: '30 2 * * *' }, '2026-03-28T12:00:00.000Z')).toBe('2026-03-29T01:00:00.000Z')
  })

  it('[CN8] expects the courier of a week until the end of the window, once a window', () => {
    const courier: ContactSchedule = { kind: 'window', opens: '0 8 * * 1', zone: 'UTC', openSeconds: 10 * 3600 }
    // The Monday is the 4th of May. Before it opens, that window; inside it, the next one.
    expect(next(courier, '2026-05-01T00:00:00.000Z')).toBe('2026-05-04T18:00:00.000Z')
    expect(next(courier, '2026-05-04T07:59:59.000Z')).toBe('2026-05-04T18:00:00.000Z')
    expect(next(courier, '2026-05-04T08:00:00.000Z')).toBe('2026-05-11T18:00:00.000Z')
    expect(next(courier, '2026-05-04T17:00:00.000Z')).toBe('2026-05-11T18:00:00.000Z')
  })

  it.each([
    ['61 * * * *', 'UTC'],
    ['0 0 30 2 *', 'UTC'],
    ['0 8 * * 1', 'Nowhere/Lost'],
    ['0 0 8 * * 1', 'UTC'],
    ['2026-12-01T00:00:00', 'UTC'],
    ['not a cron at all', 'UTC'],
  ])('[CN9] refuses the expression %s in the zone %s, and expects nothing by it', (expression, zone) => {
    const schedule: ContactSchedule = { kind: 'cron', expression, zone }
    expect(readContactSchedule(schedule)).toMatchObject({ ok: false, refusal: { code: 'CONTACT_SCHEDULE_INVALID' } })
    expect(readContactSchedule({ kind: 'window', opens: expression, zone, openSeconds: 60 }).ok).toBe(false)
    expect(nextExpectedContact(schedule, 0)).toBeUndefined()
  })

  it('[CN8] answers with an instant after the one it is asked about, later for a later one', () => {
    const schedule = fc.oneof(
      fc.record({ kind: fc.constant('interval' as const), everySeconds: fc.integer({ min: 1, max: 1e6 }) }),
      fc.record({
        kind: fc.constant('cron' as const),
        expression: fc.constantFrom('*/5 * * * *', '0 8 * * 1', '0 0 1 * *', '15 3 * * 2-5'),
        zone: fc.constantFrom('UTC', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe'),
      }),
      fc.record({
        kind: fc.constant('window' as const),
        opens: fc.constantFrom('0 8 * * 1', '0 22 * * *'),
        zone: fc.constantFrom('UTC', 'Europe/Berlin'),
        openSeconds: fc.integer({ min: 60, max: 40 * 3600 }),
      }),
    )
    fc.assert(
      fc.property(schedule, fc.integer({ min: 1_600_000_000, max: 1_900_000_000 }), fc.nat(1e6), (written, seconds, more) => {
        expect(contactScheduleSchema.parse(written)).toEqual(written)
        const first = nextExpectedContact(written, seconds * 1000) ?? 0
        expect(first).toBeGreaterThan(seconds * 1000)
        expect(nextExpectedContact(written, (seconds + more) * 1000) ?? 0).toBeGreaterThanOrEqual(first)
      }),
    )
  })
})

describe('assessing by a schedule', () => {
  const courier = readContactSchedule({ kind: 'window', opens: '0 8 * * 1', zone: 'UTC', openSeconds: 10 * 3600 })
  const heardAt = at('2026-05-04T09:00:00.000Z')
  const evidence = (afterMs: number, more: Partial<ContactEvidence> = {}): ContactEvidence => {
    if (!courier.ok) throw new Error('the schedule of this test does not read')
    return {
      mode: 'EDGE_CACHED',
      nowMs: 5000 + afterMs,
      lastContactMs: 5000,
      ...expectationAfter(courier.value, heardAt),
      autonomyBudgetMs: 14 * day,
      thresholds: defaultThresholds,
      link: null,
      goodContacts: 1,
      slowContacts: 0,
      isRelayed: false,
      ...more,
    }
  }

  it('[CN2] does not call the weekly courier late on day three, nor on the next Monday before the window closes', () => {
    expect(assessContact(evidence(3 * day))).toBeUndefined()
    expect(assessContact(evidence(7 * day + 8.9 * hour))).toBeUndefined()
    expect(assessContact(evidence(7 * day + 9 * hour + 181_000))?.to).toBe('AUTONOMOUS')
    expect(nextDeadline(evidence(day))).toBe(5000 + 7 * day + 9 * hour + 180_000)
  })

  it('[CN6] is EDGE_CACHED by how far apart its contacts lie, also a minute before the next', () => {
    const soon = { contactEveryMs: 60_000 - 1, periodMs: day, mode: null }
    expect(assessContact(evidence(0, soon))).toEqual({
      to: 'EDGE_CACHED',
      event: 'sync-interval-extends',
      reason: 'Heard only every 24 h; between contacts its cache is shown.',
    })
  })

  it('[CN4] counts the autonomy budget from where a contact of its schedule was missed', () => {
    const missed = 7 * day + 9 * hour + 180_000
    expect(assessContact(evidence(missed + 14 * day - 1, { mode: 'AUTONOMOUS' }))).toBeUndefined()
    expect(assessContact(evidence(missed + 14 * day, { mode: 'AUTONOMOUS' }))?.to).toBe('DISCONNECTED')
  })

  it('[CN7] has no deadline for a schedule that expects nobody any more', () => {
    const over = expectationAfter(() => undefined, heardAt)
    const never = evidence(day, over)
    expect(nextDeadline(never)).toBeUndefined()
    expect(assessContact(never)).toBeUndefined()
    expect(assessContact({ ...never, mode: 'AUTONOMOUS' })).toBeUndefined()
  })
})
