/** A thousand nodes, a tenth of them out of contact and one in fifty that cannot converge, through a real master under a virtual clock. */
import { afterEach, expect, it } from 'vitest'
import { createOperator } from '../../../core/app/acts/operators.ts'
import { assignPolicy, publishPolicy } from '../../../core/app/acts/policies.ts'
import { planRollout, startRollout } from '../../../core/app/acts/rollouts.ts'
import { type Master, openMaster } from '../../../core/app/master.ts'
import { checkProjections } from '../../../core/app/projecting/check.ts'
import { createQueries } from '../../../core/app/queries/queries.ts'
import { projections } from '../../../core/projections/all.ts'
import { inMemory } from '../../../core/store/open.ts'
import { createVirtualPorts, type VirtualPorts } from '../../helpers/agent/virtual-ports.ts'
import { createField, type Field } from './field.ts'

const size = 1000
const budget = 60

const opened: (() => void)[] = []
afterEach(() => {
  for (const close of opened.splice(0).reverse()) close()
})

async function openWorld(): Promise<{ ports: VirtualPorts; master: Master; field: Field }> {
  const ports = createVirtualPorts()
  const master = await openMaster({
    directory: inMemory,
    ports,
    keyProtection: { kind: 'file-permissions' },
    version: '0.0.0',
    name: 'Test master',
    rootDomainName: 'Test island',
    level: 'REGION',
    isDemo: false,
    digestEveryMs: 3_600_000,
    thresholds: { delayedAfterS: 30, edgeCachedAfterS: 60, autonomousAfterS: 120, recoverAfterContacts: 1 },
  })
  opened.push(master.close)
  const field = await createField(master, ports, size)
  opened.push(field.close)
  return { ports, master, field }
}

it('[RO7] [RO5] [RO9] brings a thousand nodes over in waves, within the budget, unknown and lost ones told apart', async () => {
  const { ports, master, field } = await openWorld()
  const act = { master, actor: createOperator({ master, actor: undefined }, { name: 'Ada', role: 'authority' }) }
  const domainId = master.identity.rootDomainId
  const content = { name: 'Edge', version: '1.0.0', targetVersion: '1.0.0', configuration: {} }
  assignPolicy(act, { policyBundleId: publishPolicy(act, content), domainId })
  const next = publishPolicy(act, { ...content, version: '2.0.0', targetVersion: '2.0.0' })
  const pass = async (seconds: number): Promise<void> => {
    for (let passed = 0; passed < seconds; passed += 15) {
      await ports.advance(15_000)
      field.turn()
    }
  }
  for (const [at, node] of field.nodes.entries()) if (at % 50 === 7) node.canConverge = false
  const silent = field.nodes.filter((_node, at) => at % 10 === 3)
  await pass(30)
  for (const node of silent) node.isOnline = false
  await pass(180)

  const terms = { failedShareAtMost: 0.1, soakSeconds: 60, hasGate: false }
  const rolloutId = planRollout(act, {
    name: 'Edge 2',
    domainId,
    policyBundleId: next,
    fallbackPolicyBundleId: null,
    waves: [
      { ...terms, name: 'first', share: 0.02, successShare: 0.5 },
      { ...terms, name: 'some', share: 0.2, successShare: 0.8 },
      { ...terms, name: 'rest', share: 1, successShare: 0.85 },
    ],
    maxDisrupted: budget,
  })
  startRollout(act, { rolloutId, reason: 'It is time.' })
  const queries = createQueries(master.model)
  const read = () => {
    const rollout = queries.rollout(rolloutId)
    if (rollout === undefined) throw new Error('The rollout is not known.')
    return rollout
  }
  let mostDisrupted = 0
  for (let round = 0; round < 80 && read().phase !== 'COMPLETED'; round++) {
    await pass(15)
    mostDisrupted = Math.max(mostDisrupted, read().disrupted)
    expect(field.nodes.filter(({ busyUntilMs }) => busyUntilMs !== null).length).toBeLessThanOrEqual(budget)
  }
  const totals = (): Record<string, number> => {
    const sums: Record<string, number> = {}
    for (const wave of read().waves) for (const [name, count] of Object.entries(wave.outcomes)) sums[name] = (sums[name] ?? 0) + count
    return sums
  }
  expect(read().phase).toBe('COMPLETED')
  expect(mostDisrupted).toBeGreaterThan(0)
  expect(mostDisrupted).toBeLessThanOrEqual(budget)
  expect(totals()).toEqual({ converged: 880, pending: 0, unknown: 100, 'cannot-converge': 20, failed: 0 })
  expect(read().matrix.filter(({ outcome }) => outcome === 'cannot-converge')).toHaveLength(20)

  // Those who come back after the end are brought over as well, never more of them at once than the budget.
  for (const node of silent) node.isOnline = true
  field.turn()
  for (const node of silent) {
    master.port.commit(({ moveMode }) => {
      const moves = [
        moveMode(node.id, 'RETURNING', 'connection-detected', 'It is back.'),
        moveMode(node.id, 'REPLAYING', 'backlog-upload', 'It has nothing to bring.'),
        moveMode(node.id, 'LIVE', 'replay-complete', 'It brought all.'),
      ]
      expect(moves.every(({ ok }) => ok)).toBe(true)
    })
  }
  for (let round = 0; round < 30 && (totals()['converged'] ?? 0) < 980; round++) {
    await pass(15)
    expect(field.nodes.filter(({ busyUntilMs }) => busyUntilMs !== null).length).toBeLessThanOrEqual(budget)
  }
  expect(totals()).toEqual({ converged: 980, pending: 0, unknown: 0, 'cannot-converge': 20, failed: 0 })
  expect(field.nodes.filter(({ version }) => version === '2.0.0')).toHaveLength(980)
  expect(checkProjections(master.store.reader, projections, ports.crypto)).toMatchObject({ isEqual: true })
}, 240_000)
