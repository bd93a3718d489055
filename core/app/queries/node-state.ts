/** The precise state of a node, by its phase, its mode and where its return stands ([LC3]). */
import { type SessionStep, stateOf } from '../../fleet/lifecycle/state.ts'
import type { NodeView } from './node-view.ts'

export function stateOfNode(view: NodeView, step: SessionStep | null): string {
  return stateOf({ phase: view.phase, mode: view.mode, step, quarantineEvent: view.phase === 'QUARANTINED' ? view.phaseEvent : null })
}
