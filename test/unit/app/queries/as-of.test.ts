import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { nodeDetail } from '../../../../core/contract/nodes.ts'
import type { NodeId } from '../../../../core/kernel/ids.ts'
import { createTestIsland, type TestIsland } from '../../../helpers/island.ts'

let island: TestIsland

beforeEach(async () => {
  island = await createTestIsland()
})

afterEach(() => island[Symbol.dispose]())

const hour = 3_600_000

/** A node that was live, then on its own, then in quarantine, with the instants between. */
function liveALittle(): { readonly node: NodeId; readonly before: string; readonly live: string; readonly alone: string } {
  island.advance(hour)
  const before = island.now()
  island.advance(hour)
  const node = island.makeNode({ name: 'Pump 7' })
  island.assess(node, 'LIVE')
  island.advance(hour)
  const live = island.now()
  island.advance(hour)
  island.assess(node, 'AUTONOMOUS', { reason: 'No contact.' })
  island.advance(hour)
  const alone = island.now()
  island.advance(hour)
  island.movePhase(node, 'QUARANTINED', 'operator-quarantine', 'Readings contradict each other.')
  return { node, before, live, alone }
}

describe('a node as of a past instant', () => {
  it('[QY30] is what it was then, in the shape of now', () => {
    const { node, live, alone } = liveALittle()
    const then = nodeDetail.parse(island.queries.node(node, live))
    expect(then).toMatchObject({ asOf: live, record: { name: 'Pump 7', connectivity: { mode: 'LIVE' }, lifecycle: { phase: 'ACTIVE' } } })
    const later = nodeDetail.parse(island.queries.node(node, alone))
    expect(later).toMatchObject({
      modeReason: 'No contact.',
      record: { connectivity: { mode: 'AUTONOMOUS' }, lifecycle: { phase: 'ACTIVE' } },
    })
    expect(nodeDetail.parse(island.queries.node(node))).toMatchObject({ asOf: null, record: { lifecycle: { phase: 'QUARANTINED' } } })
    expect(island.queries.node(node, island.now()).record.lifecycle).toEqual(island.queries.node(node).record.lifecycle)
  })

  it('[QY30] counts its silence to that instant, not to now', () => {
    const { node, alone } = liveALittle()
    const then = island.queries.node(node, alone).record.connectivity.sync_debt.seconds_behind
    island.advance(100 * hour)
    expect(island.queries.node(node, alone).record.connectivity.sync_debt.seconds_behind).toBe(then)
  })

  it('[QY30] nothing can be done to it, and what was heard only in this run is not in it', () => {
    const { node, live } = liveALittle()
    island.heard(node)
    const { actions, logs, session } = island.queries.node(node, live)
    expect(actions.length).toBeGreaterThan(0)
    expect(actions.every(({ isAllowed }) => !isAllowed)).toBe(true)
    expect({ logs, session }).toEqual({ logs: [], session: null })
  })

  it('[QY30] follows the policy of then', () => {
    const { node, alone } = liveALittle()
    const policy = island.makePolicy('Pumps', { targetVersion: '2.0.0' })
    island.assign(policy)
    expect(island.queries.desiredActual(node).policyName).toBe('Pumps')
    expect(island.queries.desiredActual(node, alone).policyName).toBeNull()
    expect(island.queries.node(node, alone).record.desired_state.target_version).toBeNull()
  })

  it('[QY30] before it was known, and in the future, there is nothing to say', () => {
    const { node, before } = liveALittle()
    expect(() => island.queries.node(node, before)).toThrow(expect.objectContaining({ code: 'NODE_UNKNOWN_THEN' }))
    expect(() => island.queries.node(island.newId(), before)).toThrow(expect.objectContaining({ code: 'NODE_UNKNOWN' }))
    const future = new Date(Date.parse(island.now()) + hour).toISOString()
    expect(() => island.queries.node(node, future)).toThrow(expect.objectContaining({ code: 'AS_OF_IN_FUTURE' }))
  })
})

describe('what makes shown state doubtful', () => {
  it('[QY31] is told on the page and in the list, of the node that it is about and no other', () => {
    const [doubtful, other] = [island.makeNode(), island.makeNode()]
    island.store.transact((writer) => {
      writer.run(
        "INSERT INTO projection_rejudged_g1 (subject, since, cause) VALUES (?, 0, 'a grant'), (?, 0, 'a grant')",
        doubtful,
        island.rootId,
      )
      writer.run(
        `INSERT INTO projection_parked_g1 (projection, version, position, event_id, subject, type, code, sentence, first_at, last_at, tries)
          VALUES ('actual', 1, 1, '', ?, '', 'FOLD_FAILED', 'It failed.', 0, 0, 1), ('lifecycle', 1, 1, '', ?, '', 'FOLD_FAILED', 'It failed.', 0, 0, 1)`,
        doubtful,
        doubtful,
      )
    })
    expect(island.queries.node(doubtful).doubts).toEqual(['being-rejudged', 'parked-events'])
    expect(island.queries.node(other).doubts).toEqual([])
    expect(island.queries.domain(island.rootId).doubts).toEqual(['being-rejudged'])
    const rows = new Map(island.queries.nodes({ limit: 10 }).items.map(({ id, doubts }) => [id, doubts]))
    expect(rows).toEqual(
      new Map([
        [doubtful, ['being-rejudged', 'parked-events']],
        [other, []],
      ]),
    )
  })
})
