/** A list that grows at both ends: new observations at the top as they come, older ones at the bottom as one reads on. */
import type { Answers } from '../../client/rpc.ts'

export type Observation = Answers['node']['observations']['items'][number]

/** The newest page on top of what is held below it. A gap (more new ones than a page) drops what lies below: it is asked for again. */
export function withNewest(newest: readonly Observation[], older: readonly Observation[]): readonly Observation[] {
  const last = newest.at(-1)
  if (last === undefined) return older
  const at = older.findIndex((item) => item.eventId === last.eventId)
  return at === -1 ? newest : [...newest, ...older.slice(at + 1)]
}

export function appendOlder(held: readonly Observation[], page: readonly Observation[]): readonly Observation[] {
  const known = new Set(held.map((item) => item.eventId))
  return [...held, ...page.filter((item) => !known.has(item.eventId))]
}
