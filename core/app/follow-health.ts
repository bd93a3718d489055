/** What a node says of its health is a fact; the phase that follows from it is the master's own event ([LC4]). */
import type { Commit } from '../ingest/master-port.ts'
import type { NodeId } from '../kernel/ids.ts'
import type { StoredEvent } from '../store/stored-event.ts'
import type { ReadModel } from './read-model.ts'

/** Called in the commit that accepted `events`, once they are folded: only where they leave the health counts, not each step. */
export function followHealth(model: ReadModel, scope: Commit, node: NodeId, events: readonly StoredEvent[]): void {
  if (!events.some(({ event }) => event?.type === 'ibcf.health.changed.v1')) return
  const health = model.actual(node)?.health
  const phase = model.lifecycle(node)?.phase
  if (phase === 'ACTIVE' && (health === 'DEGRADED' || health === 'FAILED'))
    scope.movePhase(node, 'health-degradation', `It reports its health as ${health}.`)
  if (phase === 'DEGRADED' && health === 'OK') scope.movePhase(node, 'recovery', 'It reports its health as OK again.')
}
