/** A question for commands that stays open: against a real gateway over a real master, under a clock that the test moves. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { issueCommand } from '../../../core/app/acts/commands.ts'
import type { GatewayResponse } from '../../../core/ingest/exchange.ts'
import { type HeldDoor, holdCommands } from '../../../core/ingest/hold-commands.ts'
import { attach, bearer, createApproved, type FieldNode } from '../../helpers/gateway/field-node.ts'
import { createIsland, type Island } from '../../helpers/gateway/island.ts'

let island: Island
let door: HeldDoor
let node: FieldNode
let token = ''
beforeEach(async () => {
  island = await createIsland()
  door = holdCommands(island.gateway, island.master.feed, island.ports.scheduler, { longestWaitMs: 20_000, mostHeld: 1 })
  node = await createApproved(island)
  token = await attach(island, node)
})
afterEach(() => {
  door.release()
  island[Symbol.dispose]()
})

async function ask(path = '/v1/commands?wait=20', its = token): Promise<GatewayResponse> {
  const admission = await door.admit({ method: 'GET', path, headers: bearer(its), remote: 'test' })
  return admission.kind === 'answer' ? admission.response : admission.proceed(new Uint8Array())
}
const issue = (nodeId: string) =>
  issueCommand(
    { master: island.master, actor: island.operator },
    { nodeId, kind: 'restart', data: { scope: 'agent' }, expiresAt: null, reason: 'test' },
  )
const held = () => island.ports.advanceUntil(() => door.held() === 1)

describe('a question for commands', () => {
  it('[CM19] is answered at once when there is one, or when it does not ask to wait', async () => {
    expect((await ask('/v1/commands')).status).toBe(204)
    issue(node.id)
    expect((await ask()).status).toBe(200)
  })

  it('[CM19] stays open until one is issued, and is held by nobody afterwards', async () => {
    const answer = ask()
    await held()
    issue(node.id)
    expect((await answer).status).toBe(200)
    expect(door.held()).toBe(0)
  })

  it('[CM19] is answered with nothing after the time it asked for, at most the longest', async () => {
    const before = island.ports.clock.monotonic()
    const answer = ask('/v1/commands?wait=60')
    let status = 0
    void answer.then((response) => {
      status = response.status
    })
    await held()
    await island.ports.advanceUntil(() => status !== 0)
    expect(status).toBe(204)
    expect(island.ports.clock.monotonic() - before).toBeLessThan(21_000)
  })

  it('[CM19] of a node that asks again takes the place of the one before, and there is a bound on all', async () => {
    const first = ask()
    await held()
    const second = ask()
    expect((await first).status).toBe(204)
    const other = await createApproved(island)
    // The one place is taken: the answer is the one that there is now.
    expect((await ask('/v1/commands?wait=20', await attach(island, other))).status).toBe(204)
    issue(node.id)
    expect((await second).status).toBe(200)
  })

  it('[CM19] is answered when the master stops', async () => {
    const answer = ask()
    await held()
    door.release()
    expect((await answer).status).toBe(204)
  })

  it('[CM19] is refused without a token that is known, and by who asks for an odd time', async () => {
    expect((await ask('/v1/commands?wait=20', 'x'.repeat(43))).status).toBe(401)
    expect((await ask('/v1/commands?wait=soon')).status).toBe(400)
  })
})
