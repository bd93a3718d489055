import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Fence, judgeFence } from '../../../core/agent/fence.ts'
import type { MasterId } from '../../../core/kernel/ids.ts'

const [ours, other] = ['01K0000000000000000000000A', '01K0000000000000000000000B'] as [MasterId, MasterId]
const at = (placement: number, epoch: number, masterId: MasterId = ours): Fence => ({ placement, epoch, masterId })

describe('fencing at the node', () => {
  it('[AG7] takes the first authority it is shown, and any later one', () => {
    expect(judgeFence(undefined, at(1, 4))).toEqual({ ok: true, value: at(1, 4) })
    expect(judgeFence(at(1, 4), at(1, 5, other))).toEqual({ ok: true, value: at(1, 5, other) })
    expect(judgeFence(at(1, 4), at(2, 0, other))).toEqual({ ok: true, value: at(2, 0, other) })
    expect(judgeFence(at(1, 4), at(1, 4))).toEqual({ ok: true, value: at(1, 4) })
  })

  it('[AG7] refuses a lower epoch, and a lower placement whatever its epoch', () => {
    expect(judgeFence(at(1, 4), at(1, 3))).toMatchObject({ ok: false, refusal: { code: 'EPOCH_STALE', facts: { epoch: 3, heldEpoch: 4 } } })
    expect(judgeFence(at(1, 4), at(0, 9))).toMatchObject({ ok: false, refusal: { code: 'EPOCH_STALE' } })
  })

  it('[AG7] refuses another master at the same epoch', () => {
    expect(judgeFence(at(1, 4), at(1, 4, other))).toMatchObject({
      ok: false,
      refusal: { code: 'EPOCH_CONTESTED', facts: { heldMasterId: ours } },
    })
  })

  it('[AG7] never goes back, whatever it is offered in whatever order', () => {
    const offer = fc.record({ placement: fc.nat(3), epoch: fc.nat(3), masterId: fc.constantFrom(ours, other) })
    fc.assert(
      fc.property(fc.array(offer), (offers) => {
        let held: Fence | undefined
        for (const offered of offers) {
          const judged = judgeFence(held, offered)
          if (!judged.ok) continue
          const before = held
          held = judged.value
          if (before === undefined) continue
          const step = held.placement - before.placement || held.epoch - before.epoch
          if (step < 0 || (step === 0 && held.masterId !== before.masterId)) return false
        }
        return true
      }),
    )
  })
})
