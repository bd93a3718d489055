/** What changed since an operator last read: acts by who took them, and nodes by where they stand now. */
import type { Answers } from '../../client/rpc.ts'

export type Act = Answers['audit']['list']['items'][number]
export type ChangedNode = Answers['node']['list']['items'][number]

/** Where nobody has read yet, a shift of eight hours. */
export const usualShiftMs = 8 * 3_600_000

/** To the minute, so that the question stays the same for a while. A mark of the future, by a clock that was wrong, counts for nothing. */
export function beginningOf(readUpTo: string | undefined, nowMs: number): string {
  const usual = Math.floor((nowMs - usualShiftMs) / 60_000) * 60_000
  const read = readUpTo === undefined ? Number.NaN : Date.parse(readUpTo)
  return new Date(Number.isFinite(read) && read <= nowMs ? read : usual).toISOString()
}

export type ActGroup = { readonly actorId: string; readonly actorName: string | null; readonly acts: readonly Act[] }

/** Who took the latest first. */
export function groupActs(acts: readonly Act[]): readonly ActGroup[] {
  const groups = new Map<string, { actorId: string; actorName: string | null; acts: Act[] }>()
  for (const act of acts) {
    const group = groups.get(act.actorId) ?? { actorId: act.actorId, actorName: act.actorName, acts: [] }
    group.acts.push(act)
    groups.set(act.actorId, group)
  }
  return [...groups.values()]
}

/** The phases that somebody has to know of first; the rest in the order they came. */
const pressing: readonly ChangedNode['phase'][] = ['QUARANTINED', 'DEGRADED']

export type NodeGroup = { readonly phase: ChangedNode['phase']; readonly nodes: readonly ChangedNode[] }

export function groupNodes(nodes: readonly ChangedNode[]): readonly NodeGroup[] {
  const phases = [...new Set([...pressing, ...nodes.map(({ phase }) => phase)])]
  return phases.flatMap((phase) => {
    const there = nodes.filter((node) => node.phase === phase)
    return there.length === 0 ? [] : [{ phase, nodes: there }]
  })
}
