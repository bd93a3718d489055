/** Where sync debt is heading: read from the last digests, said as a sentence's facts, never as a promise. */

export type DebtPoint = { readonly at: string; readonly backlogMessages: number; readonly worstSecondsBehind: number }

export type DebtTrend =
  | { readonly kind: 'none' }
  | { readonly kind: 'clear' }
  | { readonly kind: 'steady'; readonly backlog: number }
  | { readonly kind: 'growing'; readonly backlog: number; readonly perMinute: number }
  | { readonly kind: 'falling'; readonly backlog: number; readonly perMinute: number; readonly clearInSeconds: number }

/** The trend rests on this many digests: an hour at the default of five minutes. */
const pointsForTrend = 12

export function debtTrend(points: readonly DebtPoint[]): DebtTrend {
  const last = points.at(-1)
  if (last === undefined) return { kind: 'none' }
  if (last.backlogMessages === 0) return { kind: 'clear' }
  const perSecond = slope(points.slice(-pointsForTrend).map((point) => [Date.parse(point.at) / 1000, point.backlogMessages]))
  const backlog = last.backlogMessages
  // Below one percent of the backlog in an hour nothing is said of a direction.
  if (perSecond === null || Math.abs(perSecond) * 3600 < backlog * 0.01) return { kind: 'steady', backlog }
  if (perSecond > 0) return { kind: 'growing', backlog, perMinute: perSecond * 60 }
  return { kind: 'falling', backlog, perMinute: -perSecond * 60, clearInSeconds: backlog / -perSecond }
}

/** Least squares; null when the points do not span any time. */
function slope(points: readonly (readonly [number, number])[]): number | null {
  if (points.length < 2) return null
  const meanX = points.reduce((sum, [x]) => sum + x, 0) / points.length
  const meanY = points.reduce((sum, [, y]) => sum + y, 0) / points.length
  const across = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0)
  const spread = points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0)
  return spread === 0 ? null : across / spread
}
