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
