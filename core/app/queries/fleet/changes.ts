/** What changed of the fleet's rows since a question was answered last, so that only that is looked at again. */
import type { Reader } from '../../../kernel/reader.ts'

/** How far an answer has seen: the generation that serves, and the last change in it. */
export type Seen = { readonly generation: number; readonly number: number }

export type Changes =
  /** Another generation serves, or more changed than is told one by one. */
  { readonly kind: 'everything' } | { readonly kind: 'some'; readonly subjects: ReadonlySet<string>; readonly domains: ReadonlySet<string> }

/** Beyond so many it is cheaper to look at everything. */
const toldAtMost = 5000

const nothing: Changes = { kind: 'some', subjects: new Set(), domains: new Set() }

export function changesSince(reader: Reader, before: Seen | undefined): { readonly seen: Seen; readonly changes: Changes } {
  const generation = reader.get<{ number: number }>("SELECT number FROM projection_generations WHERE state = 'serving'")?.number ?? 0
  const number = reader.get<{ last: number | null }>('SELECT max(number) AS last FROM projection_changes')?.last ?? 0
  const seen = { generation, number }
  if (before === undefined || before.generation !== generation || number < before.number || number - before.number > toldAtMost)
    return { seen, changes: { kind: 'everything' } }
  if (number === before.number) return { seen, changes: nothing }
  const rows = reader.all<{ subject: string; scope: string }>(
    'SELECT subject, scope FROM projection_changes WHERE number > ?',
    before.number,
  )
  // The oldest are forgotten after a while: what is missing may have changed anything.
  if (rows.length < number - before.number) return { seen, changes: { kind: 'everything' } }
  return {
    seen,
    changes: { kind: 'some', subjects: new Set(rows.map(({ subject }) => subject)), domains: new Set(rows.map(({ scope }) => scope)) },
  }
}

/** Changes whenever anything about domains, authority, policies or masters does; by the hash of their states. */
export function basisOf(reader: Reader): string {
  return reader
    .all<{ sum: string }>(
      "SELECT sum FROM projection_sums WHERE projection IN ('domains', 'assignments', 'attention_weights', 'authority', 'local_decisions', 'masters', 'policies', 'waivers') ORDER BY projection",
    )
    .map(({ sum }) => sum)
    .join()
}
