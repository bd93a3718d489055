/** What a projection knows of one subject, and the pure steps that get there. */
import type { CheckSignature } from '../../fleet/authority/statement.ts'
import type { Projection } from '../../projections/projection.ts'
import type { Effective } from './effective.ts'

/** One stream: its state, and where it stands. */
export type Half = {
  readonly state: unknown
  /** The order key of the last event in it; empty while there was none. */
  readonly key: string
  /** Events in it. */
  readonly count: number
  /** The highest clock in it, milliseconds: an upper bound of the order time of everything in it ([PJ12]). */
  readonly ms: number
}

export type Subject = {
  readonly facts: Half
  readonly decisions: Half
  /** The last event that is folded in: what a flush has written is not folded a second time. */
  readonly position: number
}

export function nothingOf(projection: Projection): Subject {
  return { facts: emptyHalf(projection.facts.initial), decisions: emptyHalf(projection.decisions.initial), position: 0 }
}

export function knowsNothing({ facts, decisions }: Subject): boolean {
  return facts.count === 0 && decisions.count === 0
}

/** Throws what the fold throws. */
export function applyOne(projection: Projection, before: Half, input: Effective, check: CheckSignature): Half {
  const { event, stream, key } = input
  return {
    state: projection[stream].apply(before.state, input, check),
    key: key > before.key ? key : before.key,
    count: before.count + 1,
    ms: Math.max(before.ms, msOf(event.hlc)),
  }
}

/** True when `input` comes after everything in its stream, or its fold does not care. */
export function fitsBehind(projection: Projection, before: Half, { stream, key }: Effective): boolean {
  return key > before.key || projection[stream].commutes === true
}

export type Poisoned = { readonly input: Effective; readonly error: unknown }

/** All of `inputs`, which may come in any order, from nothing. What the fold throws on is left out and handed back. */
export function foldAll(
  projection: Projection,
  inputs: readonly Effective[],
  position: number,
  check: CheckSignature,
): { readonly subject: Subject; readonly poisoned: readonly Poisoned[] } {
  const halves = { facts: emptyHalf(projection.facts.initial), decisions: emptyHalf(projection.decisions.initial) }
  const poisoned: Poisoned[] = []
  for (const input of inputs.toSorted((a, b) => (a.key < b.key ? -1 : 1))) {
    try {
      halves[input.stream] = applyOne(projection, halves[input.stream], input, check)
    } catch (error) {
      poisoned.push({ input, error })
    }
  }
  return { subject: { ...halves, position }, poisoned }
}

export function msOf(hlc: string): number {
  return Number.parseInt(hlc.slice(0, 12), 16)
}

function emptyHalf(initial: unknown): Half {
  return { state: initial, key: '', count: 0, ms: 0 }
}
