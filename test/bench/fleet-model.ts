/** A made fleet as the queries see it, in this process. */
import { createProjectionEngine, type ProjectionEngine } from '../../core/app/projecting/engine.ts'
import type { ReadModel } from '../../core/app/read-model.ts'
import { createReturnTable } from '../../core/ingest/returns/return-table.ts'
import type { Ports } from '../../core/kernel/ports.ts'
import { projections } from '../../core/projections/all.ts'
import type { Store } from '../../core/store/open.ts'

export function openEngine(store: Store, ports: Ports): ProjectionEngine {
  return store.transact((writer) => {
    createReturnTable(writer)
    return createProjectionEngine(writer, projections, ports.crypto)
  })
}

export const nothingRefused: ReadModel['refusals'] = () => []
