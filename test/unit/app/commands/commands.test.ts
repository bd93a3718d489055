/** Commands at the master: issued, previewed, agreed to, taken back, lapsed; and where they stand from decisions and reports. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { approveCommand, cancelCommand, issueBatch, issueCommand } from '../../../../core/app/acts/commands.ts'
import { configureDomain } from '../../../../core/app/acts/domains.ts'
import { createOperator } from '../../../../core/app/acts/operators.ts'
import { previewOf } from '../../../../core/app/commands/preview.ts'
import { listCommands, readKnownCommand } from '../../../../core/app/queries/commands.ts'
import { readEventsAfter } from '../../../../core/store/read-events.ts'
import { createIsland, type Island, type IslandNode } from '../../../helpers/agent/island.ts'

let island: Island
let node: IslandNode
beforeEach(async () => {
  island = await createIsland()
  node = await island.join({ name: 'Pump 1', tags: ['pump'] })
  // What is decided here is looked at before the node has heard of it.
  node.link.isUp = false
})
afterEach(() => island.close())

const act = () => ({ master: island.master(), actor: island.operator })
const nodeId = () => node.agent.view().nodeId as string
const restart = { kind: 'restart', data: { scope: 'agent' }, expiresAt: null, reason: 'test' }
const artifact = {
  artifactId: '01J00000000000000000000000',
  name: 'pump.mjs',
  version: '2.0.0',
  digest: 'a'.repeat(64),
  sizeBytes: 10,
  keyId: 'ed25519:0',
  signature: '',
  rollBackAt: 'FAILED',
}
const install = { kind: 'install-artifact', data: artifact, expiresAt: null, reason: 'test' }
const stageOf = (commandId: string) => readKnownCommand(island.master().model, commandId)?.stage
const page = { limit: 100 }

describe('issuing', () => {
  it('[CM13] makes an event with placement, epoch, key and expiry in its envelope, and a command that is queued', () => {
    const expiresAt = new Date(island.ports.clock.now() + 60_000).toISOString()
    const issued = issueCommand(act(), { nodeId: nodeId(), ...restart, expiresAt, idempotencyKey: 'k1' })
    expect(stageOf(issued.commandId)).toBe('queued')
    const event = readEventsAfter(island.master().store.reader, 0, 10_000).find(({ event: its }) => its?.id === issued.eventIds[0])?.event
    expect(event).toMatchObject({ subject: issued.commandId, placement: 0, epoch: 1, idempotencykey: 'k1', expirytime: expiresAt })
  })

  it('[CM6] under a key that was used for the same thing writes nothing, and for another refuses', () => {
    const first = issueCommand(act(), { nodeId: nodeId(), ...restart, idempotencyKey: 'k1' })
    expect(issueCommand(act(), { nodeId: nodeId(), ...restart, idempotencyKey: 'k1' })).toEqual({
      commandId: first.commandId,
      isKnown: true,
      eventIds: [],
      waitsFor: [],
    })
    const other = { kind: 'run-snapshot', data: { parts: ['health'] }, expiresAt: null, reason: 'test' }
    expect(() => issueCommand(act(), { nodeId: nodeId(), ...other, idempotencyKey: 'k1' })).toThrow(
      expect.objectContaining({ code: 'KEY_REUSED' }),
    )
  })

  it('[CM1] refuses a kind or data that is not as the table says, and a node that nobody knows', () => {
    expect(() => issueCommand(act(), { nodeId: nodeId(), ...restart, kind: 'explode' })).toThrow(
      expect.objectContaining({ code: 'COMMAND_KIND_UNKNOWN' }),
    )
    expect(() => issueCommand(act(), { nodeId: nodeId(), ...restart, data: { scope: 'moon' } })).toThrow(
      expect.objectContaining({ code: 'COMMAND_DATA_MALFORMED' }),
    )
    expect(() => issueCommand(act(), { nodeId: island.operator, ...restart })).toThrow(expect.objectContaining({ code: 'NODE_UNKNOWN' }))
  })

  it('[CM10] takes the place of the one before in its slot, and one that was taken back takes nobody’s', () => {
    const first = issueCommand(act(), { nodeId: nodeId(), ...restart })
    const second = issueCommand(act(), { nodeId: nodeId(), ...restart })
    expect(stageOf(first.commandId)).toBe('superseded')
    expect(readKnownCommand(island.master().model, first.commandId)?.supersededBy).toBe(second.commandId)
    cancelCommand(act(), { commandId: second.commandId, reason: 'not needed' })
    expect(stageOf(second.commandId)).toBe('cancelled')
    expect(() => cancelCommand(act(), { commandId: second.commandId, reason: 'again' })).toThrow(
      expect.objectContaining({ code: 'COMMAND_STAGE_REFUSED' }),
    )
  })
})

describe('two people', () => {
  it('[CM5] have to agree to what can do harm: not oneself, not another body, and then it is queued', () => {
    const { commandId } = issueCommand(act(), { nodeId: nodeId(), ...install })
    expect(stageOf(commandId)).toBe('issued')
    const { bodyDigest } = readKnownCommand(island.master().model, commandId) ?? { bodyDigest: '' }
    expect(() => approveCommand(act(), { commandId, bodyDigest, reason: 'yes' })).toThrow(
      expect.objectContaining({ code: 'APPROVED_BY_ONESELF' }),
    )
    const second = createOperator(act(), { name: 'Second', role: 'engineer' })
    const other = { master: island.master(), actor: second }
    expect(() => approveCommand(other, { commandId, bodyDigest: 'b'.repeat(64), reason: 'yes' })).toThrow(
      expect.objectContaining({ code: 'APPROVED_ANOTHER_BODY' }),
    )
    approveCommand(other, { commandId, bodyDigest, reason: 'looked at it' })
    expect(readKnownCommand(island.master().model, commandId)).toMatchObject({
      stage: 'queued',
      approvedBy: ['Second'],
      needsApproval: false,
    })
  })
})

describe('kinds that a domain asks two people for', () => {
  it('[CM24] wait for the second person where the nearest domain says so, and what was issued before does not', () => {
    const domainId = island.master().model.lifecycle(nodeId())?.domainId ?? ''
    const before = issueCommand(act(), {
      nodeId: nodeId(),
      kind: 'run-snapshot',
      data: { parts: ['health'] },
      expiresAt: null,
      reason: 'test',
    })
    configureDomain(act(), { domainId, thresholds: {}, twoOperatorKinds: ['restart', 'run-snapshot'] })
    const { commandId } = issueCommand(act(), { nodeId: nodeId(), ...restart })
    expect([stageOf(before.commandId), stageOf(commandId)]).toEqual(['queued', 'issued'])
    expect(readKnownCommand(island.master().model, commandId)?.needsApproval).toBe(true)
    // Taken away again, it stays asked for of what was issued under it.
    configureDomain(act(), { domainId, thresholds: {}, twoOperatorKinds: null })
    expect(stageOf(commandId)).toBe('issued')
    const { bodyDigest } = readKnownCommand(island.master().model, commandId) ?? { bodyDigest: '' }
    const second = createOperator(act(), { name: 'Second', role: 'engineer' })
    approveCommand({ master: island.master(), actor: second }, { commandId, bodyDigest, reason: 'looked at it' })
    expect(stageOf(commandId)).toBe('queued')
    expect(stageOf(issueCommand(act(), { nodeId: nodeId(), ...restart }).commandId)).toBe('queued')
  })
})

describe('a batch', () => {
  it('[CM12] [CM18] hits who the preview showed and nobody else', async () => {
    const spare = await island.join({ name: 'Spare', tags: ['spare'] })
    spare.link.isUp = false
    const asked = { selector: { tagsAny: ['pump'] }, ...restart }
    const preview = previewOf(island.master().model, asked)
    expect(preview.hit.map(({ name }) => name)).toEqual(['Pump 1'])
    const late = await island.join({ name: 'Pump 2', tags: ['pump'] })
    late.link.isUp = false
    expect(() => issueBatch(act(), { ...asked, previewDigest: preview.previewDigest })).toThrow(
      expect.objectContaining({ code: 'PREVIEW_STALE' }),
    )
    const again = previewOf(island.master().model, asked)
    const { batchId, commandIds } = issueBatch(act(), { ...asked, previewDigest: again.previewDigest })
    const listed = listCommands(island.master().model, { batchId, ...page })
    expect(listed.items.map(({ nodeName, stage }) => `${nodeName} ${stage}`).toSorted()).toEqual(['Pump 1 queued', 'Pump 2 queued'])
    expect(listed.items.map(({ commandId }) => commandId).toSorted()).toEqual([...commandIds].toSorted())
  })

  it('[CM12] leaves out who may not take it, with the reason', () => {
    const preview = previewOf(island.master().model, {
      selector: { nodeIds: [nodeId()] },
      ...restart,
      constraints: { target_version: '9.9.9' },
    })
    expect(preview.hit).toEqual([])
    expect(preview.leftOutByCode).toEqual({ VERSION_DIFFERENT: 1 })
  })
})

describe('time', () => {
  it('[CM17] that runs out lapses a command by one event', async () => {
    const until = (ms: number) => new Date(island.ports.clock.now() + ms).toISOString()
    const seen = issueCommand(act(), { nodeId: nodeId(), ...restart, expiresAt: until(5_000) })
    await island.ports.advanceUntil(() => stageOf(seen.commandId) === 'expired')
    const lapses = readEventsAfter(island.master().store.reader, 0, 10_000).filter(({ event }) => event?.type === 'ibcf.command.lapsed.v1')
    expect(lapses.map(({ event }) => event?.subject)).toEqual([seen.commandId])
  })
})

describe('time that runs out while no master is there', () => {
  it('[CM17] lapses a command once it is there again, and only once', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'ibcf-commands-'))
    const its = await createIsland(directory)
    try {
      const away = await its.join()
      away.link.isUp = false
      const expiresAt = new Date(its.ports.clock.now() + 60_000).toISOString()
      const order = { nodeId: away.agent.view().nodeId, ...restart, expiresAt }
      const { commandId } = issueCommand({ master: its.master(), actor: its.operator }, order)
      its.ports.setWall(its.ports.clock.now() + 3_600_000)
      for (let restarts = 0; restarts < 2; restarts++) {
        await its.restartMaster()
        await its.ports.advanceUntil(() => readKnownCommand(its.master().model, commandId)?.stage === 'expired')
      }
      const events = readEventsAfter(its.master().store.reader, 0, 10_000)
      expect(events.filter(({ event }) => event?.type === 'ibcf.command.lapsed.v1')).toHaveLength(1)
    } finally {
      its.close()
      rmSync(directory, { recursive: true, force: true })
    }
  })
})

describe('the list', () => {
  it('[QY19] goes through all of them page by page, newest first, and filters by stage, kind and node', () => {
    const ids = Array.from(
      { length: 5 },
      (_, at) =>
        issueCommand(act(), {
          nodeId: nodeId(),
          kind: 'set-config',
          data: { changes: [{ path: `/v${at}`, value: at }] },
          expiresAt: null,
          reason: 'r',
        }).commandId,
    )
    const { model } = island.master()
    const seen: string[] = []
    let cursor: string | undefined
    do {
      const found = listCommands(model, { limit: 2, ...(cursor === undefined ? {} : { cursor }) })
      seen.push(...found.items.map(({ commandId }) => commandId))
      cursor = found.next ?? undefined
    } while (cursor !== undefined)
    expect(seen).toEqual(ids.toSorted().toReversed())
    cancelCommand(act(), { commandId: ids[0] ?? '', reason: 'r' })
    expect(listCommands(model, { stages: ['cancelled'], ...page }).items.map(({ commandId }) => commandId)).toEqual([ids[0]])
    expect(listCommands(model, { kinds: ['restart'], ...page }).items).toEqual([])
    expect(() => listCommands(model, { cursor: 'x', ...page })).toThrow(expect.objectContaining({ code: 'CURSOR_MALFORMED' }))
  })
})
