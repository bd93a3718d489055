/**
 * The split brain, by the rules alone: two masters claim one site, both command its nodes, and meet again. Nodes check the chains that
 * they are shown, masters judge the acts that they hold.
 */
import { describe, expect, it } from 'vitest'
import { type Fence, fence } from '../../../../core/fleet/authority/fence.ts'
import type { Envelope } from '../../../../core/fleet/authority/events.ts'
import { verifyGrantChain } from '../../../../core/fleet/authority/grant-chain.ts'
import { holderOf } from '../../../../core/fleet/authority/holder.ts'
import { mayDecide } from '../../../../core/fleet/authority/may-decide.ts'
import { proposeStatement } from '../../../../core/fleet/authority/decide.ts'
import type { AuthorityRequest } from '../../../../core/fleet/authority/request.ts'
import { judgeAtNode, type NodeFacts } from '../../../../core/fleet/command/at-node.ts'
import { issuedCommand } from '../command/commands.ts'
import {
  bookOf,
  check,
  createWorld,
  deciderOf,
  found,
  hq,
  north,
  root,
  signEnvelope,
  site,
  south,
  startOf,
  type TestMaster,
} from './world.ts'

/** A node as far as authority goes: what it trusts, what it remembers, what it ran. */
type TestNode = { fence: Fence | undefined; readonly ran: string[] }

describe('a split brain', () => {
  it('[AU8][AU9][AU15][AU16] ends with one master, and no node ever served two at one epoch', () => {
    const world = createWorld()
    found(world)
    const founding = signEnvelope(
      {
        v: 1,
        kind: 'grant',
        domainId: root,
        parentId: null,
        epoch: 1,
        right: 'root',
        master: { ...hq.card },
        until: null,
        quorum: null,
      },
      hq,
    )
    const statementOf = (master: TestMaster, request: AuthorityRequest, knows = world.events): Envelope =>
      signEnvelope(proposeStatement(bookOf(knows), deciderOf(master, 5), request), master)

    // Headquarters names both beforehand, and is gone.
    const delegations = [north, south].map((to, at) => {
      const request = { kind: 'delegate', domainId: site, to: to.card, rank: at + 1, until: null } as const
      const statement = statementOf(hq, request)
      return { event: world.act(hq, request), statement }
    })
    const island = [...world.events]
    const claims = [north, south].map((master, at) => {
      const delegation = delegations[at]
      if (delegation === undefined) throw new Error('Nobody was named.')
      const request = { kind: 'claim', domainId: site, delegationId: delegation.event.event.id, reason: 'Cut off.' } as const
      const chain = [founding, delegation.statement, statementOf(master, request, island)]
      world.act(master, request, { knows: island })
      return { master, chain }
    })

    const nodes: TestNode[] = Array.from({ length: 4 }, () => ({ fence: undefined, ran: [] }))
    const offer = (node: TestNode, master: TestMaster, epoch: number, chain: readonly Envelope[]): string => {
      const verified = verifyGrantChain(chain, { keys: [hq.card.publicKey], remembered: [] }, check, {
        domainIds: [site, root],
        nowMs: startOf(60),
      })
      if (!verified.ok) return verified.refusal.code
      const { masterId } = verified.value.master
      const offered = { placement: 1, epoch: verified.value.epoch, masterId }
      const fenced = fence(node.fence, offered)
      if (!fenced.ok) return fenced.refusal.code
      const command = issuedCommand({ masterId: master.card.masterId, epoch, idempotencyKey: `${masterId} ${epoch}` })
      const facts: NodeFacts = {
        nodeId: command.nodeId,
        incarnation: 'x',
        phase: 'ACTIVE',
        mode: 'LIVE',
        fence: fenced.value,
        time: { nowMs: startOf(60), judgedBy: 'own-clock' },
        ledger: undefined,
        progress: null,
        isCancelled: false,
        isSuperseded: false,
        isOnline: true,
        batteryPct: null,
        runningVersion: null,
      }
      const answer = judgeAtNode(command, { scope: 'agent' }, facts)
      if (answer.act !== 'start') return answer.act === 'reject' ? answer.code : answer.act
      node.fence = answer.fence
      node.ran.push(`${masterId}@${epoch}`)
      return 'started'
    }

    // Each half reaches two of the nodes first; then the other half reaches them as well.
    const [first, second] = claims
    if (first === undefined || second === undefined) throw new Error('Nobody claimed.')
    for (const [at, node] of nodes.entries()) {
      const [near, far] = at < 2 ? [first, second] : [second, first]
      expect(offer(node, near.master, 2, near.chain)).toBe('started')
      expect(offer(node, far.master, 2, far.chain)).toBe('EPOCH_CONTESTED')
      // A huge epoch that nobody gave them changes nothing.
      const forged = { ...JSON.parse(Buffer.from(far.chain[2]?.payload ?? '', 'base64').toString()), epoch: 2 ** 40 }
      expect(offer(node, far.master, 2 ** 40, [...far.chain.slice(0, 2), signEnvelope(forged, far.master)])).toBe('EPOCH_NOT_NEXT')
    }

    // Reunion: everybody holds everything. Both are shown, widening waits, restricting holds.
    const book = world.book()
    expect(holderOf(book, site)).toMatchObject({ standing: 'contested', epoch: 2 })
    for (const { master } of claims) {
      const { masterId } = master.card
      const ask = { masterId, incarnation: master.incarnation, epoch: 2, domainId: site }
      expect(mayDecide(book, { ...ask, kind: 'other' })).toMatchObject({ effect: 'held', code: 'CONTESTED' })
      expect(mayDecide(book, { ...ask, kind: 'quarantine' })).toEqual({ effect: 'yes' })
    }

    // Headquarters resolves it; every node follows the one it was resolved for, at the next epoch, and nobody else.
    const resolve = { kind: 'resolve', domainId: site, inFavourOf: north.card.masterId, to: north.card } as const
    const resolution = statementOf(hq, resolve)
    world.act(hq, resolve)
    const chain = [...first.chain, resolution]
    for (const node of nodes) {
      expect(offer(node, north, 3, chain)).toBe('started')
      expect(offer(node, south, 2, second.chain)).toBe('EPOCH_STALE')
      expect(new Set(node.ran.map((run) => run.split('@')[1])).size).toBe(node.ran.length)
    }
    expect(holderOf(world.book(), site)).toMatchObject({ standing: 'held', masterId: north.card.masterId, epoch: 3 })
  })
})
