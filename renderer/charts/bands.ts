/** The seven bands of the connectivity spectrum, in their order, as shares of a whole. */
import type { Mode } from '../i18n/words.ts'

export const bandOrder: readonly Mode[] = ['LIVE', 'DELAYED', 'EDGE_CACHED', 'AUTONOMOUS', 'DISCONNECTED', 'RETURNING', 'REPLAYING']

export type Band = { readonly mode: Mode; readonly count: number; readonly share: number }

export function toBands(modes: Readonly<Record<Mode, number>>): readonly Band[] {
  const total = bandOrder.reduce((sum, mode) => sum + modes[mode], 0)
  return bandOrder.map((mode) => ({ mode, count: modes[mode], share: total === 0 ? 0 : modes[mode] / total }))
}

/**
 * Bottom to top in a chart over time: what is not live stands on the ground, where it can be compared, and live is the quiet rest above.
 */
export const stackOrder: readonly Mode[] = bandOrder.toReversed()

/** One point of the spectrum over time: each band from where to where, bottom to top, in nodes. */
export type StackedPoint = {
  readonly at: number
  readonly total: number
  readonly modes: Readonly<Record<Mode, number>>
  readonly edges: Readonly<Record<Mode, readonly [number, number]>>
}

export function toStack(
  points: readonly { readonly at: string; readonly modes: Readonly<Record<Mode, number>> }[],
  shown: readonly Mode[],
): readonly StackedPoint[] {
  return points.map((point) => {
    let sum = 0
    const edges = Object.fromEntries(
      stackOrder.map((mode) => {
        const from = sum
        if (shown.includes(mode)) sum += point.modes[mode]
        return [mode, [from, sum]]
      }),
    ) as Record<Mode, [number, number]>
    return { at: Date.parse(point.at), total: sum, modes: point.modes, edges }
  })
}

/** Where a break is drawn: two digests further apart than three times the usual say nothing about the time between them. */
export function splitAtGaps(points: readonly StackedPoint[]): readonly (readonly StackedPoint[])[] {
  const steps = points.slice(1).map((point, at) => point.at - (points[at]?.at ?? point.at))
  const usual = [...steps].sort((a, b) => a - b)[Math.floor(steps.length / 2)] ?? 0
  const runs: StackedPoint[][] = []
  points.forEach((point, at) => {
    const last = points[at - 1]
    if (last === undefined || (usual > 0 && point.at - last.at > usual * 3)) runs.push([point])
    else runs.at(-1)?.push(point)
  })
  return runs
}
