/**
 * Maintenance: somebody works on a node, a relay or a domain until an instant, so what it needs is put aside meanwhile and comes back by
 * itself ([SF1]..[SF5]). It hides nothing that a person has to know of: what is not trusted, or whose authority is contested, stays.
 */
import { accepted, refused, type Result } from '../../kernel/result.ts'
import type { AttentionKind } from '../attention/score.ts'
import type { MaintenanceEvent } from './shift-events.ts'

export type Maintenance = {
  readonly maintenanceId: string
  readonly begunAt: string
  readonly begunBy: string | null
  readonly until: string
  readonly reason: string
  /** Null while nobody said that it is over; its instant may have passed all the same. */
  readonly ended: { readonly at: string; readonly by: string | null; readonly cause: EndCause; readonly reason: string } | null
}

/** `replaced`: another one was begun over it, with its own instant and reason. */
export type EndCause = 'person' | 'time' | 'replaced'

/** A week: what takes longer is another state of the fleet, and is to be decided as one. */
export const longestMaintenanceMs = 7 * 86_400_000

/** Of one subject; older ones are in the log of their master. */
const keptAtMost = 50

/** Of one subject, in the order of decisions. One is open at a time: another takes its place. */
export function evolveMaintenance(known: readonly Maintenance[], event: MaintenanceEvent): readonly Maintenance[] {
  const { at, actor: by } = event
  if (event.type === 'ibcf.maintenance.ended.v1') {
    const { maintenanceId, cause, reason } = event.data
    return known.map((one) =>
      one.maintenanceId === maintenanceId && one.ended === null ? { ...one, ended: { at, by, cause, reason } } : one,
    )
  }
  const { maintenanceId, until, reason } = event.data
  if (known.some((one) => one.maintenanceId === maintenanceId)) return known
  const before = known.map((one) => (one.ended === null ? { ...one, ended: { at, by, cause: 'replaced' as const, reason } } : one))
  return [...before, { maintenanceId, begunAt: at, begunBy: by, until, reason, ended: null }].slice(-keptAtMost)
}

/** The one that holds at that instant: it ends by its date, whether or not somebody could write that down. */
export function maintenanceAt(known: readonly Maintenance[], atMs: number): Maintenance | undefined {
  return known.find(({ ended, until }) => ended === null && atMs < Date.parse(until))
}

export type MaintenanceAct =
  | { readonly type: 'begin'; readonly until: string; readonly reason: string }
  | { readonly type: 'end'; readonly maintenanceId: string; readonly reason: string }

/**
 * Whether a person may do that now. Refuses `MAINTENANCE_WITHOUT_REASON`, `MAINTENANCE_OVER` (its instant has passed),
 * `MAINTENANCE_TOO_LONG` (more than a week), `MAINTENANCE_UNKNOWN`.
 */
export function decideMaintenance(known: readonly Maintenance[], act: MaintenanceAct, nowMs: number): Result<MaintenanceAct> {
  if (act.reason.trim() === '') return refused('MAINTENANCE_WITHOUT_REASON', 'Say why, for those who look at it later.')
  if (act.type === 'end')
    return maintenanceAt(known, nowMs)?.maintenanceId === act.maintenanceId
      ? accepted(act)
      : refused('MAINTENANCE_UNKNOWN', 'No such maintenance is under way.', { maintenanceId: act.maintenanceId })
  const untilMs = Date.parse(act.until)
  if (untilMs <= nowMs) return refused('MAINTENANCE_OVER', 'That instant has passed.', { until: act.until })
  if (untilMs > nowMs + longestMaintenanceMs)
    return refused('MAINTENANCE_TOO_LONG', 'Maintenance lasts a week at most; begin another then.', { until: act.until })
  return accepted(act)
}

/** What maintenance explains: a node that is taken apart is silent, unwell, behind and otherwise than desired. */
const explained: ReadonlySet<AttentionKind> = new Set<AttentionKind>(['health', 'sync-debt', 'stale', 'drift'])

/** Whether an item may be put aside: only where all of it is what maintenance explains, and never of what is QUARANTINED ([SF3]). */
export function isExplained(terms: readonly { readonly kind: AttentionKind }[], phase: string | undefined): boolean {
  return phase !== 'QUARANTINED' && terms.every(({ kind }) => explained.has(kind))
}
