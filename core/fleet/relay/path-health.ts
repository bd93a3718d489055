/** How well a path carries, from what was measured over it. A path nobody has measured lately is unknown, never well ([RL1], [RL2]). */
import type { Thresholds } from '../decisions.ts'
import type { Health, LinkQuality } from '../node/node-record.ts'

/** One measurement over the path, by whoever used it. */
export type LinkObservation = { readonly nodeId: string; readonly atMs: number; readonly link: LinkQuality }
/** A node behind the path and whether it is heard at present. */
export type Reach = { readonly nodeId: string; readonly isHeard: boolean }

export type PathHealth = {
  readonly health: Health
  /** Medians of the recent measurements, each node once; null without any. */
  readonly link: LinkQuality | null
  readonly nodesMeasured: number
  readonly ageMs: number | null
  /** Why, in sentences. */
  readonly reasons: readonly string[]
}

/**
 * FAILED: nobody behind it is heard although somebody should be. DEGRADED: half of those measured are out of the domain's bounds, or
 * some nodes behind it are silent with others heard. `freshForMs`: older measurements say nothing of the present.
 */
export function pathHealth(
  observations: readonly LinkObservation[],
  behind: readonly Reach[],
  bounds: Pick<Thresholds, 'slowRttMs' | 'slowLossPct'>,
  asOfMs: number,
  freshForMs: number,
): PathHealth {
  const silent = behind.filter(({ isHeard }) => !isHeard).length
  return pathHealthOf(observations, { nodes: behind.length, silent }, bounds, asOfMs, freshForMs)
}

/** The same of nodes that were counted. */
export function pathHealthOf(
  observations: readonly LinkObservation[],
  { nodes, silent }: { readonly nodes: number; readonly silent: number },
  bounds: Pick<Thresholds, 'slowRttMs' | 'slowLossPct'>,
  asOfMs: number,
  freshForMs: number,
): PathHealth {
  const recent = newestOfEach(observations.filter(({ atMs }) => asOfMs - atMs <= freshForMs))
  const newest = observations.reduce((last, { atMs }) => Math.max(last, atMs), Number.NEGATIVE_INFINITY)
  const ageMs = observations.length === 0 ? null : Math.max(0, asOfMs - newest)
  const link = recent.length === 0 ? null : mediansOf(recent.map((one) => one.link))
  const known = { link, nodesMeasured: recent.length, ageMs }
  if (nodes > 0 && silent === nodes) return { ...known, health: 'FAILED', reasons: [`None of the ${nodes} nodes behind it is heard.`] }
  const slow = recent.filter(({ link: one }) => one.rtt_ms > bounds.slowRttMs || one.loss_pct > bounds.slowLossPct).length
  const reasons = [
    ...(slow * 2 >= recent.length && slow > 0
      ? [`${slow} of ${recent.length} measurements are slower or lose more than the domain allows.`]
      : []),
    ...(silent > 0 ? [`${silent} of ${nodes} nodes behind it are not heard.`] : []),
  ]
  if (reasons.length > 0) return { ...known, health: 'DEGRADED', reasons }
  if (recent.length === 0) return { ...known, health: 'UNKNOWN', reasons: ['Nothing has been measured over it lately.'] }
  return { ...known, health: 'OK', reasons: [`${recent.length} recent measurements are within the bounds of the domain.`] }
}

function newestOfEach(observations: readonly LinkObservation[]): LinkObservation[] {
  const newest = new Map<string, LinkObservation>()
  for (const one of observations) {
    const known = newest.get(one.nodeId)
    if (known === undefined || isLater(one, known)) newest.set(one.nodeId, one)
  }
  return [...newest.values()]
}

/** Of two at one instant the worse one counts, so that the order in which they come does not matter. */
function isLater(a: LinkObservation, b: LinkObservation): boolean {
  const [left, right] = [a, b].map(({ atMs, link }) => [atMs, link.rtt_ms, link.loss_pct, -link.bandwidth_kbps])
  const difference = left?.map((value, at) => value - (right?.[at] ?? 0)).find((value) => value !== 0) ?? 0
  return difference > 0
}

function mediansOf(links: readonly LinkQuality[]): LinkQuality {
  const median = (of: (link: LinkQuality) => number): number => links.map(of).toSorted((a, b) => a - b)[Math.floor(links.length / 2)] ?? 0
  return {
    rtt_ms: median((one) => one.rtt_ms),
    loss_pct: median((one) => one.loss_pct),
    bandwidth_kbps: median((one) => one.bandwidth_kbps),
  }
}
