/** What people did about items of the inbox, by the node or domain that each is about, and the weights that domains set ([AT4], [AT5]). */
import { type AttentionEvent, type Care, evolveCares } from '../fleet/attention/handling.ts'
import type { AttentionWeightsSet } from '../fleet/attention/weights.ts'
import type { DecisionData } from '../fleet/decisions.ts'
import { defineProjection, foldsNothing, type FoldInput } from './projection.ts'

/** By item: the kind of its heaviest term. */
export type CareState = Readonly<Record<string, Care>>

export const attentionProjection = defineProjection<null, CareState>({
  name: 'attention',
  version: 1,
  handles: ['ibcf.attention.acknowledged.v1', 'ibcf.attention.snoozed.v1', 'ibcf.attention.assigned.v1', 'ibcf.attention.resolved.v1'],
  facts: foldsNothing,
  decisions: { initial: {}, apply },
  table: { name: 'attended', columns: { items: 'INTEGER' }, indexes: [] },
  row: (_subject, _facts, state) => (Object.keys(state).length === 0 ? undefined : { items: Object.keys(state).length }),
})

export const attentionWeightsProjection = defineProjection<null, AttentionWeightsSet | null>({
  name: 'attention_weights',
  version: 1,
  handles: ['ibcf.attention.weighted.v1'],
  facts: foldsNothing,
  decisions: {
    initial: null,
    // All that a domain sets is said at once: what is absent is inherited again.
    apply: (_state, { event }) => (event.data as DecisionData<'ibcf.attention.weighted.v1'>).weights,
  },
  table: { name: 'weighing_domains', columns: { weights: 'TEXT' }, indexes: [] },
  row: (_subject, _facts, state) => (state === null ? undefined : { weights: JSON.stringify(state) }),
})

function apply(state: CareState, { event }: FoldInput): CareState {
  const atMs = Number.parseInt(event.hlc.slice(0, 12), 16)
  const cares = evolveCares(new Map(Object.entries(state)), {
    type: event.type,
    atMs,
    actor: event.actor ?? null,
    data: event.data,
  } as unknown as AttentionEvent)
  // In one order, so that equal decisions make equal states.
  return Object.fromEntries([...cares].toSorted(([a], [b]) => (a < b ? -1 : 1)))
}
