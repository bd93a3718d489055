/**
 * What silence and slowness make of a node's mode. Pure: the same evidence gives the same answer, and the answer also says when to
 * look again, so that nobody has to scan ([CN2]..[CN6]).
 */
import type { Thresholds } from '../decisions.ts'
import type { ConnectivityMode, LinkQuality } from '../node/node-record.ts'
import type { ModeEvent } from './mode-machine.ts'

/** Domain defaults for nodes on a site network; children inherit and override (design 2, Lifecycle). */
export const defaultThresholds: Thresholds = {
  slowRttMs: 1500,
  slowLossPct: 20,
  delayedAfterS: 15,
  edgeCachedAfterS: 60,
  autonomousAfterS: 180,
  recoverAfterContacts: 3,
}

export type ContactEvidence = {
  readonly mode: ConnectivityMode | null
  readonly nowMs: number
  /** The last contact, or since when silence has counted (after a restart of the master: its start). */
  readonly lastContactMs: number
  /** From the last contact to the instant by which the next is due: of an interval its length, of other schedules what `expectationAfter` says. */
  readonly contactEveryMs: number
  /** How far apart contacts lie by its schedule, where that is not `contactEveryMs`: a daily one is periodic a minute before it is due as well. */
  readonly periodMs?: number
  readonly autonomyBudgetMs: number
  readonly thresholds: Thresholds
  readonly link: LinkQuality | null
  /** Contacts in a row that were on time and within bounds. */
  readonly goodContacts: number
  /** Contacts in a row that were too slow. */
  readonly slowContacts: number
  /** It is reached through a relay, whose cache stands in for it. */
  readonly isRelayed: boolean
}

export type Assessment = { readonly to: ConnectivityMode; readonly event: ModeEvent; readonly reason: string }

/** The move that the evidence asks for, or undefined when it stays as it is. A return in progress is left to its session. */
export function assessContact(evidence: ContactEvidence): Assessment | undefined {
  const { mode, thresholds } = evidence
  if (mode === 'RETURNING' || mode === 'REPLAYING' || mode === 'DISCONNECTED') return undefined
  const silentMs = evidence.nowMs - evidence.lastContactMs
  const lateMs = silentMs - evidence.contactEveryMs
  if (mode === 'AUTONOMOUS') {
    if (silentMs < evidence.autonomyBudgetMs + lossMs(evidence)) return undefined
    return {
      to: 'DISCONNECTED',
      event: 'budget-exceeded',
      reason: `Silent for ${words(silentMs)}, longer than it can be on its own (${words(evidence.autonomyBudgetMs)}).`,
    }
  }
  if (lateMs >= thresholds.autonomousAfterS * 1000)
    return { to: 'AUTONOMOUS', event: 'connection-lost', reason: `Not heard for ${words(silentMs)}; it is on its own.` }
  const isPeriodic = periodMs(evidence) >= thresholds.edgeCachedAfterS * 1000
  if (isPeriodic || (evidence.isRelayed && lateMs >= thresholds.edgeCachedAfterS * 1000)) {
    if (mode === 'EDGE_CACHED') return undefined
    return {
      to: 'EDGE_CACHED',
      event: 'sync-interval-extends',
      reason: isPeriodic
        ? `Heard only every ${words(periodMs(evidence))}; between contacts its cache is shown.`
        : `Its relay still answers for it; not heard itself for ${words(silentMs)}.`,
    }
  }
  const isLate = lateMs >= thresholds.delayedAfterS * 1000
  const isSlow = evidence.slowContacts >= thresholds.recoverAfterContacts
  if (mode === 'EDGE_CACHED') return isLate ? undefined : { to: 'DELAYED', event: 'contact-improved', reason: 'Heard directly again.' }
  if (isLate || isSlow) {
    if (mode === 'DELAYED') return undefined
    const why = isLate ? `Not heard for ${words(silentMs)}, expected every ${words(periodMs(evidence))}.` : slowWords(evidence)
    return { to: 'DELAYED', event: 'latency-threshold', reason: why }
  }
  if (mode === null) return { to: 'LIVE', event: 'connectivity-live', reason: 'Heard on time.' }
  if (mode === 'DELAYED' && evidence.goodContacts >= thresholds.recoverAfterContacts)
    return {
      to: 'LIVE',
      event: 'contact-regular',
      reason: evidence.goodContacts === 1 ? 'Heard on time again.' : `Heard on time ${evidence.goodContacts} times in a row.`,
    }
  return undefined
}

/** The next instant, in milliseconds, at which mere silence would change the assessment; undefined when it never will. */
export function nextDeadline(evidence: ContactEvidence): number | undefined {
  const deadline = silenceDeadline(evidence)
  // A schedule that has run out expects nobody: silence changes nothing then.
  return deadline === undefined || !Number.isFinite(deadline) ? undefined : deadline
}

/** Whether one contact was within the domain's bounds. */
export function isWithinBounds(link: LinkQuality | null, thresholds: Thresholds): boolean {
  return link === null || (link.rtt_ms <= thresholds.slowRttMs && link.loss_pct <= thresholds.slowLossPct)
}

function silenceDeadline(evidence: ContactEvidence): number | undefined {
  const { mode, thresholds, lastContactMs, contactEveryMs } = evidence
  const afterLate = (seconds: number): number => lastContactMs + contactEveryMs + seconds * 1000
  switch (mode) {
    case 'RETURNING':
    case 'REPLAYING':
    case 'DISCONNECTED':
      return undefined
    case 'AUTONOMOUS':
      return lastContactMs + evidence.autonomyBudgetMs + lossMs(evidence)
    case 'EDGE_CACHED':
      return afterLate(thresholds.autonomousAfterS)
    case 'DELAYED':
      return afterLate(
        evidence.isRelayed ? Math.min(thresholds.edgeCachedAfterS, thresholds.autonomousAfterS) : thresholds.autonomousAfterS,
      )
    case 'LIVE':
    case null:
      return afterLate(Math.min(thresholds.delayedAfterS, thresholds.autonomousAfterS))
  }
}

function periodMs(evidence: ContactEvidence): number {
  return evidence.periodMs ?? evidence.contactEveryMs
}

/** Autonomy begins where contact counts as lost: its budget is counted from there, not from the last contact. */
function lossMs(evidence: ContactEvidence): number {
  return evidence.contactEveryMs + evidence.thresholds.autonomousAfterS * 1000
}

function slowWords({ link, thresholds }: ContactEvidence): string {
  if (link === null) return 'Its contacts are slow.'
  return link.rtt_ms > thresholds.slowRttMs
    ? `Round trip ${Math.round(link.rtt_ms)} ms, above ${thresholds.slowRttMs} ms.`
    : `${Math.round(link.loss_pct)} % of its messages are lost, above ${thresholds.slowLossPct} %.`
}

function words(ms: number): string {
  const seconds = Math.round(ms / 1000)
  if (seconds < 120) return `${seconds} s`
  const minutes = Math.round(seconds / 60)
  if (minutes < 120) return `${minutes} min`
  const hours = Math.round(minutes / 60)
  return hours < 72 ? `${hours} h` : `${Math.round(hours / 24)} days`
}
