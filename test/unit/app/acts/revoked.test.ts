import { afterEach, describe, expect, it } from 'vitest'
import { actionsOf } from '../../../../core/app/queries/node-actions.ts'
import { fromBase64 } from '../../../../core/kernel/hex.ts'
import { putKey } from '../../../../core/store/keys.ts'
import { act, codeOf, makeNode, openSeat, type Seat } from '../../../helpers/authority/masters.ts'

let seat: Seat | undefined
afterEach(() => seat?.master.close())

describe('a node whose key was revoked', () => {
  it('[RT17] is not let back in, and the act that is not possible says why', async () => {
    seat = await openSeat('North', 'REGION')
    const nodeId = makeNode(seat, seat.master.identity.rootDomainId, 'Pump')
    const { keyId = '', publicKey = '' } = seat.master.model.lifecycle(nodeId) ?? {}
    seat.master.store.transact((writer) => putKey(writer, { keyId, origin: nodeId, publicKey: fromBase64(publicKey) }, 0))
    const attempt = (): string => codeOf(() => act(seat as Seat, 'node.remediate', { nodeId, reason: 'Looked at.' } as never))
    act(seat, 'node.quarantine', { nodeId, reason: 'To be looked at.' } as never)
    expect(attempt()).toBe('done')
    act(seat, 'node.revokeKey', { nodeId, reason: 'Stolen.' } as never)
    expect(attempt()).toBe('KEY_REVOKED')
    const { lifecycle } = seat.master.model
    expect(lifecycle(nodeId)?.phase).toBe('QUARANTINED')
    const actions = actionsOf(lifecycle(nodeId) as never, { standing: 'held-here' } as never)
    expect(actions.find(({ action }) => action === 'remediate')).toMatchObject({ isAllowed: false, reason: expect.stringContaining('key') })
  })
})
