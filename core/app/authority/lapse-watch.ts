/**
 * Turns the passing of a grant's date into an event ([AU6]): folds never read a clock, so a master that may tell the time there says that
 * the grant ran out. A deadline queue finds the next one without a scan; a date that passed while nobody listened is said at the start.
 */
import type { MasterPort } from '../../ingest/master-port.ts'
import { isAppError } from '../../kernel/app-error.ts'
import type { Ports } from '../../kernel/ports.ts'
import type { ReadModel } from '../read-model.ts'
import { createWallDeadlines, longestWaitMs } from '../wall-deadlines.ts'
import { type AuthorityParts, tryAuthority } from './record.ts'

export type LapseWatch = {
  /** After anything was said about the authority over the domain. */
  readonly look: (domainId: string) => void
  readonly close: () => void
}

export type LapseWatchParts = {
  readonly model: ReadModel
  readonly ports: Pick<Ports, 'clock' | 'scheduler' | 'diagnostics'>
  readonly parts: AuthorityParts
  readonly commit: MasterPort['commit']
}

/** The disk is full, or it is not for this master to say. */
const retryMs = 3_600_000

export function createLapseWatch({ model, ports, parts, commit }: LapseWatchParts): LapseWatch {
  const { clock, diagnostics } = ports
  const deadlines = createWallDeadlines(ports, (id) => lapse(id))

  const datesOf = (domainId: string): readonly { readonly masterId: string; readonly untilMs: number }[] => {
    const { grantedAtDomainId, claimants } = model.holder(domainId)
    if (grantedAtDomainId !== domainId) return []
    return claimants.flatMap(({ masterId, until }) => (until === null ? [] : [{ masterId, untilMs: Date.parse(until) }]))
  }

  const look = (domainId: string): void => {
    const next = Math.min(...datesOf(domainId).map(({ untilMs }) => untilMs))
    // An instant later: the date itself still belongs to the grant.
    deadlines.set(domainId, Number.isFinite(next) ? next + 1 : undefined)
  }

  const lapse = (domainId: string): void => {
    for (const { masterId, untilMs } of datesOf(domainId)) {
      if (untilMs >= clock.now()) continue
      try {
        const said = commit((scope) => tryAuthority(parts, scope, undefined, { kind: 'lapse', domainId, masterId }))
        if (!said.ok) deadlines.set(domainId, clock.now() + retryMs)
      } catch (error) {
        diagnostics.warn('that a grant ran out could not be recorded', { code: isAppError(error) ? error.code : 'UNEXPECTED', domainId })
        deadlines.set(domainId, clock.now() + longestWaitMs)
      }
    }
  }

  for (const { subject } of model.reader.all<{ subject: string }>('SELECT subject FROM authority_domains')) look(subject)
  return {
    look,
    close: deadlines.close,
  }
}
