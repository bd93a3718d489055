/** Schedules of contact, from the approval to what silence makes of the mode. */
import { afterEach, expect, it } from 'vitest'
import { approveEnrolment } from '../../../../core/app/acts/enrolments.ts'
import { scheduleNode } from '../../../../core/app/acts/nodes.ts'
import { createQueries } from '../../../../core/app/queries/queries.ts'
import { nodeDetail } from '../../../../core/contract/nodes.ts'
import { createIsland } from '../../../helpers/agent/island.ts'

const opened: (() => void)[] = []
afterEach(() => {
  for (const close of opened.splice(0).reverse()) close()
})

async function world() {
  const its = await createIsland()
  opened.push(its.close)
  const node = await its.addNode({ autonomyBudgetSeconds: 3600 })
  const { nodeId } = node.agent.view()
  node.agent.start()
  await its.ports.advanceUntil(() => its.master().port.enrolment(nodeId) !== undefined)
  const act = () => ({ master: its.master(), actor: its.operator })
  const requestId = its.master().port.enrolment(nodeId)?.requestId
  if (requestId === undefined) throw new Error('It did not ask to join.')
  const mode = () => its.master().model.connectivity(nodeId)?.mode
  const contact = () => nodeDetail.parse(createQueries(its.master().model).node(nodeId)).contact
  return { its, node, nodeId, act, requestId, mode, contact }
}

it('[CN8] [CN11] a node that is expected once a day is not late before, and is when the hour has passed', async () => {
  const { its, node, nodeId, act, requestId, mode, contact } = await world()
  const contactSchedule = { kind: 'window', opens: '0 8 * * *', zone: 'UTC', openSeconds: 3600 } as const
  approveEnrolment(act(), { requestId, activate: true, contactSchedule })
  await its.ports.advanceUntil(() => node.agent.view().state === 'ATTACHED' && mode() !== undefined)
  expect(contact()).toMatchObject({ schedule: contactSchedule, nextExpectedAt: '2026-11-23T09:00:00.000Z' })
  node.link.isUp = false
  await its.ports.advanceUntil(() => its.ports.clock.now() > Date.parse('2026-11-23T08:59:00Z'), 86_400_000)
  expect(mode()).toBe('EDGE_CACHED')
  await its.ports.advanceUntil(() => its.ports.clock.now() > Date.parse('2026-11-23T09:00:25Z'), 86_400_000)
  expect(mode()).toBe('AUTONOMOUS')
  const row = createQueries(its.master().model).nodes({ limit: 10 }).items[0]
  expect(row?.secondsBehind).toBeGreaterThanOrEqual(20)
  expect(row?.secondsBehind).toBeLessThan(120)
  expect(createQueries(its.master().model).overview().line.worstSecondsBehind).toBe(row?.secondsBehind)
  expect(its.master().model.lifecycle(nodeId)?.contactSchedule).toEqual(contactSchedule)
}, 60_000)

it('[CN9] [CN11] refuses a schedule that cannot be read, and takes a new one at once', async () => {
  const { its, node, nodeId, act, requestId, mode } = await world()
  const broken = { kind: 'cron', expression: '99 8 * * *', zone: 'UTC' } as const
  const refusal = expect.objectContaining({ code: 'CONTACT_SCHEDULE_INVALID' })
  expect(() => approveEnrolment(act(), { requestId, activate: true, contactSchedule: broken })).toThrow(refusal)
  expect(its.master().port.enrolment(nodeId)?.status).toBe('PENDING')
  approveEnrolment(act(), { requestId, activate: true })
  await its.ports.advanceUntil(() => node.agent.view().state === 'ATTACHED' && mode() === 'LIVE')
  expect(() => scheduleNode(act(), { nodeId, schedule: broken, reason: 'x' })).toThrow(refusal)
  const schedule = { kind: 'cron', expression: '0 8 * * *', zone: 'UTC' } as const
  scheduleNode(act(), { nodeId, schedule, reason: 'the courier comes at eight' })
  node.link.isUp = false
  await its.ports.advance(600_000)
  expect(mode()).toBe('EDGE_CACHED')
  scheduleNode(act(), { nodeId, schedule: null, reason: 'it has a line again' })
  await its.ports.advance(5000)
  expect(mode()).toBe('AUTONOMOUS')
}, 60_000)
