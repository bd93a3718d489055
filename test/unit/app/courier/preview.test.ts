/** What a preview says beforehand against what taking in makes of it. */
import { afterEach, describe, expect, it } from 'vitest'
import { previewBundle } from '../../../../core/app/courier/preview.ts'
import { giveOut, planGiveOut, signedFrontier } from '../../../../core/app/sync/give-out.ts'
import { takeIn } from '../../../../core/app/sync/take-in.ts'
import { knownCommand } from '../../../../core/app/commands/known-command.ts'
import { authorityOf } from '../../../../core/app/queries/authority-view.ts'
import { readNodeView } from '../../../../core/app/queries/node-view.ts'
import type { DomainId, NodeId } from '../../../../core/kernel/ids.ts'
import { lastPosition } from '../../../../core/store/read-events.ts'
import { act, carry, makeNode, openSeat, type Seat } from '../../../helpers/authority/masters.ts'
import { testPorts } from '../../../helpers/store/open.ts'

const seats: Seat[] = []
afterEach(() => {
  for (const { master } of seats.splice(0)) master.close()
})

async function pair(): Promise<{ home: Seat; island: Seat; domain: DomainId; node: NodeId }> {
  const home = await openSeat('Home', 'REGION')
  const island = await openSeat('Island', 'LOCAL')
  seats.push(home, island)
  const domain = home.master.identity.rootDomainId
  const node = makeNode(home, domain, 'pump-1')
  carry(home, island)
  return { home, island, domain, node }
}

function segmentsFor(from: Seat, to: Seat): Uint8Array[] {
  from.master.recorder.sign()
  const plan = planGiveOut(from.master.store.reader, { theirs: signedFrontier(to.master.store.reader).frontier })
  return [...giveOut(from.master.store.reader, plan.runs)].map(({ bytes }) => bytes)
}

const preview = (at: Seat, segments: readonly Uint8Array[]) => previewBundle(at.master.model, segments, testPorts)

describe('a preview', () => {
  it('[CU9] [CU10] says what nodes, commands, authority and trust become, and taking in makes it so', async () => {
    const { home, island, domain, node } = await pair()
    const added = makeNode(home, domain, 'pump-2')
    act(home, 'node.quarantine', { nodeId: node, reason: 'It leaks' } as never)
    const issued = act(home, 'command.issue', {
      nodeId: node,
      kind: 'run-snapshot',
      data: { parts: ['configuration'] },
      semantics: 'AT_LEAST_ONCE',
      constraints: {},
      expiresAt: '2099-01-01T00:00:00.000Z',
      reason: 'Look at it',
      idempotencyKey: 'look-1',
    } as never) as { commandId: string }
    act(home, 'authority.grant', {
      domainId: domain,
      to: {
        masterId: island.master.identity.masterId,
        level: 'LOCAL',
        publicKey: Buffer.from(island.master.port.publicKey).toString('base64'),
      },
      until: null,
      reason: 'Storm',
    } as never)
    const segments = segmentsFor(home, island)
    const before = lastPosition(island.master.store.reader)

    const seen = await preview(island, segments)
    expect(lastPosition(island.master.store.reader)).toBe(before)
    expect(seen).toMatchObject({ isWhole: true, forks: [], refused: [], waiting: [] })
    expect(seen.nodes.items.map(({ name, before: was, after }) => [name, was?.phase ?? null, after?.phase ?? null])).toEqual(
      expect.arrayContaining([
        ['pump-1', 'ACTIVE', 'QUARANTINED'],
        ['pump-2', null, 'ACTIVE'],
      ]),
    )
    expect(seen.commands.items).toMatchObject([{ commandId: issued.commandId, kind: 'run-snapshot', before: null, after: 'queued' }])
    expect(seen.authority.items).toMatchObject([
      { domainId: domain, before: { standing: 'held-elsewhere' }, after: { standing: 'held-here' } },
    ])
    expect(seen.trust.items.some(({ sentence }) => sentence.includes('let into'))).toBe(true)

    const taken = takeIn(island.master, segments)
    expect(taken.every(({ kind }) => kind === 'stored')).toBe(true)
    for (const { nodeId, after } of seen.nodes.items) {
      const view = readNodeView(island.master.model, nodeId)
      expect({ phase: view?.phase, mode: view?.mode }).toEqual({ phase: after?.phase, mode: after?.mode })
    }
    expect(knownCommand(island.master.model, issued.commandId)?.stage).toBe(seen.commands.items[0]?.after)
    expect(authorityOf(island.master.model, domain)).toEqual(seen.authority.items[0]?.after)
    expect(readNodeView(island.master.model, added)?.phase).toBe('ACTIVE')

    const again = await preview(island, segments)
    expect(again.newEvents).toEqual({ control: 0, fact: 0, bulk: 0 })
    expect([again.nodes.total, again.commands.total, again.authority.total]).toEqual([0, 0, 0])
  })

  it('[CU10] is the same for the same effect, and another when what it is about changed meanwhile', async () => {
    const { home, island, node } = await pair()
    act(home, 'node.quarantine', { nodeId: node, reason: 'It leaks' } as never)
    const segments = segmentsFor(home, island)
    const first = await preview(island, segments)
    expect((await preview(island, segments)).digest).toBe(first.digest)
    act(island, 'operator.create', { name: 'Eve', role: 'viewer' })
    expect((await preview(island, segments)).digest).toBe(first.digest)
    act(home, 'node.remediate', { nodeId: node, reason: 'Dry again' } as never)
    carry(home, island)
    expect((await preview(island, segments)).digest).not.toBe(first.digest)
  })

  it('[CU9] says what would be refused, what has to wait, and what forked', async () => {
    const { home, island, domain } = await pair()
    const stranger = await openSeat('Stranger', 'LOCAL')
    seats.push(stranger)
    for (const name of ['a', 'b', 'c']) {
      makeNode(home, domain, name)
      home.master.recorder.sign()
    }
    const segments = segmentsFor(home, island)
    expect(segments.length).toBeGreaterThan(2)
    const flipped = Uint8Array.from(segments[0] as Uint8Array)
    flipped[flipped.length - 3] = (flipped.at(-3) ?? 0) ^ 1
    const seen = await preview(island, [flipped, ...segments.slice(2), ...segmentsFor(stranger, stranger), new Uint8Array(40)])
    expect(seen.refused.map(({ code }) => code)).toEqual(expect.arrayContaining(['SEGMENT_CHAIN_BROKEN', 'SEGMENT_MALFORMED']))
    expect(seen.waiting.length).toBeGreaterThan(0)
    expect(seen.newEvents.control).toBe(0)
    const foreign = await preview(island, segmentsFor(stranger, home))
    expect(foreign.refused.map(({ code }) => code)).toEqual(foreign.refused.map(() => 'KEY_UNKNOWN'))
    expect(foreign.refused.length).toBeGreaterThan(0)
  })
})
