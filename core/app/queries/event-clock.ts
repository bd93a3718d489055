/** Whether the instant that an event gives for itself can be believed ([QY11]). Nothing is decided by it: a doubtful clock is shown. */
import type { EventEnvelope } from '../../kernel/event.ts'
import { maxAheadMs, readHlc } from '../../kernel/hlc.ts'

const dayMs = 24 * 60 * 60 * 1000

export type ClockEvidence = {
  readonly event: Pick<EventEnvelope, 'time' | 'hlc' | 'data'>
  /** When this master recorded it. */
  readonly recordedAt: number
  /** When the origin was first heard of here, if that is known: nothing of its own is much older. */
  readonly knownSinceMs: number | null
  /** This master's own event: recorded as it was written. */
  readonly isOwn: boolean
}

/**
 * It happened after it was recorded (by more than a clock may go ahead); or its origin's wall clock stood behind the origin's own
 * logical clock, so it was set back; or it is older than its origin; or it took more than a day although its origin was in touch.
 * Being late alone is no reason for doubt: that is what a return from autonomy brings.
 */
export function isClockDoubtful({ event, recordedAt, knownSinceMs, isOwn }: ClockEvidence): boolean {
  const timeMs = Date.parse(event.time)
  if (timeMs > recordedAt + maxAheadMs) return true
  if (readHlc(event.hlc).ms - timeMs > maxAheadMs) return true
  if (knownSinceMs !== null && timeMs < knownSinceMs - dayMs) return true
  const wasInTouch = isOwn || event.data['isAutonomous'] === false
  return wasInTouch && timeMs < recordedAt - dayMs
}
