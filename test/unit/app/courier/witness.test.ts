/** What a master says of its bundles, and what follows from it: the way of a command, what is late, who may say so. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { findItem } from '../../../../core/app/queries/attention.ts'
import { listAttentionPage } from '../../../../core/app/queries/attention-page.ts'
import { listBundles, overdueBundles, readBundleRow } from '../../../../core/app/queries/bundles.ts'
import { readKnownCommand } from '../../../../core/app/queries/commands.ts'
import { fleetOf } from '../../../../core/app/queries/fleet/fleet.ts'
import { knownCommand } from '../../../../core/app/commands/known-command.ts'
import { readEventById } from '../../../../core/store/read-events.ts'
import { formatLogId } from '../../../../core/log/log-id.ts'
import { createUlidSource } from '../../../../core/kernel/ids.ts'
import { act, carry, codeOf, makeNode, openSeat, type Seat } from '../../../helpers/authority/masters.ts'
import { testPorts } from '../../../helpers/store/open.ts'

const nextId = createUlidSource(testPorts.clock, testPorts.random)
const lane = { logs: 1, events: 1 }
let home: Seat
let island: Seat

beforeEach(async () => {
  home = await openSeat('Home', 'REGION')
  island = await openSeat('Island', 'LOCAL')
})
afterEach(() => {
  for (const { master } of [home, island]) master.close()
})

function packed(changes: object = {}): string {
  const bundleId = nextId() as string
  act(home, 'courier.notePacked', {
    bundleId,
    forMasterId: island.master.identity.masterId,
    forName: 'Island',
    carriedBy: 'Kim',
    dueAt: null,
    files: ['a.ibcf.age'],
    sizeBytes: 9,
    isEncrypted: true,
    isFull: false,
    scopeDomainId: null,
    contents: { control: lane, fact: lane, bulk: lane, blobs: { count: 0, bytes: 0 } },
    leftBehind: { events: 0, blobs: 0 },
    reaches: [],
    ...changes,
  })
  return bundleId
}

function taken(bundleId: string): void {
  act(island, 'courier.noteImported', {
    bundleId,
    fromMasterId: home.master.identity.masterId,
    fromName: 'Home',
    packedAt: '2026-01-01T00:00:00.000Z',
    outcome: 'whole',
    storedEvents: 3,
    storedSegments: 1,
    knownSegments: 0,
    refusedPieces: 0,
    waitingPieces: 0,
    receipt: { incarnation: nextId(), n: 1 },
  })
}

describe('what is said of a bundle', () => {
  it('[CU4] comes home in the logs of the one that took it in, whoever holds which domain', () => {
    const bundleId = packed()
    carry(home, island)
    taken(bundleId)
    expect(readBundleRow(island.master.model, bundleId)?.stage).toBe('imported-there')
    expect(readBundleRow(home.master.model, bundleId)?.stage).toBe('packed')
    carry(island, home)
    const row = readBundleRow(home.master.model, bundleId)
    expect(row).toMatchObject({ stage: 'imported-there', imports: [{ by: { name: 'Island', isUs: false }, storedEvents: 3 }] })
    expect(listBundles(island.master.model, { which: 'imported', limit: 10 }).items.map((item) => item.bundleId)).toEqual([bundleId])
    expect(listBundles(home.master.model, { which: 'imported', limit: 10 }).total).toBe(0)
    expect(codeOf(() => act(home, 'courier.markLost', { bundleId, reason: 'No' }))).toBe('BUNDLE_ARRIVED')
    expect(codeOf(() => act(island, 'courier.markLost', { bundleId, reason: 'No' }))).toBe('BUNDLE_UNKNOWN')
  })

  it('[CU4] pages newest first', () => {
    const ids = [packed(), packed(), packed()]
    const first = listBundles(home.master.model, { which: 'packed', limit: 2 })
    expect(first.items.map(({ bundleId }) => bundleId)).toEqual([ids[2], ids[1]])
    const second = listBundles(home.master.model, { which: 'packed', limit: 2, cursor: first.next ?? undefined })
    expect([second.items.map(({ bundleId }) => bundleId), second.next, second.total]).toEqual([[ids[0]], null, 3])
    expect(codeOf(() => listBundles(home.master.model, { which: 'packed', limit: 2, cursor: 'nothing' }))).toBe('CURSOR_MALFORMED')
  })

  it('[CU5] stands in the inbox when it is late, can be seen to there, and is gone once it is lost', () => {
    const { model } = home.master
    const late = packed({ dueAt: '2026-01-01T00:00:00.000Z' })
    packed({ dueAt: '2099-01-01T00:00:00.000Z' })
    expect(overdueBundles(model).map(({ bundleId }) => bundleId)).toEqual([late])
    const inbox = () => listAttentionPage(model, fleetOf(model), {}).items.filter(({ kind }) => kind === 'courier')
    expect(inbox()).toMatchObject([
      { id: `courier:${late}`, title: 'The bundle for “Island” has not arrived'.replaceAll(/[“”]/g, ''), nodeId: null },
    ])
    expect(findItem(model, late)?.kind).toBe('courier')
    act(home, 'attention.acknowledge', { subject: late, item: 'courier', note: 'I call them' })
    expect(inbox()[0]?.handling).toMatchObject({ shownAs: 'acknowledged', why: 'I call them' })
    act(home, 'courier.markLost', { bundleId: late, reason: 'Stolen' })
    expect(inbox()).toEqual([])
  })

  it('[CU6] shows the way of a command by stick', () => {
    const { model, identity, store } = home.master
    const node = makeNode(home, identity.rootDomainId, 'pump')
    const { commandId } = act(home, 'command.issue', {
      nodeId: node,
      kind: 'run-snapshot',
      data: { parts: ['configuration'] },
      semantics: 'AT_LEAST_ONCE',
      constraints: {},
      expiresAt: '2099-01-01T00:00:00.000Z',
      reason: 'Look at it',
    } as never) as { readonly commandId: string }
    const way = () => readKnownCommand(model, commandId)?.journey.map(({ stage, at }) => [stage, at !== null])
    expect(way()).toEqual([])
    const issued = readEventById(store.reader, knownCommand(model, commandId)?.issued.eventId ?? '')
    if (issued === undefined) throw new Error('the command is not held')
    const bundleId = packed({ reaches: [{ log: formatLogId(issued.log), seq: issued.seq }] })
    expect(way()).toEqual([
      ['exported', true],
      ['imported-there', false],
      ['applied', false],
      ['receipt-back', false],
    ])
    carry(home, island)
    taken(bundleId)
    carry(island, home)
    expect(way()?.filter(([, isKnown]) => isKnown)).toEqual([
      ['exported', true],
      ['imported-there', true],
    ])
    expect(readKnownCommand(model, commandId)?.journey[1]).toMatchObject({ bundleId, masterName: 'Island' })
  })
})
