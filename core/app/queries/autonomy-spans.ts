/** When a node was on its own, by its own log: for the facts that do not say so themselves. */
import { readSubjectEvents } from '../../store/read-events.ts'
import type { Counting } from '../projecting/counting.ts'
import type { ReadModel } from '../read-model.ts'

/** Whether the node was alone at this point of its own logical clock. */
export type Solitude = (hlc: string) => boolean

/** Changes older than these are not looked at; what happened before them counts as in touch. */
const newestChanges = 1000

export function solitudeOf({ reader }: Pick<ReadModel, 'reader'>, counting: Counting, node: string): Solitude {
  const events = readSubjectEvents(reader, node, {
    types: ['ibcf.connection.lost.v1', 'ibcf.connection.regained.v1'],
    limit: newestChanges,
    order: 'newest',
  })
  const changes = events
    .flatMap((stored) => {
      const input = counting.effectOf(stored)
      return input?.stream === 'facts' ? [{ hlc: input.event.hlc as string, isAlone: input.event.type === 'ibcf.connection.lost.v1' }] : []
    })
    .sort((a, b) => (a.hlc < b.hlc ? -1 : 1))
  return (hlc) => changes.findLast((change) => change.hlc <= hlc)?.isAlone ?? false
}
