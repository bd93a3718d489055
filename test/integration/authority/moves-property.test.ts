/** Masters that move nodes, hand domains over and give them back without hearing of each other, and agree in the end. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { NodeId } from '../../../core/kernel/ids.ts'
import { act, bring, introduce, makeNode, meet, openSeat, type Seat } from '../../helpers/authority/masters.ts'

type Step =
  | { readonly kind: 'move' | 'quarantine' | 'remediate'; readonly by: number; readonly node: number; readonly to: number }
  | { readonly kind: 'grant' | 'give-back'; readonly by: number; readonly to: number; readonly domain: number }
  /** Some of the logs only, so that what follows on something comes before it. */
  | { readonly kind: 'carry'; readonly by: number; readonly to: number; readonly of: number }

const seat = fc.nat(2)
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constantFrom('move', 'quarantine', 'remediate'), by: seat, node: fc.nat(1), to: fc.nat(3) }),
  fc.record({ kind: fc.constantFrom('grant', 'give-back'), by: seat, to: seat, domain: fc.nat(3) }),
  fc.record({ kind: fc.constant('carry' as const), by: seat, to: seat, of: seat }),
)

async function play(steps: readonly Step[]): Promise<{ readonly moved: number }> {
  const seats = [await openSeat('A', 'GLOBAL'), await openSeat('B', 'REGION'), await openSeat('C', 'LOCAL')] as const
  try {
    const [first] = seats
    const parentId = first.master.identity.rootDomainId
    const domains = ['North', 'South', 'East'].map((name) => act(first, 'domain.create', { name, parentId, level: 'LOCAL' }))
    domains.push(parentId)
    const nodes: NodeId[] = [makeNode(first, domains[0] ?? parentId, 'Pump'), makeNode(first, domains[1] ?? parentId, 'Valve')]
    meet(...seats)
    let moved = 0
    for (const one of steps) {
      try {
        perform(seats, domains, nodes, one)
        if (one.kind === 'move') moved++
      } catch (error) {
        // What is refused writes nothing; that it is refused for a reason is shown elsewhere.
        if (!(error instanceof Error) || !('code' in error)) throw error
      }
    }
    meet(...seats)
    const hashes = seats.map(({ master }) => master.engine.stateHash(master.store.reader))
    expect(new Set(hashes).size).toBe(1)
    for (const node of nodes) {
      const known = seats.map(({ master }) => [master.model.lifecycle(node), master.model.placement(node)])
      expect(known[1]).toEqual(known[0])
      expect(known[2]).toEqual(known[0])
    }
    for (const { master } of seats) expect(master.engine.check(master.store.reader).differing).toEqual([])
    return { moved }
  } finally {
    for (const { master } of seats) master.close()
  }
}

function perform(seats: readonly Seat[], domains: readonly string[], nodes: readonly NodeId[], one: Step): void {
  const [by, to] = [seats[one.by], seats[one.to % 3]]
  if (by === undefined || to === undefined) return
  const reason = 'As the die fell.'
  switch (one.kind) {
    case 'move':
      return void act(by, 'node.move', { nodeId: nodes[one.node] ?? '', toDomainId: domains[one.to] ?? '', reason })
    case 'quarantine':
      return void act(by, 'node.quarantine', { nodeId: nodes[one.node] as NodeId, reason })
    case 'remediate':
      return void act(by, 'node.remediate', { nodeId: nodes[one.node] as NodeId, reason })
    case 'grant':
      return void act(by, 'authority.grant', {
        domainId: domains[one.domain] ?? '',
        to: { masterId: to.master.identity.masterId },
        until: null,
      })
    case 'give-back':
      return void act(by, 'authority.release', { domainId: domains[one.domain] ?? '', inherit: true, reason })
    case 'carry': {
      const of = seats[one.of]
      if (by === to || of === undefined) return
      introduce(by, to)
      bring(by, to, (log) => log.startsWith(of.master.identity.masterId))
      to.master.store.transact((writer) => to.master.engine.settle(writer, 10_000))
    }
  }
}

it('[AU14] [AU21] [PJ9] masters that hear of moves, grants and returns of domains in any order agree on where every node is', async () => {
  let moved = 0
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 8, maxLength: 30 }), async (steps) => {
      moved += (await play(steps)).moved
    }),
    { numRuns: Number(process.env['IBCF_MOVES_RUNS'] ?? 12), seed: Number(process.env['IBCF_MOVES_SEED'] ?? 7), endOnFailure: true },
  )
  expect(moved).toBeGreaterThan(0)
})
