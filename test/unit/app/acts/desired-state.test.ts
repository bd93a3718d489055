/** Desired state from the act of a person to the proof of the node: a real master and real agents under one virtual clock. */
import { afterEach, describe, expect, it } from 'vitest'
import { assignPolicy, publishPolicy, rollBackPolicy, withdrawPolicy } from '../../../../core/app/acts/policies.ts'
import { grantWaiver, revokeWaiver } from '../../../../core/app/acts/waivers.ts'
import { createQueries } from '../../../../core/app/queries/queries.ts'
import { publishPolicyRequest } from '../../../../core/contract/policies.ts'
import { signedStatement } from '../../../../core/contract/gateway/statement.ts'
import { takeUpDesired } from '../../../../core/agent/desired.ts'
import { fromBase64 } from '../../../../core/kernel/hex.ts'
import { openMemory } from '../../../../core/agent/memory.ts'
import type { TransportResponse } from '../../../../core/kernel/ports.ts'
import { createIsland, type Island, type IslandNode } from '../../../helpers/agent/island.ts'
import { createTestNode, createTestWorkload, eventsOf } from '../../../helpers/agent/test-node.ts'

const opened: (() => void)[] = []
afterEach(() => {
  for (const close of opened.splice(0).reverse()) close()
})

async function island(): Promise<Island> {
  const made = await createIsland()
  opened.push(made.close)
  return made
}

const actOf = (its: Island) => ({ master: its.master(), actor: its.operator })
const rootOf = (its: Island) => its.master().identity.rootDomainId
const queriesOf = (its: Island) => createQueries(its.master().model)
const idOf = ({ agent }: IslandNode) => agent.view().nodeId
const proofsOf = ({ store }: IslandNode) =>
  eventsOf(store).flatMap(({ event }) => (event?.type === 'ibcf.desired.proven.v1' ? [event.data] : []))

const pumps = { name: 'Pumps', version: '1.0.0', targetVersion: '1.0.0', configuration: { rate: 5, limits: { duty: 100 } } }

describe('publishing and assigning', () => {
  it('[PO2] [PO1] refuses what is no SemVer, a version twice and terms that mean nothing, and writes nothing', async () => {
    const its = await island()
    const codeOf = (changes: object): unknown => {
      try {
        return publishPolicy(actOf(its), { ...pumps, ...changes })
      } catch (error) {
        return (error as { readonly code: string }).code
      }
    }
    expect(codeOf({ version: '3' })).toBe('POLICY_VERSION_INVALID')
    expect(codeOf({ comparators: [{ path: '/elsewhere', comparator: { kind: 'exact' }, weight: 1 }] })).toBe('COMPARATOR_INVALID')
    expect(codeOf({ configurationSchema: { properties: { rate: { type: 'string' } } } })).toBe('CONFIGURATION_INVALID')
    expect(queriesOf(its).policies()).toEqual([])
    publishPolicy(actOf(its), pumps)
    expect(codeOf({})).toBe('POLICY_VERSION_TAKEN')
    expect(publishPolicyRequest.safeParse({ ...pumps, version: 'v1.0.0' }).error?.issues[0]?.message).toContain('SemVer')
    expect(publishPolicyRequest.safeParse({ ...pumps, targetVersion: '1.0' }).success).toBe(false)
  })

  it('[PO5] [PO6] gives a node the most specific, says why, rolls back and withdraws', async () => {
    const its = await island()
    const node = await its.join({ tags: ['pump'] })
    const other = await its.join()
    const first = publishPolicy(actOf(its), pumps)
    const second = publishPolicy(actOf(its), { ...pumps, version: '1.1.0', configuration: { rate: 6 } })
    assignPolicy(actOf(its), { policyBundleId: first, domainId: rootOf(its) })
    const selector = { tagsAll: ['pump'] }
    const made = assignPolicy(actOf(its), { policyBundleId: second, domainId: rootOf(its), selector, reason: 'a trial' })
    expect(made).toMatchObject({ policyBundleId: second, direction: 'first' })
    expect(queriesOf(its).desiredActual(idOf(node))).toMatchObject({
      policyVersion: '1.1.0',
      desiredBecause: {
        sentence: 'Assigned to nodes with pump of its own domain.',
        assignmentId: made.assignmentId,
        signedBy: [its.master().port.keyId],
        passedOver: [{ policyBundleId: first, why: 'Another one says more of this node.' }],
      },
    })
    expect(queriesOf(its).desiredActual(idOf(other))).toMatchObject({ policyVersion: '1.0.0' })
    assignPolicy(actOf(its), { policyBundleId: first, domainId: rootOf(its), selector })
    expect(rollBackPolicy(actOf(its), { domainId: rootOf(its), selector, reason: 'the trial went well' })).toMatchObject({
      policyBundleId: second,
      direction: 'forward',
    })
    expect(() => rollBackPolicy(actOf(its), { domainId: rootOf(its), reason: 'x' })).toThrow(
      expect.objectContaining({ code: 'POLICY_NOTHING_EARLIER' }),
    )
    for (const { assignmentId, selected } of queriesOf(its).assignments({}).items)
      if (selected !== 'every node') withdrawPolicy(actOf(its), { domainId: rootOf(its), assignmentId, reason: 'the trial is over' })
    expect(queriesOf(its).desiredActual(idOf(node))).toMatchObject({ policyVersion: '1.0.0' })
    expect(() => withdrawPolicy(actOf(its), { domainId: rootOf(its), assignmentId: made.assignmentId, reason: 'again' })).toThrow(
      expect.objectContaining({ code: 'ASSIGNMENT_UNKNOWN' }),
    )
  })

  it('[PO8] shows of many nodes what it shows of each, where selections tell them apart', async () => {
    const its = await island()
    const node = await its.join({ tags: ['pump'] })
    const other = await its.join()
    const first = publishPolicy(actOf(its), { ...pumps, configuration: {} })
    const second = publishPolicy(actOf(its), { ...pumps, version: '1.1.0', targetVersion: '2.0.0', configuration: {} })
    assignPolicy(actOf(its), { policyBundleId: first, domainId: rootOf(its) })
    assignPolicy(actOf(its), { policyBundleId: second, domainId: rootOf(its), selector: { nodeIds: [idOf(node)] } })
    const queries = queriesOf(its)
    const under = (policyBundleId: string) => queries.nodes({ policyBundleId, limit: 10 })
    expect(under(first)).toMatchObject({ items: [{ id: idOf(other), driftScore: 0 }], total: 1 })
    expect(under(second)).toMatchObject({ items: [{ id: idOf(node), driftScore: 1 }], total: 1 })
    const { line, policies } = queries.overview()
    expect(line).toMatchObject({ driftScore: 0.5, driftKnown: 2 })
    expect(Object.fromEntries(policies.map(({ id, nodes, onTarget }) => [id, [nodes, onTarget]]))).toEqual({
      [first]: [1, 1],
      [second]: [1, 0],
    })
  })
})

describe('at the node', () => {
  it('[PO4] [PO7] [AG8] checks the signature of the bundle by itself, and refuses one that says something else', async () => {
    const its = await island()
    const node = await its.join()
    const bundle = publishPolicy(actOf(its), pumps)
    assignPolicy(actOf(its), { policyBundleId: bundle, domainId: rootOf(its) })
    const answers: TransportResponse[] = []
    node.link.between = async (request, next) => {
      const answer = await next()
      if (request.path === '/v1/desired') answers.push(answer)
      return answer
    }
    await its.ports.advanceUntil(() => proofsOf(node).length > 0)
    const answer = answers.at(-1)
    if (answer === undefined) throw new Error('The node asked for nothing.')
    const statement = signedStatement.parse(JSON.parse(new TextDecoder().decode(answer.body)))
    const document = JSON.parse(new TextDecoder().decode(fromBase64(statement.document))) as Record<string, unknown>
    expect(document['bundle']).toMatchObject({ signatures: [{ keyid: its.master().port.keyId }] })

    const approval = openMemory(node.store.reader, node.store.transact).get('approval')
    if (approval === undefined) throw new Error('The node was not let in.')
    const { port } = its.master()
    const refusalOf = async (changes: object): Promise<unknown> => {
      const fresh = await createTestNode()
      const parts = { crypto: fresh.ports.crypto, journal: fresh.journal, memory: fresh.memory, workload: createTestWorkload() }
      const changed = port.signStatement('application/vnd.ibcf.desired+json', { ...document, ...changes })
      const isTaken = takeUpDesired(parts, approval, changed)
      return isTaken ? 'taken' : eventsOf(fresh.store).at(-1)?.event?.data['code']
    }
    expect(await refusalOf({})).toBe('taken')
    expect(await refusalOf({ configuration: { rate: 6 } })).toBe('POLICY_SIGNATURE_INVALID')
    expect(await refusalOf({ terms: { delegatedPaths: ['/configuration'] } })).toBe('POLICY_SIGNATURE_INVALID')
    const bundleOf = document['bundle'] as { readonly signatures: readonly object[] }
    expect(await refusalOf({ bundle: { ...bundleOf, signatures: [{ keyid: port.keyId, sig: 'AAAA' }] } })).toBe('POLICY_SIGNATURE_INVALID')
  })

  it('[AG18] [RO2] proves what it runs after a start, and nothing that it did not look at', async () => {
    const its = await island()
    const node = await its.join()
    const bundle = publishPolicy(actOf(its), { ...pumps, targetVersion: '2.0.0' })
    assignPolicy(actOf(its), { policyBundleId: bundle, domainId: rootOf(its) })
    await its.ports.advanceUntil(() => proofsOf(node).length === 1)
    expect(proofsOf(node)).toEqual([
      {
        policyBundleId: bundle,
        version: '1.0.0',
        isAfterRestart: true,
        found: 'version 1.0.0, its configuration is the one it was given',
      },
    ])
    node.workload.runs = '2.0.0'
    const again = node.restart()
    again.agent.start()
    expect(proofsOf(again)).toMatchObject([{ version: '1.0.0' }, { version: '2.0.0', isAfterRestart: true }])
    node.workload.configurations.push({ rate: 9 })
    node.workload.runs = '2.0.1'
    const last = again.restart()
    last.agent.start()
    last.restart().agent.start()
    expect(proofsOf(last)).toHaveLength(2)
    const alarms = eventsOf(last.store).filter(({ event }) => event?.data['name'] === 'desired-not-kept')
    expect(alarms).toHaveLength(1)
  })

  it('[AG19] [DR7] changes what the policy leaves to it, which is told apart from drift', async () => {
    const its = await island()
    const node = await its.join({ observeEverySeconds: 5, snapshotEverySeconds: 5 })
    const change = (path: string, value: unknown) => ({ path: `/configuration/${path}`, value })
    const rules = [
      { when: { value: 'temperature_c', above: 60 }, decide: 'cool', change: change('limits/duty', 50) },
      { when: { value: 'temperature_c', above: 60 }, decide: 'meddle', change: change('rate', 1) },
    ]
    const configuration = { ...pumps.configuration, local_policy: { rules } }
    const bundle = publishPolicy(actOf(its), { ...pumps, configuration, delegatedPaths: ['/configuration/limits'] })
    assignPolicy(actOf(its), { policyBundleId: bundle, domainId: rootOf(its) })
    await its.ports.advanceUntil(() => proofsOf(node).length > 0)
    node.workload.values['temperature_c'] = 70
    const duty = () =>
      queriesOf(its)
        .desiredActual(idOf(node))
        .entries.find(({ path }) => path === '/configuration/limits/duty')
    await its.ports.advanceUntil(() => duty()?.standing === 'local-decision')
    expect(duty()).toMatchObject({ desired: 100, actual: 50, verdict: 'different' })
    // What the policy does not leave to it was decided, and not done.
    expect(node.workload.configurations.at(-1)).toMatchObject({ rate: 5, limits: { duty: 50 } })
    expect(queriesOf(its).desiredActual(idOf(node)).driftScore).toBe(0)
    expect(queriesOf(its).overview().line.driftScore).toBe(0)
    node.workload.values['temperature_c'] = 40
    await its.ports.advanceUntil(() => duty()?.standing === 'in-spec')
    expect(node.workload.configurations.at(-1)).toMatchObject({ limits: { duty: 100 } })
  })
})

describe('waivers', () => {
  it('[DR6] [DR8] [DR9] account for drift of a node or a domain until their date, also in the figures', async () => {
    const its = await island()
    const node = await its.join({ snapshotEverySeconds: 5 })
    const bundle = publishPolicy(actOf(its), pumps)
    assignPolicy(actOf(its), { policyBundleId: bundle, domainId: rootOf(its) })
    await its.ports.advanceUntil(() => proofsOf(node).length > 0)
    node.workload.configurations.push({ rate: 9, limits: { duty: 100 } })
    const score = () => queriesOf(its).desiredActual(idOf(node)).driftScore
    const rate = () =>
      queriesOf(its)
        .desiredActual(idOf(node))
        .entries.find(({ path }) => path === '/configuration/rate')?.actual
    await its.ports.advanceUntil(() => rate() === 9)
    expect(score()).toBeCloseTo(1 / 3)
    const in60 = () => new Date(its.ports.clock.now() + 60_000).toISOString()
    const granted = grantWaiver(actOf(its), { subject: idOf(node), path: '/configuration/rate', until: in60(), reason: 'a new pump' })
    expect(score()).toBe(0)
    expect(queriesOf(its).overview().line.driftScore).toBe(0)
    expect(queriesOf(its).desiredActual(idOf(node))).toMatchObject({
      waivers: [{ waiverId: granted.waiverId, grantedBy: 'Test operator' }],
    })
    revokeWaiver(actOf(its), { subject: idOf(node), waiverId: granted.waiverId, reason: 'it was not' })
    expect(queriesOf(its).overview().line.driftScore).toBeGreaterThan(0)
    expect(() => revokeWaiver(actOf(its), { subject: idOf(node), waiverId: granted.waiverId, reason: 'again' })).toThrow(
      expect.objectContaining({ code: 'WAIVER_UNKNOWN' }),
    )
    const ofDomain = grantWaiver(actOf(its), { subject: rootOf(its), path: '/configuration', until: in60(), reason: 'works' })
    const queries = queriesOf(its)
    expect(queries.overview().line.driftScore).toBe(0)
    expect(queries.waivers({}).items).toMatchObject([{ waiverId: ofDomain.waiverId, state: 'holds' }])
    await its.ports.advance(61_000)
    expect(queries.overview().line.driftScore).toBeGreaterThan(0)
    expect(queries.waivers({ subject: rootOf(its) }).items).toMatchObject([{ state: 'over' }])
    expect(() => grantWaiver(actOf(its), { subject: rootOf(its), path: '', until: '2026-01-01T00:00:00.000Z', reason: 'x' })).toThrow(
      expect.objectContaining({ code: 'WAIVER_OVER' }),
    )
    expect(() => grantWaiver(actOf(its), { subject: bundle, path: '', until: in60(), reason: 'x' })).toThrow(
      expect.objectContaining({ code: 'SUBJECT_UNKNOWN' }),
    )
  })
})
