/**
 * Hybrid logical clock (Kulkarni et al. 2014): wall milliseconds with a counter, so that an origin's own events are ordered
 * even when its wall clock steps back. Clocks are never compared across origins to decide anything.
 */
import { AppError } from './app-error.ts'
import type { Brand } from './ids.ts'

/** `<ms, 12 hex digits>-<counter, 4 hex digits>`: text order is clock order. */
export type Hlc = Brand<'Hlc'>

/** A received clock further ahead than this is kept but flagged, and does not drag ours (design 2, Event envelope). */
export const maxAheadMs = 5 * 60_000

const pattern = /^[0-9a-f]{12}-[0-9a-f]{4}$/

export function formatHlc(ms: number, counter: number): Hlc {
  return `${ms.toString(16).padStart(12, '0')}-${counter.toString(16).padStart(4, '0')}` as Hlc
}

export function isHlc(text: string): text is Hlc {
  return pattern.test(text)
}

/** Throws Invalid `HLC_MALFORMED`. */
export function readHlc(text: string): { readonly ms: number; readonly counter: number } {
  if (!isHlc(text)) throw new AppError('Invalid', 'HLC_MALFORMED', `"${text.slice(0, 40)}" is not a hybrid logical clock value.`)
  return { ms: Number.parseInt(text.slice(0, 12), 16), counter: Number.parseInt(text.slice(13), 16) }
}

/** The next value after `last` when the wall says `nowMs`. */
export function tickHlc(last: Hlc | undefined, nowMs: number): Hlc {
  if (last === undefined) return formatHlc(nowMs, 0)
  const { ms, counter } = readHlc(last)
  if (nowMs > ms) return formatHlc(nowMs, 0)
  return counter < 0xffff ? formatHlc(ms, counter + 1) : formatHlc(ms + 1, 0)
}

/** Takes in a value seen elsewhere; one that is too far ahead leaves ours where it is. */
export function mergeHlc(last: Hlc | undefined, seen: Hlc, nowMs: number): Hlc {
  const isTooFarAhead = readHlc(seen).ms > nowMs + maxAheadMs
  if (isTooFarAhead) return tickHlc(last, nowMs)
  return tickHlc(last === undefined || seen > last ? seen : last, nowMs)
}
