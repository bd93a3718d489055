/** Policy bundles: immutable once published. */
import type { DecisionData } from '../fleet/decisions.ts'
import { defineProjection, foldsNothing } from './projection.ts'

export type PolicyState = DecisionData<'ibcf.policy.published.v1'> & {
  readonly publishedAt: string
  readonly publishedBy: string | null
  /** The master in whose log it was published. */
  readonly publisherId: string
}

export const policiesProjection = defineProjection<null, PolicyState | null>({
  name: 'policies',
  version: 3,
  handles: ['ibcf.policy.published.v1'],
  facts: foldsNothing,
  decisions: {
    initial: null,
    apply: (state, { event, origin }) =>
      state ?? {
        ...(event.data as DecisionData<'ibcf.policy.published.v1'>),
        publishedAt: event.time,
        publishedBy: event.actor ?? null,
        publisherId: origin,
      },
  },
  table: {
    name: 'policies',
    columns: { name: 'TEXT', version: 'TEXT', target_version: 'TEXT', published_at: 'TEXT', weighs: 'INTEGER' },
    indexes: [],
  },
  row: (_subject, _facts, state) =>
    state === null
      ? undefined
      : {
          name: state.name,
          version: state.version,
          target_version: state.targetVersion,
          published_at: state.publishedAt,
          /** It says how much things count for attention. */
          weighs: state.attentionWeights === undefined ? 0 : 1,
        },
})
