/** The node that a query is about. */
import { AppError } from '../../kernel/app-error.ts'
import type { LifecycleState } from '../../projections/lifecycle.ts'
import type { ReadModel } from '../read-model.ts'

/** Throws NotFound `NODE_UNKNOWN`. */
export function requireNode(model: Pick<ReadModel, 'lifecycle'>, nodeId: string): LifecycleState {
  const lifecycle = model.lifecycle(nodeId)
  if (lifecycle === undefined) throw new AppError('NotFound', 'NODE_UNKNOWN', `No node ${nodeId} is known here.`, { nodeId })
  return lifecycle
}
