/**
 * After a restore nobody knows how the nodes are: what was heard of them belongs to another life. Each is on its own until it returns
 * and reconciles, which is the way of every node that was away ([MA12]).
 */
import { needsReturn } from '../../fleet/connectivity/mode-machine.ts'
import type { MasterPort } from '../../ingest/master-port.ts'
import type { NodeId } from '../../kernel/ids.ts'
import type { ReadModel } from '../read-model.ts'

const nodesPerCommit = 500

export const awaitingReason = 'Waiting for contact: this master was restored and has not heard of the node since.'

/** Harmless when it is done again: who returned meanwhile was assessed since. */
export function awaitContact(model: ReadModel, commit: MasterPort['commit']): void {
  for (let last = ''; ; ) {
    const nodes = model.reader
      .all<{ subject: string }>('SELECT subject FROM connectivity_nodes WHERE subject > ? ORDER BY subject LIMIT ?', last, nodesPerCommit)
      .map(({ subject }) => subject as NodeId)
    if (nodes.length === 0) return
    last = nodes.at(-1) ?? last
    const heardBefore = nodes.filter((node) => !needsReturn(model.connectivity(node)?.mode ?? null))
    if (heardBefore.length === 0) continue
    commit((scope) => {
      for (const node of heardBefore) scope.moveMode(node, 'AUTONOMOUS', 'connection-lost', awaitingReason)
    })
  }
}
