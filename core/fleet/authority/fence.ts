/** Fencing: what a node that has verified a chain of grants makes of the authority it is offered ([AU16]). */
import { accepted, refused, type Result } from '../../kernel/result.ts'

/** Remembered durably, and only after the chain of grants behind it was verified. */
export type Fence = { readonly placement: number; readonly epoch: number; readonly masterId: string }

/**
 * The fence to remember from now on. Placement first, then epoch. Codes: EPOCH_STALE for a lower one, EPOCH_CONTESTED for another master
 * at the same one.
 */
export function fence(remembered: Fence | undefined, offered: Fence): Result<Fence> {
  if (remembered === undefined) return accepted(offered)
  const step = offered.placement - remembered.placement || offered.epoch - remembered.epoch
  const facts = {
    placement: offered.placement,
    epoch: offered.epoch,
    heldPlacement: remembered.placement,
    heldEpoch: remembered.epoch,
    heldMasterId: remembered.masterId,
  }
  if (step < 0) return refused('EPOCH_STALE', 'This authority was overtaken by a later one that the node already obeys.', facts)
  if (step === 0 && offered.masterId !== remembered.masterId) {
    return refused('EPOCH_CONTESTED', 'Another master holds the same epoch; the node goes on obeying the first.', facts)
  }
  return accepted(offered)
}
