import { describe, expect, it } from 'vitest'
import { takeUpDesired } from '../../../core/agent/desired.ts'
import { signStatement, type Signer } from '../../../core/agent/statement.ts'
import type { DesiredDocument } from '../../../core/contract/gateway/desired.ts'
import type { ApprovalDocument } from '../../../core/contract/gateway/enrolment.ts'
import { type SignedStatement, statementTypes } from '../../../core/contract/gateway/statement.ts'
import { toBase64 } from '../../../core/kernel/hex.ts'
import { keyIdOf } from '../../../core/log/dsse.ts'
import { createTestNode, createTestWorkload, eventsOf, restart, type TestNode, typesOf } from '../../helpers/agent/test-node.ts'

const masterId = '01K0000000000000000000000C'
const [firstPolicy, secondPolicy] = ['01K0000000000000000000000D', '01K0000000000000000000000E'] as const

async function setUp() {
  const node = await createTestNode()
  const { crypto } = node.ports
  const pair = crypto.generateKeyPair()
  const master: Signer = { keyId: keyIdOf(crypto, pair.publicKey), privateKey: pair.privateKey }
  const nodeId = node.identity.nodeId
  const at = '2026-11-23T00:00:00.000Z'
  const approval: ApprovalDocument = {
    v: 1,
    nodeId,
    domainId: '01K0000000000000000000000B',
    masterId,
    masterName: 'master',
    masterPublicKey: toBase64(pair.publicKey),
    placement: 1,
    epoch: 2,
    at,
  }
  node.store.transact((writer) => node.memory.put(writer, 'fence', { placement: 1, epoch: 2, masterId }))
  const desired: DesiredDocument = {
    v: 1,
    nodeId,
    masterId,
    domainId: approval.domainId,
    placement: 1,
    epoch: 2,
    policyBundleId: firstPolicy,
    policyName: 'pumps',
    policyVersion: '3',
    targetVersion: '1.0.0',
    configuration: { port: 1 },
    constraints: { maintenance_window: '', requires_online: false, min_battery_pct: 0 },
    at,
  }
  const workload = createTestWorkload()
  const sign = (changes: Partial<DesiredDocument>, signer: Signer = master): SignedStatement =>
    signStatement(crypto, signer, statementTypes.desired, { ...desired, ...changes })
  const takeUp = (statement: SignedStatement, its: TestNode = node): boolean =>
    takeUpDesired({ crypto, journal: its.journal, memory: its.memory, workload }, approval, statement)
  return { node, workload, sign, takeUp }
}

const refusals = (node: TestNode): readonly unknown[] =>
  eventsOf(node.store).flatMap(({ event }) => (event?.type === 'ibcf.desired.refused.v1' ? [event.data['code']] : []))

describe('desired state at the node', () => {
  it('[AG8] is applied, then recorded, once', async () => {
    const { node, workload, sign, takeUp } = await setUp()
    expect(takeUp(sign({}))).toBe(true)
    expect(takeUp(sign({ at: '2026-11-24T00:00:00.000Z' }))).toBe(false)
    expect(takeUp(sign({}), restart(node))).toBe(false)
    expect(workload.configurations).toEqual([{ port: 1 }])
    expect(typesOf(node.store)).toEqual(['log.opened', 'desired.adopted'])
    expect(node.memory.get('desired')?.policyBundleId).toBe(firstPolicy)
  })

  it('[AG8] that could not be applied is not recorded, and is tried again', async () => {
    const { node, workload, sign, takeUp } = await setUp()
    const apply = workload.applyConfiguration
    const broken = Object.assign(workload, {
      applyConfiguration: () => {
        throw new Error('the disk is gone')
      },
    })
    expect(() => takeUp(sign({}))).toThrow('the disk is gone')
    expect(node.memory.get('desired')).toBeUndefined()
    broken.applyConfiguration = apply as () => never
    expect(takeUp(sign({}))).toBe(true)
    expect(typesOf(node.store)).toEqual(['log.opened', 'desired.adopted'])
  })

  it('[AG8] under another key is not believed in any word, and that is recorded once', async () => {
    const { node, workload, sign, takeUp } = await setUp()
    const pair = node.ports.crypto.generateKeyPair()
    const forger: Signer = { keyId: keyIdOf(node.ports.crypto, pair.publicKey), privateKey: pair.privateKey }
    const forged = sign({ epoch: 999_999 }, forger)
    expect(takeUp(forged)).toBe(false)
    expect(takeUp(forged)).toBe(false)
    expect(refusals(node)).toEqual(['STATEMENT_SIGNATURE_WRONG'])
    expect(workload.configurations).toEqual([])
    expect(node.memory.get('fence')).toEqual({ placement: 1, epoch: 2, masterId })
    expect(takeUp(sign({}))).toBe(true)
  })

  it('[AG7] of an overtaken master is refused, also after a restart', async () => {
    const { node, workload, sign, takeUp } = await setUp()
    node.store.transact((writer) => node.memory.put(writer, 'fence', { placement: 1, epoch: 5, masterId }))
    expect(takeUp(sign({ epoch: 5 }))).toBe(true)
    expect(takeUp(sign({ epoch: 4, policyBundleId: secondPolicy }), restart(node))).toBe(false)
    expect(refusals(node)).toEqual(['EPOCH_STALE'])
    expect(workload.configurations).toHaveLength(1)
  })

  it.each([
    ['meant for another node', { nodeId: '01K0000000000000000000000Z' }, 'DESIRED_MISADDRESSED'],
    ['from another master under the pinned key', { masterId: '01K0000000000000000000000Z', epoch: 9 }, 'DESIRED_MISADDRESSED'],
    ['with a local policy that cannot be read', { configuration: { local_policy: { rules: 'none' } } }, 'LOCAL_POLICY_MALFORMED'],
    [
      'that asks for more battery than there is',
      { constraints: { maintenance_window: '', requires_online: false, min_battery_pct: 50 } },
      'BATTERY_LOW',
    ],
  ] as const)('[AG8] %s is refused with its reason', async (_, changes, code) => {
    const { node, workload, sign, takeUp } = await setUp()
    workload.battery = 30
    const statement = sign(changes as Partial<DesiredDocument>)
    expect(takeUp(statement)).toBe(false)
    expect(takeUp(statement)).toBe(false)
    expect(refusals(node)).toEqual([code])
    expect(workload.configurations).toEqual([])
  })

  it('[AG8] that is not what the contract says is refused, though it is signed', async () => {
    const { node, sign, takeUp } = await setUp()
    expect(takeUp(sign({ v: 2 as 1 }))).toBe(false)
    expect(refusals(node)).toEqual(['STATEMENT_MALFORMED'])
  })
})
