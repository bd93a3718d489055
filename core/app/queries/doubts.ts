/** What makes shown state doubtful for now: it waits to be judged again ([PJ9]), or an event is missing from it ([PJ8]). */
import type { Doubt } from '../../contract/common.ts'
import type { ReadModel } from '../read-model.ts'

/** Of those of the given subjects that have any. */
export function doubtsOf({ reader }: Pick<ReadModel, 'reader'>, subjects: readonly string[]): ReadonlyMap<string, readonly Doubt[]> {
  const found = new Map<string, Doubt[]>()
  const note = (doubt: Doubt, table: 'projection_rejudged' | 'projection_parked'): void => {
    const rows = reader.all<{ subject: string }>(
      `SELECT DISTINCT subject FROM ${table} WHERE subject IN (SELECT value FROM json_each(?))`,
      JSON.stringify(subjects),
    )
    for (const { subject } of rows) found.set(subject, [...(found.get(subject) ?? []), doubt])
  }
  if (subjects.length === 0) return found
  note('being-rejudged', 'projection_rejudged')
  note('parked-events', 'projection_parked')
  return found
}
