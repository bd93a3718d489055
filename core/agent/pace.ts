/** How long to wait before asking again, so that a thousand nodes that lost the same link do not come back in one instant. */
import type { Random } from '../kernel/ports.ts'

const firstMs = 500

/** Doubles with each attempt (counted from 1) up to `longestMs`, then takes a random half off. */
export function backoffMs(random: Random, attempt: number, longestMs: number): number {
  return spread(random, Math.min(firstMs * 2 ** Math.min(attempt - 1, 20), longestMs))
}

/** Between half and all of `ms`. */
export function spread(random: Random, ms: number): number {
  return Math.round(ms * (0.5 + random.next() / 2))
}

/** Not before `ms`, and up to a half later: what a `Retry-After` asks for. */
export function notBefore(random: Random, ms: number): number {
  return Math.round(ms * (1 + random.next() / 2))
}
