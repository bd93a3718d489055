/** Instants as the API shows them. */
import { maxAheadMs } from '../../kernel/hlc.ts'

export function instantOf(ms: number): string {
  return new Date(ms).toISOString()
}

export function instantOrNull(ms: number | null): string | null {
  return ms === null ? null : instantOf(ms)
}

/** Milliseconds of an instant that an origin wrote; null for none, and for one that the origin's clock cannot have meant ([QY5]). */
export function believedMs(instant: string | null, nowMs: number): number | null {
  if (instant === null) return null
  const ms = Date.parse(instant)
  return Number.isFinite(ms) && ms <= nowMs + maxAheadMs ? ms : null
}
