/**
 * Ends maintenance when its instant has passed ([SF2]). The date itself ends it wherever it is read; that it ended is said once, by the
 * master that may decide there, so that a history shows it. What passed while nobody listened is said at the start.
 */
import { maintenanceAt } from '../fleet/shift/maintenance.ts'
import type { MasterPort } from '../ingest/master-port.ts'
import { isAppError } from '../kernel/app-error.ts'
import type { DomainId } from '../kernel/ids.ts'
import type { Ports } from '../kernel/ports.ts'
import { authorityOf } from './queries/authority-view.ts'
import type { ReadModel } from './read-model.ts'
import { createWallDeadlines, longestWaitMs } from './wall-deadlines.ts'

export type ShiftWatch = {
  /** After anything was said about maintenance of the subject. */
  readonly look: (subject: string) => void
  readonly close: () => void
}

export type ShiftWatchParts = {
  readonly model: ReadModel
  readonly ports: Pick<Ports, 'clock' | 'scheduler' | 'diagnostics'>
  readonly commit: MasterPort['commit']
}

/** It is not for this master to say, and may be later. */
const retryMs = 3_600_000

export function createShiftWatch({ model, ports: { clock, scheduler, diagnostics }, commit }: ShiftWatchParts): ShiftWatch {
  const deadlines = createWallDeadlines({ clock, scheduler }, (subject) => end(subject))
  const openOf = (subject: string) => model.maintenance(subject)?.find(({ ended }) => ended === null)

  const look = (subject: string): void => {
    const open = openOf(subject)
    deadlines.set(subject, open === undefined ? undefined : Date.parse(open.until))
  }

  const end = (subject: string): void => {
    const open = openOf(subject)
    if (open === undefined) return
    if (maintenanceAt([open], clock.now()) !== undefined) return look(subject)
    const domain = (
      model.domain(subject) === undefined ? (model.lifecycle(subject)?.domainId ?? model.relay(subject)?.domainId) : subject
    ) as DomainId | undefined
    if (domain === undefined || authorityOf(model, domain).standing !== 'held-here') {
      deadlines.set(subject, clock.now() + retryMs)
      return
    }
    try {
      const data = { maintenanceId: open.maintenanceId, cause: 'time' as const, reason: '' }
      commit(({ decide }) => decide({ type: 'ibcf.maintenance.ended.v1', subject, domain, data }))
    } catch (error) {
      diagnostics.warn('that maintenance is over could not be recorded', { code: isAppError(error) ? error.code : 'UNEXPECTED', subject })
      deadlines.set(subject, clock.now() + longestWaitMs)
    }
  }

  for (const { subject } of model.reader.all<{ subject: string }>('SELECT subject FROM maintained WHERE until IS NOT NULL')) look(subject)
  return { look, close: deadlines.close }
}
