/** What an agent makes of what it is told: whom it believes, what it does once, and what it finds out after it was interrupted. */
import { beforeEach, describe, expect, it } from 'vitest'
import type { CommandAct, Outcome } from '../../../core/agent/commands/act.ts'
import { createExecutor, type Executor } from '../../../core/agent/commands/executor.ts'
import { openCommandLedger } from '../../../core/agent/commands/ledger.ts'
import { signStatement } from '../../../core/agent/statement.ts'
import { issueCommand } from '../../../core/app/acts/commands.ts'
import { quarantineNode, remediateNode } from '../../../core/app/acts/nodes.ts'
import { readKnownCommand } from '../../../core/app/queries/commands.ts'
import type { CommandOnWire, CommandsDocument } from '../../../core/contract/gateway/commands.ts'
import { statementTypes } from '../../../core/contract/gateway/statement.ts'
import { digestOf } from '../../../core/fleet/command/body-digest.ts'
import { fromBase64, toBase64 } from '../../../core/kernel/hex.ts'
import { createUlidSource, type EventId } from '../../../core/kernel/ids.ts'
import { keyIdOf } from '../../../core/log/dsse.ts'
import { createIsland } from '../../helpers/agent/island.ts'
import { createTestNode, createTestWorkload, eventsOf, restart, type TestNode } from '../../helpers/agent/test-node.ts'

const masterId = '01J00000000000000000000001'
const domainId = '01J00000000000000000000002'
const hlc = '019000000000-0000'

let node: TestNode
let performed: string[]
let outcome: Outcome | 'crash'
let probed: 'took-effect' | 'no-effect'
let signer: { readonly keyId: string; readonly privateKey: Uint8Array; readonly publicKey: Uint8Array }
beforeEach(async () => {
  node = await createTestNode()
  const pair = node.ports.crypto.generateKeyPair()
  signer = { ...pair, keyId: keyIdOf(node.ports.crypto, pair.publicKey) }
  performed = []
  outcome = { kind: 'applied', proof: 'found' }
  probed = 'no-effect'
  const at = new Date(node.ports.clock.now()).toISOString()
  const approval = { v: 1, nodeId: node.identity.nodeId, domainId, masterId, masterName: 'M', placement: 0, epoch: 1, at } as const
  node.store.transact((writer) => node.memory.put(writer, 'approval', { ...approval, masterPublicKey: toBase64(signer.publicKey) }))
})

class Crash extends Error {}

function open(): Executor {
  const act: CommandAct = {
    perform: ({ issued }) => {
      performed.push(issued.commandId)
      if (outcome === 'crash') throw new Crash()
      return outcome
    },
    probe: () => ({ probe: probed, proof: 'found by looking' }),
  }
  const { ports, store, memory, journal, identity } = node
  return createExecutor({
    ports,
    nodeId: identity.nodeId,
    ledger: openCommandLedger(store.reader, store.transact),
    journal,
    memory,
    regard: { phase: () => 'ACTIVE', mode: () => 'LIVE', isQuarantined: () => false },
    solitude: { since: () => undefined },
    workload: createTestWorkload(),
    acts: { 'set-config': act, restart: act, 'run-snapshot': act, 'install-artifact': act },
    holdsContent: () => true,
    changed: () => undefined,
    later: () => undefined,
    restartAgent: undefined,
  })
}

function command(changes: Partial<CommandOnWire> = {}): CommandOnWire {
  const { clock, random, crypto } = node.ports
  const commandId = createUlidSource(clock, random)<EventId>()
  const data = { scope: 'agent' }
  return {
    commandId,
    eventId: commandId,
    masterId,
    domainId,
    nodeId: node.identity.nodeId,
    kind: 'restart',
    semantics: 'AT_LEAST_ONCE',
    incarnation: null,
    constraints: { maintenance_window: '', requires_online: false, min_battery_pct: 0, target_version: null },
    body: { sealed: null, data },
    bodyDigest: digestOf(crypto, data),
    batchId: null,
    idempotencyKey: commandId,
    placement: 0,
    epoch: 1,
    hlc,
    actor: null,
    issuedAt: new Date(clock.now()).toISOString(),
    expiresAt: null,
    ...changes,
  }
}

function give(executor: Executor, commands: readonly CommandOnWire[], changes: Partial<CommandsDocument> = {}) {
  const at = new Date(node.ports.clock.now()).toISOString()
  const document = {
    v: 1,
    nodeId: node.identity.nodeId,
    masterId,
    phase: 'ACTIVE',
    mode: 'LIVE',
    commands: [...commands],
    withdrawn: [],
    at,
    ...changes,
  }
  return executor.take(signStatement(node.ports.crypto, signer, statementTypes.commands, document))
}
const facts = (commandId: string) =>
  eventsOf(node.store).flatMap(({ event }) =>
    event?.type.startsWith('ibcf.command.') === true && event.data['commandId'] === commandId ? [event.type.split('.')[2]] : [],
  )
const codes = () => eventsOf(node.store).flatMap(({ event }) => (event?.type === 'ibcf.command.rejected.v1' ? [event.data['code']] : []))

describe('the executor', () => {
  it('[CM20] believes only what the key of its master signed, and what is addressed to it', async () => {
    const executor = open()
    const other = node.ports.crypto.generateKeyPair()
    const [mine, told] = [signer, command()]
    signer = { ...other, keyId: mine.keyId }
    expect(give(executor, [told])).toMatchObject({ ok: false, refusal: { code: 'STATEMENT_SIGNATURE_WRONG' } })
    signer = mine
    expect(give(executor, [told], { nodeId: domainId })).toMatchObject({ ok: false, refusal: { code: 'COMMANDS_MISADDRESSED' } })
    await executor.work()
    expect([performed, facts(told.commandId)]).toEqual([[], []])
  })

  it('[CM6] [CM11] does what comes twice once, and answers for a second of the same key with what came of the first', async () => {
    const executor = open()
    const first = command({ idempotencyKey: 'key' })
    const second = command({ idempotencyKey: 'key', hlc: '019000000001-0000' })
    const reused = command({
      idempotencyKey: 'key',
      hlc: '019000000002-0000',
      body: { sealed: null, data: { scope: 'host' } },
      bodyDigest: digestOf(node.ports.crypto, { scope: 'host' }),
    })
    expect(give(executor, [first])).toEqual({ ok: true, value: { isNew: true } })
    expect(give(executor, [first])).toEqual({ ok: true, value: { isNew: false } })
    await executor.work()
    give(executor, [first, second, reused])
    await executor.work()
    expect(performed).toEqual([first.commandId])
    expect(facts(second.commandId)).toEqual(['received', 'applied'])
    expect([facts(reused.commandId), codes()]).toEqual([['received', 'rejected'], ['KEY_REUSED']])
  })

  it('[CM7] does not run what expired by the master’s clock, though its own fell back to 1970', async () => {
    const executor = open()
    const now = node.ports.clock.now()
    const told = command({ expiresAt: new Date(now - 1000).toISOString() })
    const at = new Date(now).toISOString()
    node.ports.setWall(0)
    give(executor, [told], { at })
    await executor.work()
    expect([performed, facts(told.commandId)]).toEqual([[], ['received', 'expired']])
    expect(eventsOf(node.store).at(-1)?.event?.data['judgedBy']).toBe('master-clock')
  })

  it('[CM11] refuses another life, a lower authority, a body that is not its digest, and what it cannot read', async () => {
    const executor = open()
    give(executor, [command({ epoch: 5 })])
    await executor.work()
    give(executor, [
      command({ epoch: 4, hlc: '019000000001-0000' }),
      command({ epoch: 5, semantics: 'AT_MOST_ONCE', incarnation: domainId, hlc: '019000000002-0000' }),
      command({ epoch: 5, bodyDigest: 'a'.repeat(64), hlc: '019000000003-0000' }),
      command({ epoch: 5, kind: 'explode', hlc: '019000000004-0000' }),
    ])
    await executor.work()
    expect(performed).toHaveLength(1)
    expect(codes()).toEqual(['EPOCH_STALE', 'INCARNATION_OTHER', 'BODY_DIGEST_WRONG', 'COMMAND_KIND_UNKNOWN'])
  })

  it('[CM8] after three crashes leaves it to a person; one that took effect is recorded as found', async () => {
    const told = command()
    outcome = 'crash'
    let executor = open()
    give(executor, [told])
    for (let crashes = 0; crashes < 3; crashes++) {
      await expect(executor.work()).rejects.toThrow(Crash)
      node = restart(node)
      executor = open()
    }
    await executor.work()
    expect(facts(told.commandId)).toEqual(['received', 'started', 'started', 'started', 'unsure'])

    const found = command({ hlc: '019000000001-0000' })
    give(executor, [found])
    await expect(executor.work()).rejects.toThrow(Crash)
    node = restart(node)
    probed = 'took-effect'
    await open().work()
    expect(facts(found.commandId)).toEqual(['received', 'started', 'applied'])
    expect(performed.filter((id) => id === found.commandId)).toHaveLength(1)
  })

  it('[CM8] leaves what is run at most once to a person after one crash, without looking', async () => {
    const incarnation = node.memory.get('incarnation') ?? null
    const told = command({ semantics: 'AT_MOST_ONCE', incarnation })
    outcome = 'crash'
    const executor = open()
    give(executor, [told])
    await expect(executor.work()).rejects.toThrow(Crash)
    probed = 'took-effect'
    node = restart(node)
    await open().work()
    expect(facts(told.commandId)).toEqual(['received', 'started', 'unsure'])
  })

  it('[CM10] does not begin what was taken back, and answers for what was taken back before it came', async () => {
    const executor = open()
    const told = command()
    give(executor, [told])
    give(executor, [], {
      withdrawn: [
        { commandId: told.commandId, why: 'superseded' },
        { commandId: domainId, why: 'cancelled' },
      ],
    })
    await executor.work()
    expect([performed, facts(told.commandId), facts(domainId)]).toEqual([[], ['received', 'withdrawn'], ['withdrawn']])
  })
})

describe('a sealed body', () => {
  it('[CM14] [CM26] that the node holds no key for is refused with a code, and nothing of it is done', async () => {
    const executor = open()
    const sealed = command({ body: { sealed: 'x25519-chacha20poly1305', recipients: [], nonce: '', ciphertext: 'AAAA' } })
    expect(give(executor, [sealed])).toMatchObject({ ok: true })
    await executor.work()
    expect(codes()).toEqual(['SEALED_TO_ANOTHER_KEY'])
    expect(facts(sealed.commandId)).not.toContain('started')
  })
})

describe('an agent', () => {
  it('[CM2] that is quarantined is given what its recovery needs, and the rest once it is let back in', async () => {
    const island = await createIsland()
    const its = await island.join()
    const act = () => ({ master: island.master(), actor: island.operator })
    const { nodeId } = its.agent.view()
    quarantineNode(act(), { nodeId, reason: 'test' })
    await island.ports.advanceUntil(() => its.agent.view().state === 'QUARANTINED')
    const order = { nodeId, expiresAt: null, reason: 'test' }
    const snapshot = issueCommand(act(), { ...order, kind: 'run-snapshot', data: { parts: ['health'] } })
    const stageOf = (commandId: string) => readKnownCommand(island.master().model, commandId)?.stage
    await island.ports.advanceUntil(() => stageOf(snapshot.commandId) === 'applied')
    expect(() => issueCommand(act(), { ...order, kind: 'set-config', data: { changes: [{ path: '/a', value: 1 }] } })).toThrow(
      expect.objectContaining({ code: 'LIMITED_SET' }),
    )
    remediateNode(act(), { nodeId, reason: 'test' })
    const set = issueCommand(act(), { ...order, kind: 'set-config', data: { changes: [{ path: '/a', value: 1 }] } })
    await island.ports.advanceUntil(() => stageOf(set.commandId) === 'applied')
    expect(its.workload.configurations.at(-1)).toEqual({ a: 1 })
    island.close()
  })

  it('[CM20] raises an alarm once for commands that somebody altered on the way, and does nothing of them', async () => {
    const island = await createIsland()
    const its = await island.join()
    its.link.between = async (request, next) => {
      const answer = await next()
      if (!request.path.startsWith('/v1/commands') || answer.status !== 200) return answer
      const statement = JSON.parse(new TextDecoder().decode(answer.body)) as { document: string }
      const text = new TextDecoder().decode(fromBase64(statement.document)).replace('"value":1', '"value":2')
      return {
        ...answer,
        body: new TextEncoder().encode(JSON.stringify({ ...statement, document: toBase64(new TextEncoder().encode(text)) })),
      }
    }
    const { nodeId } = its.agent.view()
    const order = { nodeId, expiresAt: null, reason: 'test' }
    issueCommand(
      { master: island.master(), actor: island.operator },
      { ...order, kind: 'set-config', data: { changes: [{ path: '/a', value: 1 }] } },
    )
    const alarms = () => eventsOf(its.store).filter(({ event }) => event?.data['name'] === 'commands-not-believed')
    await island.ports.advanceUntil(() => alarms().length > 0)
    await island.ports.advance(20_000)
    expect([alarms().length, its.workload.configurations]).toEqual([1, []])
    island.close()
  })
})
