/** Bundles on their way, each with all that was said of it ([CU4]). What masters bear witness to needs no authority. */
import { type Bundle, dueAtOf, evolveBundle, noBundle, stageOf } from '../fleet/courier/bundle.ts'
import { bundleEvents } from '../fleet/courier/bundle-events.ts'
import { defineProjection, foldsNothing } from './projection.ts'

export const bundlesProjection = defineProjection<null, Bundle>({
  name: 'bundles',
  version: 1,
  handles: Object.keys(bundleEvents),
  facts: foldsNothing,
  decisions: {
    initial: noBundle,
    apply: (bundle, { event, origin }) =>
      evolveBundle(bundle, { type: event.type, origin, time: event.time, actor: event.actor ?? null, data: event.data }),
  },
  table: {
    name: 'bundles',
    columns: {
      packed_by: 'TEXT',
      packed_at: 'TEXT',
      stage: 'TEXT',
      due_at: 'TEXT',
      /** Who took it in, ids apart by a blank; null where nobody did. */
      taken_by: 'TEXT',
      taken_at: 'TEXT',
    },
    indexes: [['packed_by'], ['stage', 'due_at'], ['taken_at']],
  },
  row: (_subject, _facts, bundle) => {
    const last = bundle.imports.at(-1)
    return {
      packed_by: bundle.packed?.by ?? null,
      packed_at: bundle.packed?.at ?? null,
      stage: stageOf(bundle) ?? null,
      due_at: dueAtOf(bundle),
      taken_by: last === undefined ? null : [...new Set(bundle.imports.map(({ by }) => by))].join(' '),
      taken_at: last?.at ?? null,
    }
  },
})
