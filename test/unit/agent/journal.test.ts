import { describe, expect, it } from 'vitest'
import type { Fact } from '../../../core/agent/journal.ts'
import { decodeSegment, verifySegment } from '../../../core/log/segment.ts'
import { parseLogId } from '../../../core/log/log-id.ts'
import { segmentAt } from '../../../core/store/read-segments.ts'
import { alterText } from '../../helpers/store/tamper.ts'
import { createTestNode, eventsOf, restart, type TestNode, typesOf } from '../../helpers/agent/test-node.ts'

const observation: Fact = { type: 'ibcf.observation.recorded.v1', data: { kind: 'machine', values: { n: 1 }, isAutonomous: true } }
const alarm: Fact = { type: 'ibcf.alarm.raised.v1', data: { name: 'test', severity: 'notice', detail: 'a test' } }
const snapshot: Fact = { type: 'ibcf.snapshot.taken.v1', data: { parts: [], isAutonomous: false } }

function segmentHeader(node: TestNode, lane: string, seq: number) {
  const log = node.journal.heads().find((head) => head.log.includes(`/${lane}/`))?.log ?? ''
  const segment = segmentAt(node.store.reader, parseLogId(log), seq)
  const decoded = segment === undefined ? undefined : decodeSegment(segment.bytes)
  if (decoded === undefined || !decoded.ok) throw new Error(`no signed segment at ${lane} ${seq}`)
  return { header: decoded.value.header, verified: verifySegment(node.ports.crypto, node.identity.publicKey, decoded.value) }
}

describe('journal of a node', () => {
  it('[AG2] opens its log once, and puts each fact into its lane', async () => {
    const node = await createTestNode()
    node.journal.record([observation, alarm, snapshot])
    restart(node)
    expect(eventsOf(node.store).map(({ log, event }) => [log.lane, event?.type])).toEqual([
      ['control', 'ibcf.log.opened.v1'],
      ['control', 'ibcf.alarm.raised.v1'],
      ['fact', 'ibcf.observation.recorded.v1'],
      ['bulk', 'ibcf.snapshot.taken.v1'],
    ])
  })

  it('[AG2] its clock only grows: in one batch, over restarts, and when the wall clock steps back by years', async () => {
    let node = await createTestNode()
    node.journal.record([observation, alarm, observation])
    node.ports.setWall(Date.UTC(1970, 0, 1))
    node = restart(node)
    node.journal.record([observation])
    node.ports.setWall(Date.UTC(2099, 0, 1))
    node.journal.record([alarm])
    node = restart(node)
    node.ports.setWall(Date.UTC(2026, 0, 1))
    node.journal.record([alarm, observation])
    const byClock = eventsOf(node.store).toSorted((a, b) => ((a.event?.hlc ?? '') < (b.event?.hlc ?? '') ? -1 : 1))
    expect(new Set(byClock.map(({ event }) => event?.hlc)).size).toBe(byClock.length)
    expect(byClock.map(({ event }) => event?.type.split('.')[1])).toEqual([
      'log',
      'observation',
      'alarm',
      'observation',
      'observation',
      'alarm',
      'alarm',
      'observation',
    ])
  })

  it('[AG2] signs every lane, and the control segment names the heads of the others', async () => {
    const node = await createTestNode()
    node.journal.record([observation, observation, alarm, snapshot])
    expect(node.journal.unsigned()).toBe(5)
    node.journal.sign()
    expect(node.journal.unsigned()).toBe(0)
    const heads = Object.fromEntries(node.journal.heads().map(({ log, seq, head }) => [parseLogId(log).lane, { seq, head }]))
    const control = segmentHeader(node, 'control', 2)
    expect(control.verified.ok).toBe(true)
    expect(control.header.lanes).toEqual({ fact: heads['fact'], bulk: heads['bulk'] })
    expect(segmentHeader(node, 'fact', 2)).toMatchObject({ header: { from: 1, to: 2 }, verified: { ok: true } })
    expect(segmentHeader(node, 'bulk', 1)).toMatchObject({ header: { from: 1, to: 1 }, verified: { ok: true } })
  })

  it('[AG2] never signs again what was signed: an altered event is sent as it lies, under the old signature', async () => {
    const node = await createTestNode()
    node.journal.record([observation, observation])
    node.journal.sign()
    const before = segmentHeader(node, 'fact', 1)
    node.store.transact((writer) => {
      writer.run('DROP TRIGGER runs_are_not_changed')
      alterText(writer, 1, '"n":1', '"n":2', '%/fact/%')
    })
    node.journal.record([observation])
    node.journal.sign()
    const after = segmentHeader(restart(node), 'fact', 1)
    expect(after.header).toEqual(before.header)
    expect(after.verified).toMatchObject({ ok: false, refusal: { code: 'SEGMENT_CHAIN_BROKEN' } })
  })

  it('[AG2] an event altered before it was signed does not pass either: what is signed is the head kept at append', async () => {
    const node = await createTestNode()
    node.journal.record([observation, observation])
    node.store.transact((writer) => {
      writer.run('DROP TRIGGER runs_are_not_changed')
      alterText(writer, 1, '"n":1', '"n":2', '%/fact/%')
    })
    restart(node).journal.sign()
    expect(segmentHeader(node, 'fact', 1).verified).toMatchObject({ ok: false, refusal: { code: 'SEGMENT_CHAIN_BROKEN' } })
  })

  it('[AG3] a new incarnation names the points it goes on from, and leaves the old logs as they are', async () => {
    const node = await createTestNode()
    node.journal.record([observation])
    const before = node.journal.heads()
    node.journal.openIncarnation(before, 'a test')
    node.journal.record([observation])
    expect(node.journal.heads()).toEqual(expect.arrayContaining([...before]))
    expect(node.journal.heads()).toHaveLength(4)
    const opening = eventsOf(node.store).find(({ event }) => event?.data['reason'] === 'a test')
    expect(opening).toMatchObject({ seq: 1, log: { lane: 'control' }, event: { data: { continues: before } } })
    expect(typesOf(node.store)).toEqual(['log.opened', 'observation.recorded', 'log.opened', 'observation.recorded'])
  })

  it('[AG3] what an earlier incarnation left unsigned is signed with the rest', async () => {
    const node = await createTestNode()
    node.journal.record([observation])
    node.journal.openIncarnation([], 'a test')
    node.journal.sign()
    for (const { log, seq } of node.journal.heads()) expect(segmentAt(node.store.reader, parseLogId(log), seq)?.to).toBe(seq)
  })

  it('[AG2] records all of a batch or nothing of it', async () => {
    const node = await createTestNode()
    const before = node.journal.heads()
    const broken = { type: 'ibcf.alarm.raised.v1', data: { name: 'x'.repeat(300_000), severity: 'notice', detail: '' } } as const
    expect(() => node.journal.record([observation, broken])).toThrow(expect.objectContaining({ code: 'EVENT_UNREADABLE' }))
    expect(node.journal.heads()).toEqual(before)
  })
})
