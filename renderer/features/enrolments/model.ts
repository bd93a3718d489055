/** Requests to join, split into what waits and what was decided. */
import type { Answers } from '../../client/rpc.ts'

export type Enrolment = Answers['enrolment']['list']['items'][number]

/** Oldest first: whoever waited longest is served first. Decided ones newest first. */
export function splitEnrolments(items: readonly Enrolment[]): {
  readonly pending: readonly Enrolment[]
  readonly decided: readonly Enrolment[]
} {
  const pending = items.filter((item) => item.status === 'PENDING').toSorted((a, b) => a.requestedAt.localeCompare(b.requestedAt))
  const decided = items.filter((item) => item.status !== 'PENDING').toSorted((a, b) => (b.decidedAt ?? '').localeCompare(a.decidedAt ?? ''))
  return { pending, decided }
}
