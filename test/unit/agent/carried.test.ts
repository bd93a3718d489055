/** Commands of one master, handed over by another: what makes them count, and what does not. */
import { describe, expect, it } from 'vitest'
import { fenceForCommands, judgeOffer, rememberHolder } from '../../../core/agent/authority.ts'
import { judgeCarried } from '../../../core/agent/commands/carried.ts'
import type { CommandOnWire } from '../../../core/contract/gateway/commands.ts'
import { digestOf } from '../../../core/fleet/command/body-digest.ts'
import { commandPayloadType, commandStatement } from '../../../core/fleet/command/command-statement.ts'
import type { GrantStatement } from '../../../core/fleet/authority/statement.ts'
import { toBase64 } from '../../../core/kernel/hex.ts'
import { preAuthenticationEncoding } from '../../../core/log/dsse.ts'
import { createTestNode } from '../../helpers/agent/test-node.ts'
import { hq, north, root, signEnvelope, site, stranger, type TestMaster } from '../fleet/authority/world.ts'

const at = '2026-01-01T00:00:00.000Z'
const nodeId = '01K0000000000000000000000N'
const commandId = '01K0000000000000000000000C'
const grant = ({ card }: TestMaster, epoch: number, right: GrantStatement['right']): GrantStatement => {
  const { masterId, level, keyId, publicKey, incarnation } = card
  const master = { masterId, level, keyId, publicKey, incarnation }
  return { v: 1, kind: 'grant', domainId: root, parentId: null, epoch, right, master, until: null, quorum: null }
}
const chain = [signEnvelope(grant(hq, 1, 'root'), hq)]

/** Let in by North, which holds nothing there: the domain is Headquarters'. */
async function setUp() {
  const node = await createTestNode()
  const { crypto } = node.ports
  node.store.transact((writer) => {
    node.memory.put(writer, 'approval', {
      v: 1,
      nodeId,
      domainId: site,
      domainLine: [site, root],
      masterId: north.card.masterId,
      masterName: 'North',
      masterPublicKey: north.card.publicKey,
      placement: 0,
      epoch: 1,
      at,
    })
    node.memory.put(writer, 'fence', { placement: 0, epoch: 1, masterId: north.card.masterId })
    node.memory.put(writer, 'roots', { keys: [hq.card.publicKey], grants: [] })
    node.memory.put(writer, 'holder', { masterId: hq.card.masterId, publicKey: hq.card.publicKey, epoch: 1 })
  })
  const command = (signer: TestMaster, changes: Partial<CommandOnWire> = {}): CommandOnWire => {
    const data = { changes: [{ path: '/port', value: 7 }] }
    const unsigned: CommandOnWire = {
      commandId,
      eventId: commandId,
      masterId: hq.card.masterId,
      domainId: site,
      nodeId,
      kind: 'set-config',
      semantics: 'AT_LEAST_ONCE',
      incarnation: null,
      constraints: { maintenance_window: '', requires_online: false, min_battery_pct: 0, target_version: null },
      body: { sealed: null, data },
      bodyDigest: digestOf(crypto, data),
      batchId: null,
      idempotencyKey: commandId,
      placement: 0,
      epoch: 1,
      hlc: '019000000000-0000',
      actor: null,
      issuedAt: at,
      expiresAt: null,
      ...changes,
    }
    const payload = new TextEncoder().encode(JSON.stringify(commandStatement(crypto, unsigned)))
    const signature = toBase64(crypto.sign(signer.keyPair.privateKey, preAuthenticationEncoding(commandPayloadType, payload)))
    return { ...unsigned, signature: { keyid: signer.card.keyId, signature } }
  }
  const judge = (given: CommandOnWire, shown = chain) =>
    judgeCarried({ crypto, memory: node.memory, nowMs: () => Date.parse(at) }, shown, [given])
  const codeOf = (given: CommandOnWire, shown = chain): string => judge(given, shown).doubts[0]?.code ?? 'believed'
  return { node, command, judge, codeOf }
}

describe('a command that another master hands over', () => {
  it('[CM27] counts by the signature of its issuer and the grants behind it, and raises no fence but that of the epoch', async () => {
    const { node, command, judge } = await setUp()
    const { believed, holding, doubts } = judge(command(hq))
    expect([believed.map((one) => one.commandId), doubts]).toEqual([[commandId], []])
    if (holding !== undefined) node.store.transact((writer) => rememberHolder(node.memory, writer, holding))
    expect(node.memory.get('fence')).toEqual({ placement: 0, epoch: 1, masterId: north.card.masterId })
    expect(judgeOffer(fenceForCommands(node.memory), { placement: 0, epoch: 1, masterId: hq.card.masterId }).ok).toBe(true)
  })

  it('[CM27] does not count by the signature of whoever hands it over, nor altered, nor without the grants', async () => {
    const { command, codeOf } = await setUp()
    expect(codeOf(command(north))).toBe('COMMAND_SIGNATURE_WRONG')
    const { signature: _, ...unsigned } = command(hq)
    expect(codeOf(unsigned)).toBe('COMMAND_SIGNATURE_WRONG')
    const signed = command(hq)
    for (const changes of [
      { nodeId: site },
      { epoch: 2 },
      { placement: 1 },
      { expiresAt: at },
      { idempotencyKey: 'another' },
      { body: { sealed: null, data: { changes: [] } } },
    ])
      expect(codeOf({ ...signed, ...changes })).toBe('COMMAND_SIGNATURE_WRONG')
    expect(codeOf(command(stranger, { masterId: stranger.card.masterId }))).toBe('COMMAND_NOT_THE_HOLDERS')
    expect(codeOf(signed, [])).toBe('CHAIN_EMPTY')
    // A chain that North made up, for somebody of its own.
    expect(codeOf(command(stranger, { masterId: stranger.card.masterId }), [signEnvelope(grant(stranger, 1, 'root'), north)])).toBe(
      'GRANT_UNSIGNED',
    )
  })

  it('[CM27] leaves the one that hands it over nothing to command at that epoch', async () => {
    const { node } = await setUp()
    const judged = judgeOffer(fenceForCommands(node.memory), { placement: 0, epoch: 1, masterId: north.card.masterId })
    expect(judged).toMatchObject({ ok: false, refusal: { code: 'EPOCH_CONTESTED' } })
  })
})
