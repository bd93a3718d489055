/** Which events a preview folds: those that some projection takes, and those that freeze what they are about. */
import type { EventEnvelope } from '../../kernel/event.ts'
import { projections } from '../../projections/all.ts'
import { isUnknownCritical } from '../projecting/effective.ts'

const types: ReadonlySet<string> = new Set(projections.flatMap(({ handles }) => handles))

export function isFolded(event: EventEnvelope): boolean {
  return types.has(event.type) || isUnknownCritical(event)
}
