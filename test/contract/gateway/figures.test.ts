/** What a node makes up about itself: it reaches nobody else's figures, and no act against it. */
import { describe, expect, it } from 'vitest'
import { revokeNodeKey } from '../../../core/app/acts/nodes.ts'
import { createQueries } from '../../../core/app/queries/queries.ts'
import { gatewayLimits } from '../../../core/contract/gateway/wire.ts'
import { fleetOverview } from '../../../core/contract/domains.ts'
import { formatLogId } from '../../../core/log/log-id.ts'
import { attach, createApproved, createFieldNode, heartbeat, prove, send } from '../../helpers/gateway/field-node.ts'
import { type Answer, createIsland } from '../../helpers/gateway/island.ts'

describe('a node that lies about itself', () => {
  it('[GW18] cannot name figures that sums over the fleet could not hold', async () => {
    using island = await createIsland()
    for (let n = 0; n < 3; n++) {
      const node = await createApproved(island)
      const token = await attach(island, node)
      const beyond = await heartbeat(island, token, { backlogMessages: gatewayLimits.maxEvents + 1 })
      expect([beyond.status, beyond.json?.['code']]).toEqual([400, 'SCHEMA_MISMATCH'])
      expect((await heartbeat(island, token, { backlogMessages: gatewayLimits.maxEvents })).status).toBe(200)
      const frontier = (seq: number) => Object.values(node.logs).map((log) => ({ log: formatLogId(log), seq, head: '0'.repeat(64) }))
      const tooFar = await prove(island, node, 'return', { frontier: frontier(Number.MAX_SAFE_INTEGER) })
      expect([tooFar.status, tooFar.json?.['code']]).toEqual([400, 'SCHEMA_MISMATCH'])
      expect((await prove(island, node, 'return', { frontier: frontier(gatewayLimits.maxEvents) })).status).toBe(200)
    }
    const overview = createQueries(island.master.model).overview()
    expect(fleetOverview.safeParse(overview).error?.issues).toBeUndefined()
  })

  it('[GW18] cannot make its key one that no event could revoke', async () => {
    using island = await createIsland()
    const node = await createApproved(island)
    const token = await attach(island, node)
    let answer: Answer | undefined
    for (let lives = 0; lives < 2000 && answer?.status !== 422; lives++) {
      const life = await createFieldNode(island, { id: node.id, key: node.key })
      life.observe(1)
      life.sign()
      for (const piece of life.pieces(formatLogId(life.logs.fact))) answer = await send(island, token, piece)
      life.store[Symbol.dispose]()
      // Within the rate.
      await island.ports.advance(20)
    }
    expect(answer?.json?.['code']).toBe('LOGS_FULL')
    revokeNodeKey({ master: island.master, actor: island.operator }, { nodeId: node.id, reason: 'It lies.' })
    expect(island.master.port.standing(node.id)?.isKeyRevoked).toBe(true)
  })
})
