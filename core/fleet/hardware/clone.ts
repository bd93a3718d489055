/**
 * Two machines at work under one key ([FK6]): a copy that began logs of its own does not fork the old ones, but whoever restored a machine
 * silenced it. So an event that an older life recorded after a later one had begun is told by a second machine.
 */
import { maxAheadMs } from '../../kernel/hlc.ts'

/** The first event of a life. */
export type Opening = { readonly incarnation: string; readonly hlc: string }
/** The newest that a life told: its own clock, and when it came here (wall milliseconds). */
export type Word = { readonly incarnation: string; readonly hlc: string; readonly recordedAtMs: number }

/**
 * The latest life that had begun when an older one spoke; undefined where nothing speaks for a copy. What is on its way for long (by relay,
 * by stick) was recorded before, however late it comes. A clock that ran ahead of its own arrival tells nothing, nor does a life whose own
 * beginning has not come yet: which of the others are later is not known.
 */
export function lifeSpokenAfter(word: Word, openings: readonly Opening[]): Opening | undefined {
  if (Number.parseInt(word.hlc.slice(0, 12), 16) > word.recordedAtMs + maxAheadMs) return undefined
  const own = openings.find(({ incarnation }) => incarnation === word.incarnation)?.hlc
  if (own === undefined) return undefined
  return openings
    .filter(({ incarnation, hlc }) => incarnation !== word.incarnation && hlc > own && word.hlc > hlc)
    .toSorted((a, b) => (a.hlc < b.hlc ? 1 : -1))[0]
}
