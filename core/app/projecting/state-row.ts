/** A subject as it lies in the table of states. */
import type { Row } from '../../kernel/reader.ts'
import type { Subject } from './fold.ts'

export type StateRow = Row & {
  readonly position: number
  readonly facts: string
  readonly facts_key: string
  readonly facts_count: number
  readonly facts_ms: number
  readonly decisions: string
  readonly decisions_key: string
  readonly decisions_count: number
  readonly decisions_ms: number
}

export function subjectOf(row: StateRow): Subject {
  return {
    facts: { state: JSON.parse(row.facts), key: row.facts_key, count: row.facts_count, ms: row.facts_ms },
    decisions: { state: JSON.parse(row.decisions), key: row.decisions_key, count: row.decisions_count, ms: row.decisions_ms },
    position: row.position,
  }
}
