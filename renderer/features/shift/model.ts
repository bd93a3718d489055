/** What the sheet and the dialogs of a shift are drawn from. */
import type { Place } from '../../app/route.ts'
import type { Answers } from '../../client/rpc.ts'

export type Sheet = Answers['shift']['sheet']
export type Maintenance = Answers['maintenance']['list']['items'][number]
export type Note = Answers['note']['list']['items'][number]

/** For how long a person may be about to work on something, hours. */
export const offeredHours = ['1', '2', '4', '8', '24', '72'] as const
export type Hours = (typeof offeredHours)[number]

export function untilAfter(hours: Hours, nowMs: number): string {
  return new Date(nowMs + Number(hours) * 3_600_000).toISOString()
}

/** Where what something is about is looked at; null where there is no page of it. */
export function placeOf(subject: Pick<Note, 'subjectId' | 'subjectKind' | 'subjectNodeId'>): Place | null {
  const { subjectId, subjectKind, subjectNodeId } = subject
  if (subjectNodeId !== null) return { room: 'node', nodeId: subjectNodeId, tab: 'overview' }
  if (subjectKind === 'domain') return { room: 'domain', domainId: subjectId, tab: 'overview', filter: {} }
  if (subjectKind === 'rollout') return { room: 'rollouts', rolloutId: subjectId }
  if (subjectKind === 'policy') return { room: 'policies' }
  return null
}

/** What the next shift has to look at first, in the order of the sheet; nothing of it is a judgement, only where something is open. */
export function openMatters(sheet: Sheet): {
  readonly attention: number
  readonly returns: number
  readonly maintenance: number
  readonly contested: number
} {
  return {
    attention: sheet.attention.filter((item) => (item.handling?.shownAs ?? 'open') === 'open').length,
    returns: sheet.returnsTotal,
    maintenance: sheet.maintenance.filter(({ state }) => state === 'holds').length,
    contested: sheet.authority.filter(({ authority }) => authority.standing === 'contested').length,
  }
}
