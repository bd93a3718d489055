/** Rollouts as people decided them. How far each node came is read off what it proves (adr/0009), and is not in here. */
import { evolveRollout, type Rollout } from '../fleet/rollout/rollout.ts'
import type { RolloutEvent } from '../fleet/rollout/rollout-events.ts'
import { defineProjection, foldsNothing, type FoldInput } from './projection.ts'

export type RolloutState = Rollout & { readonly plannedBy: string | null }

export const rolloutsProjection = defineProjection<null, RolloutState | null>({
  name: 'rollouts',
  version: 2,
  handles: [
    'ibcf.rollout.planned.v1',
    'ibcf.rollout.enlisted.v1',
    'ibcf.rollout.started.v1',
    'ibcf.rollout.approved.v1',
    'ibcf.rollout.gate-opened.v1',
    'ibcf.rollout.advanced.v1',
    'ibcf.rollout.paused.v1',
    'ibcf.rollout.resumed.v1',
    'ibcf.rollout.aborted.v1',
    'ibcf.rollout.completed.v1',
  ],
  facts: foldsNothing,
  decisions: { initial: null, apply },
  table: {
    name: 'rollouts',
    columns: { name: 'TEXT', domain: 'TEXT', policy: 'TEXT', phase: 'TEXT', planned_ms: 'INTEGER', nodes: 'INTEGER' },
    indexes: [['phase']],
  },
  row: (_subject, _facts, state) =>
    state === null
      ? undefined
      : {
          name: state.name,
          domain: state.domainId,
          policy: state.policyBundleId,
          phase: state.phase,
          planned_ms: state.plannedAtMs,
          nodes: state.waves.reduce((sum, { nodeIds }) => sum + nodeIds.length, 0),
        },
})

function apply(state: RolloutState | null, { event }: FoldInput): RolloutState | null {
  // The clock of the event is its order time: the milliseconds of its hlc.
  const atMs = Number.parseInt(event.hlc.slice(0, 12), 16)
  const next = evolveRollout(state ?? undefined, {
    type: event.type,
    atMs,
    actor: event.actor ?? null,
    data: event.data,
  } as unknown as RolloutEvent)
  return next === undefined ? null : { ...next, plannedBy: state === null ? (event.actor ?? null) : state.plannedBy }
}
