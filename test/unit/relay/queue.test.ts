/** The queue of a relay: its bound, what makes room for what, and that every loss is counted, whatever comes in which order. */
import { beforeEach, describe, expect, it } from 'vitest'
import { createOriginTables, keepLeft, keyIdOfOrigin, leftFor, nodesBehind, noteLetThrough } from '../../../core/relay/origins.ts'
import {
  createQueueTables,
  handedOn,
  heldInAll,
  heldTops,
  type HeldItem,
  letGo,
  lossesInAll,
  type NewItem,
  nextItem,
  noteTold,
  type Taking,
  takeItem,
  untoldLosses,
} from '../../../core/relay/queue.ts'
import type { Lane } from '../../../core/log/log-id.ts'
import { inMemory, openStore, type Store } from '../../../core/store/open.ts'
import { createVirtualPorts } from '../../helpers/agent/virtual-ports.ts'

const ports = createVirtualPorts(7)
const bound = 100_000
const origins = ['01ARZ3NDEKTSV4RRFFQ69G5FA1', '01ARZ3NDEKTSV4RRFFQ69G5FA2', '01ARZ3NDEKTSV4RRFFQ69G5FA3'] as const
const incarnation = '01ARZ3NDEKTSV4RRFFQ69G5FB0'
let store: Store

beforeEach(async () => {
  store = await openStore({ directory: inMemory, mode: 'read-write', role: 'node', ports })
  store.transact((writer) => {
    createQueueTables(writer)
    createOriginTables(writer)
  })
})

const logOf = (origin: string, lane: Lane): string => `${origin}/${incarnation}/${lane}/-`
const segment = (lane: Lane, from: number, sizeBytes: number, origin: string = origins[0], events = 2): NewItem => ({
  kind: 'segment',
  origin,
  lane,
  key: new Uint8Array(32),
  body: new Uint8Array(sizeBytes),
  log: logOf(origin, lane),
  from,
  to: from + events - 1,
})
const take = (item: NewItem, isStranger = false, most = bound): Taking =>
  store.transact((writer) => takeItem(writer, item, isStranger, most))
const all = (): readonly HeldItem[] => {
  const found: HeldItem[] = []
  for (;;) {
    const item = nextItem(
      store.reader,
      [],
      found.map(({ number }) => number),
    )
    if (item === undefined) return found
    found.push(item)
  }
}
const namesOf = (items: readonly HeldItem[]): readonly string[] =>
  items.map((item) => (item.kind === 'segment' ? `${item.origin.slice(-1)} ${item.lane} ${item.from}` : `blob ${item.digest.slice(0, 4)}`))

describe('the queue of a relay', () => {
  it('[RY4] gives out by lane, in a lane as it came, and knows what it holds or has handed on', () => {
    expect(take(segment('bulk', 1, 100))).toEqual({ kind: 'taken' })
    expect(take(segment('control', 1, 100))).toEqual({ kind: 'taken' })
    expect(take(segment('fact', 1, 100))).toEqual({ kind: 'taken' })
    expect(take(segment('control', 3, 100))).toEqual({ kind: 'taken' })
    expect(take(segment('control', 3, 100))).toEqual({ kind: 'known' })
    expect(namesOf(all())).toEqual(['1 control 1', '1 control 3', '1 fact 1', '1 bulk 1'])
    expect(take(segment('control', 9, 100))).toEqual({ kind: 'gap', expected: 5 })
    for (const item of all()) store.transact((writer) => handedOn(writer, item))
    expect(heldInAll(store.reader)).toEqual({ items: 0, events: 0, bytes: 0, origins: 0 })
    expect(take(segment('control', 1, 100))).toEqual({ kind: 'known' })
    expect(heldTops(store.reader, origins[0]).find(({ log }) => log.includes('control'))?.seq).toBe(4)
    // Of a log of which nothing is here any more others may have carried what lies between.
    expect(take(segment('control', 9, 100))).toEqual({ kind: 'taken' })
  })

  it('[RY5] what is more urgent displaces the newest of the lowest lane, of the origin that has most of it', () => {
    for (let at = 0; at < 4; at++) expect(take(segment('bulk', 1 + 2 * at, 10_000)).kind).toBe('taken')
    for (let at = 0; at < 3; at++) expect(take(segment('bulk', 1 + 2 * at, 10_000, origins[1])).kind).toBe('taken')
    for (let at = 0; at < 2; at++) expect(take(segment('fact', 1 + 2 * at, 10_000, origins[2])).kind).toBe('taken')
    // Full for bulk, and what was taken stays.
    expect(take(segment('bulk', 1, 10_000, origins[2]))).toEqual({ kind: 'full' })
    expect(take(segment('control', 1, 10_000, origins[2])).kind).toBe('taken')
    expect(namesOf(all())).toEqual([
      '3 control 1',
      '3 fact 1',
      '3 fact 3',
      '1 bulk 1',
      '1 bulk 3',
      '1 bulk 5',
      '2 bulk 1',
      '2 bulk 3',
      '2 bulk 5',
    ])
    expect(lossesInAll(store.reader)).toMatchObject({ dropped: { items: 1, events: 2, bytes: 10_000 }, full: { items: 1, events: 2 } })
    // Its node is asked to send again from there.
    expect(heldTops(store.reader, origins[0])).toEqual([{ log: logOf(origins[0], 'bulk'), seq: 6 }])
    expect(untoldLosses(store.reader, 10)).toEqual([
      { origin: origins[0], lane: 'bulk', reason: 'dropped', items: 1, events: 2, bytes: 10_000, code: null },
      { origin: origins[2], lane: 'bulk', reason: 'full', items: 1, events: 2, bytes: 10_000, code: null },
    ])
  })

  it('[RY5] one origin has half of the room, and strangers together a sixteenth', () => {
    let taken = 0
    while (take(segment('fact', 1 + 2 * taken, 5000)).kind === 'taken') taken++
    expect(heldInAll(store.reader).bytes).toBeLessThanOrEqual(bound / 2)
    expect(take(segment('fact', 1, 5000, origins[1])).kind).toBe('taken')
    expect(take(segment('fact', 1, 5000, origins[2]), true).kind).toBe('taken')
    expect(take(segment('fact', 3, 5000, origins[2]), true)).toEqual({ kind: 'full' })
    expect(untoldLosses(store.reader, 10).map(({ origin }) => origin)).toContain('strangers')
  })

  it('[RY6] a loss is told once, and what comes after it with the next', () => {
    take(segment('fact', 1, 100))
    const [item] = all()
    if (item === undefined) throw new Error('Nothing is held.')
    store.transact((writer) => letGo(writer, item, 'SEGMENT_CHAIN_BROKEN'))
    const told = untoldLosses(store.reader, 10)
    expect(told).toMatchObject([{ reason: 'refused', items: 1, events: 2, code: 'SEGMENT_CHAIN_BROKEN' }])
    store.transact((writer) => noteTold(writer, told))
    expect(untoldLosses(store.reader, 10)).toEqual([])
    take(segment('fact', 3, 60_000))
    expect(untoldLosses(store.reader, 10)).toMatchObject([{ reason: 'full', items: 1 }])
  })

  it('[RY5] [RY6] whatever comes in whatever order: never beyond the bound, no gap in what is held, and what was offered is held, handed on or counted', () => {
    for (let seed = 1; seed <= 10; seed++) {
      const random = createVirtualPorts(seed).random
      store.transact((writer) => {
        for (const table of ['relay_items', 'relay_sums', 'relay_tops', 'relay_losses']) writer.run(`DELETE FROM ${table}`)
      })
      const next = new Map<string, number>()
      let offered = 0
      let handed = 0
      for (let step = 0; step < 300; step++) {
        const origin = origins[Math.floor(random.next() * 3)] ?? origins[0]
        const lane = (['control', 'fact', 'bulk'] as const)[Math.floor(random.next() * 3)] ?? 'fact'
        const log = logOf(origin, lane)
        if (random.next() < 0.1) {
          const [first] = all()
          if (first === undefined) continue
          store.transact((writer) => handedOn(writer, first))
          handed++
          continue
        }
        const taking = take(segment(lane, next.get(log) ?? 1, Math.floor(random.next() * 9000), origin))
        if (taking.kind === 'gap') next.set(log, taking.expected)
        else if (taking.kind !== 'full') next.set(log, (next.get(log) ?? 1) + 2)
        if (taking.kind === 'taken' || taking.kind === 'full') offered++
        const held = heldInAll(store.reader)
        expect(held.bytes).toBeLessThanOrEqual(bound)
        expect(held.items).toBe(all().length)
      }
      const { dropped, full } = lossesInAll(store.reader)
      expect(offered).toBe(heldInAll(store.reader).items + handed + dropped.items + full.items)
      for (const [log, items] of Map.groupBy(all(), (item) => (item.kind === 'segment' ? item.log : ''))) {
        const froms = items.map((item) => (item.kind === 'segment' ? item.from : 0)).toSorted((a, b) => a - b)
        froms.forEach((from, at) => at > 0 && expect(`${log} ${from}`).toBe(`${log} ${(froms[at - 1] ?? 0) + 2}`))
      }
    }
  })
})

describe('what a relay keeps for nodes', () => {
  const left = (nodeId: string, sizeBytes: number) => ({
    nodeId,
    desired: { document: 'A'.repeat(sizeBytes), keyid: `ed25519:${'0'.repeat(32)}`, signature: 'AA==' },
    commands: null,
    chain: [],
  })

  it('[RY10] is the latest of each, within its share; nothing of a master that left nothing', () => {
    store.transact((writer) => {
      noteLetThrough(writer, origins[0], 'ed25519:a', 1000)
      noteLetThrough(writer, origins[1], 'ed25519:b', 2000)
      keepLeft(writer, [left(origins[0], 400), left(origins[1], 4000)], bound)
    })
    expect(nodesBehind(store.reader, 3000)).toEqual([origins[1], origins[0]])
    expect(nodesBehind(store.reader, 3000 + 31 * 24 * 3600 * 1000)).toEqual([])
    expect(keyIdOfOrigin(store.reader, origins[1])).toBe('ed25519:b')
    expect(leftFor(store.reader, origins[0]).desired?.document.length).toBe(400)
    store.transact((writer) => keepLeft(writer, [left(origins[1], 30_000)], bound))
    expect(leftFor(store.reader, origins[1]).desired).toBeNull()
    expect(leftFor(store.reader, origins[0]).desired?.document.length).toBe(400)
    store.transact((writer) => keepLeft(writer, [{ nodeId: origins[0], desired: null, commands: null, chain: [] }], bound))
    expect(leftFor(store.reader, origins[0]).desired).toBeNull()
  })
})
