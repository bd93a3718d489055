/**
 * The events on a node's timeline. A node's transitions lie among hundreds of times more observations: which they are is found once
 * and remembered by position, so that a page costs what it shows.
 */
import { decisions } from '../../fleet/decisions.ts'
import { nodeEvents } from '../../fleet/node/node-events.ts'
import type { StoredEvent } from '../../store/stored-event.ts'
import { lastPosition, readSubjectEvents } from '../../store/read-events.ts'
import type { ReadModel } from '../read-model.ts'
import { type Counting, countingOf, type CountingModel } from '../projecting/counting.ts'

/** Every decision about a node but one: that its segments were taken in is the same thing said of every batch it sends. */
const decisionTypes = Object.keys(decisions).filter((type) => type !== 'ibcf.segment.accepted.v1')
const factTypes = Object.entries(nodeEvents).flatMap(([type, { lane }]) => (lane === 'control' ? [type] : []))
const timelineTypes = [...new Set([...decisionTypes, ...factTypes])]

const batch = 2000

/** Oldest first. Of a log that was told in several ways, what counts of it. */
export function timelinePositions(model: CountingModel & Pick<ReadModel, 'memory'>, node: string): readonly number[] {
  const counting = countingOf(model)
  const standing = counting.standing(node)
  const remembered = model.memory.histories.get(node)
  const known = remembered?.standing === standing ? remembered : { lookedTo: 0, positions: [] }
  const last = lastPosition(model.reader)
  if (last === known.lookedTo) return known.positions
  const positions = [...known.positions]
  for (let after = known.lookedTo; ; ) {
    const events = readSubjectEvents(model.reader, node, { afterPosition: after, types: timelineTypes, limit: batch })
    for (const stored of events) if (isOnTimeline(counting, stored)) positions.push(stored.position)
    const end = events.at(-1)
    if (end === undefined || events.length < batch) break
    after = end.position
  }
  model.memory.histories.set(node, { lookedTo: last, standing, positions })
  return positions
}

/** What has no effect is not on it ([PJ4]), nor what a node says in the words of a master. */
function isOnTimeline(counting: Counting, stored: StoredEvent): boolean {
  const input = counting.effectOf(stored)
  if (input === undefined) return false
  return input.stream === 'decisions' ? decisionTypes.includes(input.event.type) : factTypes.includes(input.event.type)
}
