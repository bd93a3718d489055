/** The audit as a page holds it: what was asked, the pages that were read, and what each proof amounts to. */
import type { Answers, Requests } from '../../client/rpc.ts'
import type { Place } from '../../app/route.ts'

export type AuditEntry = Answers['audit']['list']['items'][number]
export type AuditPage = Answers['audit']['list']

export type AuditFilter = {
  readonly actorId: string | null
  readonly domainId: string | null
  readonly span: 'shift' | 'day' | 'week' | 'all'
}

export const noFilter: AuditFilter = { actorId: null, domainId: null, span: 'all' }

const spanMs: Readonly<Record<Exclude<AuditFilter['span'], 'all'>, number>> = {
  shift: 8 * 3_600_000,
  day: 86_400_000,
  week: 7 * 86_400_000,
}

/** To the minute, so that the same filter asks the same question for a while. */
export function toRequest({ actorId, domainId, span }: AuditFilter, nowMs: number): Requests['audit']['list'] {
  const from = span === 'all' ? null : Math.floor((nowMs - spanMs[span]) / 60_000) * 60_000
  return {
    ...(actorId === null ? {} : { actorId }),
    ...(domainId === null ? {} : { domainId }),
    ...(from === null ? {} : { from: new Date(from).toISOString() }),
    limit: 100,
  }
}

/** Older pages behind the newest one, each act once. */
export function joinPages(newest: readonly AuditEntry[], older: readonly AuditEntry[]): readonly AuditEntry[] {
  const seen = new Set(newest.map(({ eventId }) => eventId))
  return [...newest, ...older.filter(({ eventId }) => !seen.has(eventId))]
}

export type AuditDay = { readonly day: string; readonly entries: readonly AuditEntry[] }

/** In the order they came, by the day that `dayOf` gives the instant of each. */
export function groupByDay(entries: readonly AuditEntry[], dayOf: (at: string) => string): readonly AuditDay[] {
  const days: { day: string; entries: AuditEntry[] }[] = []
  for (const entry of entries) {
    const day = dayOf(entry.time)
    const last = days.at(-1)
    if (last?.day === day) last.entries.push(entry)
    else days.push({ day, entries: [entry] })
  }
  return days
}

/** Where what an act is about is shown; null when it has no page of its own. */
export function placeOfSubject({ subjectKind, subjectId, subjectNodeId }: AuditEntry): Place | null {
  switch (subjectKind) {
    case 'node':
      return { room: 'node', nodeId: subjectId, tab: 'overview' }
    case 'command':
      return subjectNodeId === null ? null : { room: 'node', nodeId: subjectNodeId, tab: 'commands' }
    case 'domain':
      return { room: 'domain', domainId: subjectId, tab: 'overview', filter: {} }
    case 'rollout':
      return { room: 'rollouts', rolloutId: subjectId }
    case 'policy':
      return { room: 'policies' }
    case 'operator':
    case 'master':
    case 'relay':
    case 'other':
      return null
  }
}

/** What is written down for whoever checks it elsewhere: the act, where it lies, and its digest. */
export function toProofText(entry: AuditEntry): string {
  return [
    `ACT ${entry.type}`,
    entry.sentence,
    `BY ${entry.actorName ?? entry.actorId} (${entry.actorId})`,
    `AT ${entry.time}`,
    `EVENT ${entry.eventId}`,
    `LOG ${entry.log} SEQ ${String(entry.seq)}`,
    `SHA-256 ${entry.digest}`,
    `OPERATOR SIGNATURE ${entry.proof}`,
  ]
    .filter((line) => line !== '')
    .join('\n')
}
