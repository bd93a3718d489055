/** What a master leaves with a relay for nodes, and what a relay does when there is no room for what nodes leave with it. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { cancelCommand, issueCommand } from '../../../core/app/acts/commands.ts'
import { assignPolicy, publishPolicy } from '../../../core/app/acts/policies.ts'
import { leftFor } from '../../../core/relay/origins.ts'
import { readEventsAfter } from '../../../core/store/read-events.ts'
import { createIsland, type Island, type IslandNode } from '../../helpers/agent/island.ts'
import { typesOf } from '../../helpers/agent/test-node.ts'
import { addRelay, joinBehind } from '../../helpers/relay/relays.ts'

let island: Island
beforeEach(async () => {
  island = await createIsland()
})
afterEach(() => island.close())

const act = () => ({ master: island.master(), actor: island.operator })
const pumps = { name: 'Pumps', version: '1.0.0', targetVersion: '1.0.0', constraints: undefined }
const publish = (version: string, rate: number): string => {
  const policyBundleId = publishPolicy(act(), { ...pumps, version, configuration: { rate } })
  assignPolicy(act(), { policyBundleId, domainId: island.master().identity.rootDomainId })
  return policyBundleId
}
const snapshotOrder = (node: IslandNode): string =>
  issueCommand(act(), {
    nodeId: node.agent.view().nodeId,
    kind: 'run-snapshot',
    data: { parts: ['health'] },
    expiresAt: null,
    reason: 'a test',
  }).commandId
const configurationOf = (node: IslandNode): unknown => node.workload.configurations.at(-1)
const eventsAtMaster = (type: string) =>
  readEventsAfter(island.master().model.reader, 0, 100_000).flatMap(({ event }) => (event?.type === type ? [event] : []))

/** A node that is seldom heard, so that it counts as in contact while its way to the relay is cut. */
async function seldomHeard() {
  const up = island.createLink()
  const relay = await addRelay(island, [up])
  const way = relay.way()
  const node = await joinBehind(island, way, { contactEverySeconds: 600 })
  return { up, relay, way, node }
}

describe('what a master left', () => {
  it('[RY10] [RY13] is fetched for nodes that came through, taken from the relay while the master is away, and told to the master after', async () => {
    const { up, relay, way, node } = await seldomHeard()
    const { nodeId } = node.agent.view()
    way.isUp = false
    publish('1.0.0', 5)
    const commandId = snapshotOrder(node)
    const isLeft = (): boolean => {
      const { desired, commands } = leftFor(relay.store.reader, nodeId)
      return desired !== null && commands !== null
    }
    await island.ports.advanceUntil(isLeft)
    expect(configurationOf(node)).toBeUndefined()
    up.isUp = false
    way.isUp = true
    await island.ports.advanceUntil(() => typesOf(node.store).includes('command.applied'))
    expect(configurationOf(node)).toEqual({ rate: 5 })
    expect(island.master().model.commandReports(nodeId)).toBeUndefined()
    // What came of it was left with the relay as well, and goes on without the node.
    await island.ports.advanceUntil(() => node.agent.view().heldAtRelay?.events === node.agent.view().backlogMessages)
    way.isUp = false
    up.isUp = true
    await island.ports.advanceUntil(() => eventsAtMaster('ibcf.command.applied.v1').some(({ data }) => data['commandId'] === commandId))
    expect(eventsAtMaster('ibcf.desired.adopted.v1')).toHaveLength(1)
  })

  it('[RY10] is not given to anybody else, nor asked for by who is no relay', async () => {
    const { up, relay, node } = await seldomHeard()
    const other = await joinBehind(island, relay.way())
    publish('1.0.0', 5)
    const { nodeId } = node.agent.view()
    await island.ports.advanceUntil(() => leftFor(relay.store.reader, nodeId).desired !== null)
    const body = new TextEncoder().encode(JSON.stringify({ nodeIds: [nodeId] }))
    const ask = async (headers: Readonly<Record<string, string>>): Promise<unknown> => {
      const answer = await relay.relay().handle({ method: 'POST', path: '/v1/relay/left', headers, body, remote: 'test' })
      return (JSON.parse(new TextDecoder().decode(answer.body)) as { readonly code?: string }).code
    }
    expect(await ask({ 'ibcf-sender': nodeId })).toBe('REQUEST_UNPROVEN')
    let code: unknown
    void ask({ 'ibcf-sender': other.agent.view().nodeId }).then((it) => {
      code = it
    })
    await island.ports.advanceUntil(() => code !== undefined)
    expect(code).toBe('REQUEST_UNPROVEN')
    up.isUp = false
    await island.ports.advanceUntil(() => !relay.relay().view().isUpstreamHere)
    expect(await ask({ 'ibcf-sender': other.agent.view().nodeId })).toBe('RELAY_UPSTREAM_AWAY')
  })

  it('[RY17] an old document that a relay hands over again changes nothing: neither a policy that was replaced nor a command that was taken back', async () => {
    const { up, relay, way, node } = await seldomHeard()
    const { nodeId } = node.agent.view()
    way.isUp = false
    publish('1.0.0', 5)
    const commandId = snapshotOrder(node)
    await island.ports.advanceUntil(() => leftFor(relay.store.reader, nodeId).commands !== null)
    const old = leftFor(relay.store.reader, nodeId)
    cancelCommand(act(), { commandId, reason: 'not needed' })
    publish('2.0.0', 9)
    await island.ports.advanceUntil(() => leftFor(relay.store.reader, nodeId).commands?.document !== old.commands?.document)
    up.isUp = false
    way.isUp = true
    await island.ports.advanceUntil(() => typesOf(node.store).includes('command.withdrawn'))
    expect(configurationOf(node)).toEqual({ rate: 9 })
    let handedOver = 0
    way.between = async (request, next) => {
      const answer = await next()
      if (request.path !== '/v1/relay/left') return answer
      handedOver++
      return { ...answer, body: new TextEncoder().encode(JSON.stringify({ left: [old] })) }
    }
    await island.ports.advanceUntil(() => handedOver > 1)
    expect(configurationOf(node)).toEqual({ rate: 9 })
    expect(typesOf(node.store)).not.toContain('command.applied')
    expect(typesOf(node.store)).toContain('desired.refused')
  })
})

describe('a queue without room', () => {
  it('[RY5] [RY6] drops what is less urgent for what is more, counts it by origin and lane, and tells the master', async () => {
    const up = island.createLink()
    const relay = await addRelay(island, [up], { queueBytes: 64 * 1024 })
    const node = await joinBehind(island, relay.way(), { observeEverySeconds: 1 })
    const { nodeId } = node.agent.view()
    up.isUp = false
    await island.ports.advanceUntil(() => {
      const { losses } = relay.relay().view()
      return losses.full.items > 0
    })
    // Control events, each with an alarm of its own, still find room: facts make it.
    const { held } = relay.relay().view()
    expect(held.bytes).toBeLessThanOrEqual(64 * 1024)
    node.workload.health = 'FAILED'
    const full = relay.relay().view().losses.full
    expect(full.events).toBeGreaterThan(0)
    up.isUp = true
    await island.ports.advanceUntil(() => eventsAtMaster('ibcf.relay.overflowed.v1').length > 0)
    const told = eventsAtMaster('ibcf.relay.overflowed.v1')
    expect(told.every(({ subject, data }) => subject === relay.relayId && data['origin'] === nodeId)).toBe(true)
    await island.ports.advanceUntil(() => {
      const sum = eventsAtMaster('ibcf.relay.overflowed.v1').reduce((all, { data }) => all + Number(data['items']), 0)
      const { full: refused, dropped } = relay.relay().view().losses
      return sum === refused.items + dropped.items
    })
    // Nothing is lost of a node that comes back: what found no room it still had.
    await island.ports.advanceUntil(() => node.agent.view().backlogMessages === 0 && node.agent.view().state === 'ATTACHED')
  })
})
