/** Many nodes at once: let in by budget, fair across domains, told when to come again. */
import { describe, expect, it } from 'vitest'
import { createDomain } from '../../../core/app/acts/domains.ts'
import { approveEnrolment } from '../../../core/app/acts/enrolments.ts'
import { setReturnBudget } from '../../../core/app/acts/returns.ts'
import { createQueries } from '../../../core/app/queries/queries.ts'
import { createGateway } from '../../../core/ingest/gateway.ts'
import { openSessionOf } from '../../../core/ingest/returns/return-table.ts'
import { fairOrder } from '../../../core/ingest/returns/admission.ts'
import type { Ticket } from '../../../core/ingest/returns/queue-table.ts'
import type { DomainId, NodeId, RequestId } from '../../../core/kernel/ids.ts'
import {
  complete,
  countersign,
  createAway,
  createFieldNode,
  enrol,
  openReturn,
  prove,
  upload,
  type FieldNode,
} from '../../helpers/gateway/field-node.ts'
import { createIsland, type Island } from '../../helpers/gateway/island.ts'

async function inDomain(island: Island, domainId: DomainId, events: number): Promise<FieldNode> {
  const node = await createFieldNode(island)
  const enrolled = await enrol(island, node)
  const requestId = enrolled.json?.['requestId'] as RequestId
  approveEnrolment({ master: island.master, actor: island.operator }, { requestId, domainId, activate: true })
  node.observe(events)
  node.sign()
  return node
}

async function finish(island: Island, node: FieldNode): Promise<unknown> {
  const opened = await openReturn(island, node)
  await countersign(island, node, opened)
  await upload(island, node, opened)
  return (await complete(island, node, opened)).json?.['verdict']
}

const budget = { maxSessions: 2, maxBytes: 1024 * 1024 }

describe('a storm of returns', () => {
  it('[RT14] lets in as many as the budget holds, and tells the others their place and when to ask again', async () => {
    using island = await createIsland({ budget })
    const nodes = [await createAway(island, 3), await createAway(island, 3), await createAway(island, 3), await createAway(island, 3)]
    const answers = []
    for (const node of nodes) {
      answers.push(await prove(island, node, 'return'))
      await island.ports.advance(10)
    }
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 429, 429])
    expect(answers[3]?.json).toMatchObject({ code: 'RETURN_QUEUED', facts: { place: 1, waiting: 2 } })
    expect(Number(answers[3]?.headers['retry-after'])).toBeGreaterThanOrEqual(1)
    const queue = createQueries(island.master.model).returnQueue({ limit: 10 })
    expect(queue).toMatchObject({ open: 2, waiting: 2, maxSessions: 2, ratePerSecond: null, etaSeconds: null })
    expect(queue.items.map(({ nodeId, place }) => [nodeId, place])).toEqual([
      [nodes[2]?.id, 1],
      [nodes[3]?.id, 2],
    ])
    // Whoever has its return open goes on with it, whatever the budget.
    expect((await prove(island, nodes[0] as FieldNode, 'return')).status).toBe(200)
    expect(await finish(island, nodes[0] as FieldNode)).toBe('CLEAN')
    // Out of turn: the one before is due.
    await island.ports.advance(5000)
    expect((await prove(island, nodes[3] as FieldNode, 'return')).status).toBe(429)
    expect(await finish(island, nodes[2] as FieldNode)).toBe('CLEAN')
    expect(await finish(island, nodes[3] as FieldNode)).toBe('CLEAN')
    const after = createQueries(island.master.model).returnQueue({ limit: 10 })
    expect(after).toMatchObject({ open: 1, waiting: 0, items: [] })
    expect(after.ratePerSecond).toBeGreaterThan(0)
  })

  it('[RT14] is fair across domains: a domain of one does not wait behind a domain of many', async () => {
    using island = await createIsland({ budget })
    const act = { master: island.master, actor: island.operator }
    const parentId = island.master.identity.rootDomainId
    const [large, small] = ['Large', 'Small'].map((name) => createDomain(act, { name, parentId, level: 'LOCAL' })) as [DomainId, DomainId]
    const many = []
    for (let n = 0; n < 5; n++) many.push(await inDomain(island, large, 2))
    const single = await inDomain(island, small, 2)
    for (const node of [...many, single]) {
      await prove(island, node, 'return')
      await island.ports.advance(10)
    }
    const { items, domains } = createQueries(island.master.model).returnQueue({ limit: 10 })
    expect(items.map(({ nodeId }) => nodeId)).toEqual([single.id, many[2]?.id, many[3]?.id, many[4]?.id])
    expect(domains).toEqual([
      { domainId: large, name: 'Large', waiting: 3, open: 2 },
      { domainId: small, name: 'Small', waiting: 1, open: 0 },
    ])
    expect(await finish(island, many[0] as FieldNode)).toBe('CLEAN')
    await island.ports.advance(5000)
    expect((await prove(island, many[2] as FieldNode, 'return')).status).toBe(429)
    expect((await prove(island, single, 'return')).status).toBe(200)
  })

  it('[RT14] counts what is yet to come; a node that says it holds more than everybody keeps nobody out', async () => {
    using island = await createIsland({ budget: { maxSessions: 10, maxBytes: 20 * 512 } })
    const large = []
    for (let n = 0; n < 5; n++) large.push(await createAway(island, 6))
    const answers = []
    for (const node of large) answers.push((await prove(island, node, 'return')).status)
    expect(answers).toEqual([200, 200, 200, 200, 429])
    expect(await finish(island, large[0] as FieldNode)).toBe('CLEAN')
    expect((await prove(island, large[4] as FieldNode, 'return')).status).toBe(200)
  })

  it('[RT14] does not keep a free place for somebody who has gone, nor for one who is not due', async () => {
    using island = await createIsland({ budget: { maxSessions: 1, maxBytes: 1024 * 1024 } })
    const [first, gone, late] = [await createAway(island, 1), await createAway(island, 1), await createAway(island, 1)]
    await prove(island, first, 'return')
    const told = await prove(island, gone, 'return')
    expect(told.status).toBe(429)
    expect(await finish(island, first)).toBe('CLEAN')
    // It was told to come in some seconds; whoever asks before that takes the place that is free now.
    expect(Number(told.headers['retry-after'])).toBeGreaterThan(1)
    expect((await prove(island, late, 'return')).status).toBe(200)
    await island.ports.advance(120_000)
    await prove(island, late, 'return')
    const another = await createAway(island, 1)
    await prove(island, another, 'return')
    expect(
      createQueries(island.master.model)
        .returnQueue({ limit: 10 })
        .items.map(({ nodeId }) => nodeId),
    ).toEqual([another.id])
  })

  it('[RT14] is remembered over the death of the master', async () => {
    using island = await createIsland({ budget: { maxSessions: 1, maxBytes: 1024 * 1024 }, isOnDisk: true })
    const [first, second, third] = [await createAway(island, 1), await createAway(island, 1), await createAway(island, 1)]
    for (const node of [first, second, third]) await prove(island, node, 'return')
    using after = await island.crash()
    expect(openSessionOf(after.master.store.reader, first.id)).toBeDefined()
    expect((await prove(after, third, 'return')).json).toMatchObject({ code: 'RETURN_QUEUED', facts: { place: 1 } })
  })

  it('[RT14] orders by who has fewest open, then by who asked first', () => {
    const ticket = (nodeId: string, domainId: string, askedAt: number): Ticket => ({
      nodeId: nodeId as NodeId,
      domainId: domainId as DomainId,
      askedAt,
      dueAt: 0,
      expectedEvents: 0,
    })
    const tickets = [ticket('a1', 'A', 1), ticket('a2', 'A', 2), ticket('a3', 'A', 3), ticket('b1', 'B', 4), ticket('c1', 'C', 5)]
    const load = new Map([['C', { sessions: 2, events: 0 }]])
    expect(fairOrder(tickets, load).map(({ nodeId }) => nodeId)).toEqual(['a1', 'b1', 'a2', 'a3', 'c1'])
  })

  it('[RT14] takes a budget that an engineer sets for whoever asks from then on, and keeps it over a restart', async () => {
    using island = await createIsland({ budget: { maxSessions: 1, maxBytes: 1024 * 1024 }, isOnDisk: true })
    const nodes = [await createAway(island, 3), await createAway(island, 3), await createAway(island, 3)]
    const ask = async (at: number): Promise<number> => (await prove(island, nodes[at] as FieldNode, 'return')).status
    expect([await ask(0), await ask(1)]).toEqual([200, 429])
    const wider = { maxSessions: 2, maxBytes: 2_000_000 }
    expect(() => setReturnBudget({ master: island.master, actor: undefined }, wider)).toThrow(
      expect.objectContaining({ code: 'OPERATOR_REQUIRED' }),
    )
    expect(setReturnBudget({ master: island.master, actor: island.operator }, wider)).toEqual(wider)
    await island.ports.advance(10_000)
    expect([await ask(1), await ask(2)]).toEqual([200, 429])
    createGateway(island.master.port)
    expect(createQueries(island.master.model).returnQueue({ limit: 1 })).toMatchObject(wider)
  })
})
