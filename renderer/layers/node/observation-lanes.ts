/** The observations of a node on one time axis: a lane for each kind, marks that lie too close joined to one, and the window that is looked at. */
import type { Observation } from './observation-pages.ts'

export type Kind = Observation['kind']

/** What wants a look first comes on top. */
export const laneOrder: readonly Kind[] = ['alarm', 'health', 'decision', 'snapshot', 'link', 'observation', 'unknown']

export type Mark = {
  readonly x: number
  /** How many it stands for, and the newest of them. */
  readonly count: number
  readonly eventId: string
  readonly time: string
  readonly isFromAutonomy: boolean
}
export type Lane = { readonly kind: Kind; readonly count: number; readonly marks: readonly Mark[] }

/** `items` newest first; `xOf` gives pixels. Marks of a lane that are nearer than `leastGap` to the one before are joined to it. */
export function toLanes(items: readonly Observation[], xOf: (atMs: number) => number, leastGap = 5): readonly Lane[] {
  return laneOrder.flatMap((kind): Lane[] => {
    const held = items.filter((item) => item.kind === kind)
    if (held.length === 0) return []
    const marks: { x: number; count: number; eventId: string; time: string; isFromAutonomy: boolean }[] = []
    for (const item of held) {
      const x = xOf(Date.parse(item.time))
      const last = marks.at(-1)
      if (last !== undefined && Math.abs(last.x - x) < leastGap && last.isFromAutonomy === item.isFromAutonomy) last.count += 1
      else marks.push({ x, count: 1, eventId: item.eventId, time: item.time, isFromAutonomy: item.isFromAutonomy })
    }
    return [{ kind, count: held.length, marks }]
  })
}

/** A stretch of time, ms since the epoch. */
export type Window = { readonly from: number; readonly to: number }

/** From the oldest to the newest of what is held; a minute around a single one. Null of nothing. */
export function spanOf(items: readonly Observation[]): Window | null {
  if (items.length === 0) return null
  const times = items.map(({ time }) => Date.parse(time))
  const [from, to] = [Math.min(...times), Math.max(...times)]
  return to - from < 1000 ? { from: from - 30_000, to: to + 30_000 } : { from, to }
}

/** Those that happened in the window, both ends included. */
export function within(items: readonly Observation[], window: Window | null): readonly Observation[] {
  if (window === null) return items
  return items.filter(({ time }) => Date.parse(time) >= window.from && Date.parse(time) <= window.to)
}

/** Nearer (`factor` below 1) or further about an instant, never shorter than two seconds. */
export function zoomAbout({ from, to }: Window, about: number, factor: number): Window {
  const span = Math.max(2000, (to - from) * factor)
  const share = (about - from) / Math.max(1, to - from)
  return { from: Math.round(about - span * share), to: Math.round(about + span * (1 - share)) }
}

export function moveBy({ from, to }: Window, share: number): Window {
  const by = Math.round((to - from) * share)
  return { from: from + by, to: to + by }
}

/** What two ends that were dragged over mean; null when it was a press and no drag. */
export function brushed(a: number, b: number, leastMs: number): Window | null {
  const window = { from: Math.min(a, b), to: Math.max(a, b) }
  return window.to - window.from < leastMs ? null : window
}
