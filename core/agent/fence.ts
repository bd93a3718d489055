/** Fencing at the node (design 2, Authority): which master it obeys, and the refusal of any that was overtaken. */
import type { MasterId } from '../kernel/ids.ts'
import { accepted, refused, type Result } from '../kernel/result.ts'

/** Remembered durably; raised only by what a pinned master signed. */
export type Fence = { readonly placement: number; readonly epoch: number; readonly masterId: MasterId }

/**
 * The fence to remember from now on. Placement is compared first, then epoch ([AG7]). Codes: EPOCH_STALE for a lower one,
 * EPOCH_CONTESTED for another master at the same one.
 */
export function judgeFence(held: Fence | undefined, offered: Fence): Result<Fence> {
  if (held === undefined) return accepted(offered)
  const step = offered.placement - held.placement || offered.epoch - held.epoch
  const facts = {
    placement: offered.placement,
    epoch: offered.epoch,
    heldPlacement: held.placement,
    heldEpoch: held.epoch,
    heldMasterId: held.masterId,
  }
  if (step < 0) return refused('EPOCH_STALE', 'This authority was overtaken by a later one that the node already obeys.', facts)
  if (step === 0 && offered.masterId !== held.masterId) {
    return refused('EPOCH_CONTESTED', 'Another master holds the same epoch; the node goes on obeying the first.', facts)
  }
  return accepted(offered)
}
