import { describe, expect, it } from 'vitest'
import { alterBacklog } from '../../../core/simulator/backlog-thief.ts'
import { verifyStore } from '../../../core/store/verify-store.ts'
import { createTestNode, eventsOf, type TestNode } from '../../helpers/agent/test-node.ts'

const observation = (value: number) =>
  ({ type: 'ibcf.observation.recorded.v1', data: { kind: 'k', values: { heat: value }, isAutonomous: true } }) as const

async function findingsOf({ store, ports }: TestNode): Promise<readonly string[]> {
  const report = await verifyStore(store.reader, ports)
  return report.findings.map(({ code }) => code)
}

describe('the thief', () => {
  it('[SM10] alters one digit of the first signed fact that was not delivered, and nothing else', async () => {
    const node = await createTestNode()
    for (const value of [11, 22, 33]) node.journal.record([observation(value)])
    node.journal.sign()
    node.journal.record([observation(44)])
    const log = node.journal.heads().find((head) => head.log.includes('/fact/'))?.log ?? ''
    node.store.transact((writer) => node.memory.put(writer, 'held', { [log]: 1 }))
    expect(await findingsOf(node)).toEqual([])
    const before = eventsOf(node.store)
    expect(alterBacklog(node.store, node.identity.nodeId)).toEqual({ log, seq: 2 })
    const changed = eventsOf(node.store).filter(({ bytes }, at) => Buffer.compare(bytes, before[at]?.bytes ?? new Uint8Array()) !== 0)
    expect(changed.map(({ seq, event }) => [seq, event?.data])).toEqual([[2, { kind: 'k', values: { heat: 23 }, isAutonomous: true }]])
    expect(await findingsOf(node)).not.toEqual([])
  })

  it('[SM10] leaves the store as strict as it was', async () => {
    const node = await createTestNode()
    node.journal.record([observation(5)])
    expect(alterBacklog(node.store, node.identity.nodeId)).toBeDefined()
    expect(() => node.store.transact((writer) => writer.run('UPDATE runs SET from_seq = 9'))).toThrow('append-only')
  })

  it('[SM10] finds nothing where everything was delivered', async () => {
    const node = await createTestNode()
    node.journal.record([observation(5)])
    const held = Object.fromEntries(node.journal.heads().map(({ log, seq }) => [log, seq]))
    node.store.transact((writer) => node.memory.put(writer, 'held', held))
    expect(alterBacklog(node.store, node.identity.nodeId)).toBeUndefined()
  })
})
