/** Relays that people registered: bare links, and nodes that forward for others, under the id of the node. */
import type { DecisionData } from '../fleet/decisions.ts'
import { defineProjection, foldsNothing, type FoldInput } from './projection.ts'

export type RelayState = DecisionData<'ibcf.relay.registered.v1'> & {
  readonly registeredAt: string
  readonly isRetired: boolean
}

export const relaysProjection = defineProjection<null, RelayState | null>({
  name: 'relays',
  version: 1,
  handles: ['ibcf.relay.registered.v1', 'ibcf.relay.rerouted.v1', 'ibcf.relay.retired.v1'],
  facts: foldsNothing,
  decisions: { initial: null, apply },
  table: { name: 'relays', columns: { name: 'TEXT', kind: 'TEXT', domain: 'TEXT', upstream: 'TEXT' }, indexes: [] },
  row: (_subject, _facts, state) =>
    state === null || state.isRetired
      ? undefined
      : { name: state.name, kind: state.kind, domain: state.domainId, upstream: state.upstreamId },
})

function apply(state: RelayState | null, { event }: FoldInput): RelayState | null {
  if (event.type === 'ibcf.relay.registered.v1')
    return state ?? { ...(event.data as DecisionData<'ibcf.relay.registered.v1'>), registeredAt: event.time, isRetired: false }
  if (state === null) return null
  if (event.type === 'ibcf.relay.retired.v1') return { ...state, isRetired: true }
  return { ...state, upstreamId: (event.data as DecisionData<'ibcf.relay.rerouted.v1'>).upstreamId }
}
