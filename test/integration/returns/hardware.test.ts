/** Machines that become a node that is known: a spare, and a machine with a new key; real agents and a real master in one process. */
import { afterEach, describe, expect, it } from 'vitest'
import { refuseHardware, replaceHardware } from '../../../core/app/acts/hardware.ts'
import { decommissionNode, remediateNode, retireNode, revokeNodeKey } from '../../../core/app/acts/nodes.ts'
import { createQueries } from '../../../core/app/queries/queries.ts'
import { renewKey, takeOverIdentity } from '../../../core/agent/new-key.ts'
import type { NodeId } from '../../../core/kernel/ids.ts'
import { parseLogId } from '../../../core/log/log-id.ts'
import { readFrontier } from '../../../core/store/frontier.ts'
import { readKey } from '../../../core/store/keys.ts'
import { readLogEvents } from '../../../core/store/read-events.ts'
import { verifyStore } from '../../../core/store/verify-store.ts'
import { createIsland, type Island, type IslandNode } from '../../helpers/agent/island.ts'

const opened: (() => void)[] = []
afterEach(() => {
  for (const close of opened.splice(0)) close()
})

async function island(): Promise<Island> {
  const made = await createIsland()
  opened.push(made.close)
  return made
}

const actOf = ({ master, operator }: Island) => ({ master: master(), actor: operator })
const hardwareOf = ({ master }: Island, nodeId: NodeId) => createQueries(master().model).nodeHardware(nodeId)
const isAtRest = ({ agent }: IslandNode): boolean => agent.view().state === 'ATTACHED' && agent.view().backlogMessages === 0

async function spareOf(its: Island, nodeId: NodeId): Promise<IslandNode> {
  takeOverIdentity(its.ports, 'spare', nodeId)
  const spare = await its.addNode({ directory: 'spare', serial: 'S-2', name: 'Spare' })
  spare.agent.start()
  await its.ports.advanceUntil(() => hardwareOf(its, nodeId).offers.length > 0)
  return spare
}

describe('a spare', () => {
  it('[HW1] [HW2] takes the identity once a person says so; the old key is cut, the serials stay, and the log goes on behind what is held', async () => {
    const its = await island()
    const old = await its.join({ serial: 'S-1' })
    const { nodeId, keyId } = old.agent.view()
    const spare = await spareOf(its, nodeId)
    expect(spare.agent.view()).toMatchObject({ nodeId, state: 'ENROLLING' })
    const [offer] = hardwareOf(its, nodeId).offers
    expect(offer).toMatchObject({ serial: 'S-2', keyWords: spare.agent.view().keyWords })
    expect(old.agent.view().state).toBe('ATTACHED')
    const held = readFrontier(its.master().store.reader, { origin: nodeId })

    replaceHardware(actOf(its), { nodeId, requestId: offer?.requestId ?? '', reason: 'Burnt out' })
    await its.ports.advanceUntil(() => isAtRest(spare))
    expect(hardwareOf(its, nodeId)).toMatchObject({ offers: [], machines: [{ serial: 'S-2', reason: 'Burnt out' }, { serial: 'S-1' }] })
    expect(its.master().model.lifecycle(nodeId)).toMatchObject({ keyId: spare.agent.view().keyId, serial: 'S-2', isKeyRevoked: false })
    const cut = readKey(its.master().store.reader, keyId)
    expect(cut?.isRevoked).toBe(true)
    expect(cut?.cuts.map(({ log, seq }) => [log, seq])).toEqual(held.map(({ log, seq }) => [log, seq]))
    // It opens a life of its own, and names where the old one stood.
    const logs = readFrontier(its.master().store.reader, { origin: nodeId }).map(({ log }) => log)
    const control = logs.filter((log) => !held.some((head) => head.log === log) && parseLogId(log).lane === 'control')
    const openings = control.flatMap((log) => readLogEvents(its.master().store.reader, parseLogId(log), 1, 5)).map(({ event }) => event)
    expect(openings.filter((event) => event?.type === 'ibcf.log.opened.v1').at(-1)?.data['continues']).toEqual(
      expect.arrayContaining(held.map(({ log, seq, head }) => ({ log, seq, head }))),
    )
    // The machine that it replaced is nobody now.
    await its.ports.advanceUntil(() => old.agent.view().state !== 'ATTACHED')
    expect((await verifyStore(its.master().store.reader, its.ports)).findings).toEqual([])
  })

  it('[HW1] that is turned away is told so and changes nothing; neither a cut key nor a retired identity comes back', async () => {
    const its = await island()
    const old = await its.join()
    const { nodeId, keyId } = old.agent.view()
    const spare = await spareOf(its, nodeId)
    const requestId = hardwareOf(its, nodeId).offers[0]?.requestId ?? ''
    refuseHardware(actOf(its), { nodeId, requestId, reason: 'Not ours' })
    await its.ports.advanceUntil(() => spare.agent.view().state === 'REFUSED')
    expect(spare.agent.view().difficulty?.sentence).toContain('Not ours')
    expect(its.master().model.lifecycle(nodeId)?.keyId).toBe(keyId)
    expect(() => replaceHardware(actOf(its), { nodeId, requestId, reason: 'x' })).toThrow(
      expect.objectContaining({ code: 'OFFER_UNKNOWN' }),
    )

    decommissionNode(actOf(its), { nodeId, reason: 'Old' })
    retireNode(actOf(its), { nodeId, reason: 'Old' })
    renewKey(its.ports, 'spare')
    const again = await its.addNode({ directory: 'spare' })
    again.agent.start()
    await its.ports.advanceUntil(() => again.agent.view().state === 'REFUSED')
    expect(again.agent.view().difficulty?.sentence).toContain('retired')
    expect(hardwareOf(its, nodeId).offers).toEqual([])
  })

  it('[HW2] begins in an empty directory', async () => {
    const its = await island()
    const old = await its.join()
    const { nodeId } = old.agent.view()
    expect(() => takeOverIdentity(its.ports, 'node-1', nodeId)).toThrow(expect.objectContaining({ code: 'IDENTITY_TAKEN' }))
    expect(() => renewKey(its.ports, 'nowhere')).toThrow(expect.objectContaining({ code: 'IDENTITY_MISSING' }))
    expect(takeOverIdentity(its.ports, 'spare', nodeId)).toEqual(takeOverIdentity(its.ports, 'spare', nodeId))
  })
})

describe('a machine with a new key', () => {
  it('[HW2] [RT13] whose key was revoked while it was away is re-keyed, hands over everything, and is let back in', async () => {
    const its = await island()
    const node = await its.join()
    const { nodeId } = node.agent.view()
    node.link.isUp = false
    await its.ports.advance(300_000)
    revokeNodeKey(actOf(its), { nodeId, reason: 'Stolen, it seemed' })
    renewKey(its.ports, 'node-1')
    const renewed = node.restart()
    renewed.link.isUp = true
    renewed.agent.start()
    await its.ports.advanceUntil(() => hardwareOf(its, nodeId).offers.length > 0)
    const [offer] = hardwareOf(its, nodeId).offers
    replaceHardware(actOf(its), { nodeId, requestId: offer?.requestId ?? '', reason: 'It was not' })
    await its.ports.advanceUntil(
      () => its.master().model.connectivity(nodeId)?.mode === 'LIVE' && renewed.agent.view().backlogMessages === 0,
    )
    expect(its.master().model.lifecycle(nodeId)).toMatchObject({ phase: 'QUARANTINED', isKeyRevoked: false })
    remediateNode(actOf(its), { nodeId, reason: 'Re-keyed' })
    await its.ports.advanceUntil(() => isAtRest(renewed))
    for (const { log, seq } of readFrontier(renewed.store.reader, { origin: nodeId })) {
      const bytes = (store: IslandNode['store']) =>
        readLogEvents(store.reader, parseLogId(log), 1, seq).map((stored) => Buffer.from(stored.bytes).toString('utf8'))
      expect(bytes(its.master().store)).toEqual(bytes(renewed.store))
    }
    expect((await verifyStore(its.master().store.reader, its.ports)).findings).toEqual([])
    expect((await verifyStore(renewed.store.reader, its.ports)).findings).toEqual([])
  })
})
