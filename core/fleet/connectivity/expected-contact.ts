/** What is expected of a node after a contact: by the schedule that was set for it, else by the interval that it named itself ([CN8]). */
import type { ContactSchedule } from './connectivity-events.ts'
import { type Expectation, expectationAfter, readContactSchedule } from './contact-schedule.ts'

export type Scheduled = { readonly contactSchedule: ContactSchedule | null; readonly contactEverySeconds: number }

/** `heardAtMs`: wall time of the contact. A schedule that cannot be read was refused when it was set; then the interval holds. */
export function expectationOf({ contactSchedule, contactEverySeconds }: Scheduled, heardAtMs: number): Expectation {
  const everyMs = contactEverySeconds * 1000
  const read = contactSchedule === null ? undefined : readContactSchedule(contactSchedule)
  return read?.ok === true ? expectationAfter(read.value, heardAtMs) : { contactEveryMs: everyMs, periodMs: everyMs }
}
