/** What is being worked on, by the node, relay or domain. The instant at which it ends is data: no fold looks at a clock ([SF2]). */
import { evolveMaintenance, type Maintenance } from '../fleet/shift/maintenance.ts'
import type { MaintenanceEvent } from '../fleet/shift/shift-events.ts'
import { defineProjection, foldsNothing } from './projection.ts'

export type MaintenanceState = readonly Maintenance[]

export const maintenanceProjection = defineProjection<null, MaintenanceState>({
  name: 'maintenance',
  version: 1,
  handles: ['ibcf.maintenance.begun.v1', 'ibcf.maintenance.ended.v1'],
  facts: foldsNothing,
  decisions: {
    initial: [],
    apply: (known, { event }) =>
      evolveMaintenance(known, {
        type: event.type,
        at: event.time,
        actor: event.actor ?? null,
        data: event.data,
      } as unknown as MaintenanceEvent),
  },
  // `until`: of the one that nobody ended; `touched`: when anything was last said of it.
  table: { name: 'maintained', columns: { until: 'TEXT', touched: 'TEXT' }, indexes: [['until'], ['touched']] },
  row: (_subject, _facts, known) => {
    const last = known.at(-1)
    if (last === undefined) return undefined
    return { until: last.ended === null ? last.until : null, touched: last.ended?.at ?? last.begunAt }
  },
})
