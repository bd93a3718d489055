/** What an attention item tells at a glance: how pressing it is, and what most of its score comes from. */
import type { Answers } from '../../client/rpc.ts'

export type AttentionItem = Answers['fleet']['overview']['attention'][number]

export type Pressure = 'act' | 'look' | 'watch'

/** Quarantine, refused evidence and contested authority wait for a person; the rest is pressing by its score. */
export function pressureOf(item: AttentionItem): Pressure {
  if (item.kind === 'quarantined' || item.kind === 'authority') return 'act'
  return item.score >= 60 ? 'act' : item.score >= 30 ? 'look' : 'watch'
}

/** Its terms that add something, largest first. */
export function tellingTerms(item: AttentionItem): AttentionItem['terms'] {
  return item.terms.filter((term) => term.points >= 0.5).toSorted((a, b) => b.points - a.points)
}

const kindOrder: readonly AttentionItem['kind'][] = [
  'quarantined',
  'evidence',
  'authority',
  'health',
  'stale',
  'sync-debt',
  'drift',
  'courier',
  'unreadable',
]

/** The kinds that occur, what waits for a person first. */
export function kindsOf(items: readonly AttentionItem[]): readonly AttentionItem['kind'][] {
  return kindOrder.filter((kind) => items.some((item) => item.kind === kind))
}

/** How people handle it; what nobody touched is open. */
export type ShownAs = NonNullable<AttentionItem['handling']>['shownAs']

export function shownAs(item: AttentionItem): ShownAs {
  return item.handling?.shownAs ?? 'open'
}

/** The groups of the inbox in their order, with how many are in each. */
export function countByHandling(items: readonly AttentionItem[]): Readonly<Record<ShownAs, number>> {
  const counts: Record<ShownAs, number> = { open: 0, acknowledged: 0, maintenance: 0, snoozed: 0, resolved: 0 }
  for (const item of items) counts[shownAs(item)] += 1
  return counts
}

export type Handling = 'acknowledge' | 'assign' | 'snooze' | 'resolve'

/** What can still be done about it. */
export function toHandlings(item: AttentionItem): readonly Handling[] {
  switch (shownAs(item)) {
    case 'open':
      return ['acknowledge', 'assign', 'snooze', 'resolve']
    case 'acknowledged':
      return ['assign', 'snooze', 'resolve']
    case 'snoozed':
      return ['acknowledge', 'assign', 'resolve']
    // The maintenance is ended where it was begun.
    case 'maintenance':
      return ['assign']
    case 'resolved':
      return ['acknowledge']
  }
}

/** By which the acts name an item: what it is about, and its kind. */
export function nameOf(item: AttentionItem): { readonly subject: string; readonly item: string } {
  return { subject: item.nodeId ?? item.domainId, item: item.kind }
}
