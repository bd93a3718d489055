/**
 * What each node decided alone about its configuration and still holds to: told apart from drift where the desired policy left that place
 * to it ([DR7]). Of each decision only the newest word counts, so it does not matter in which order they come.
 */
import type { LocalDecision } from '../fleet/drift/evaluate.ts'
import type { NodeEventData } from '../fleet/node/node-events.ts'
import { defineProjection, foldsNothing, type FoldInput } from './projection.ts'

type Word = LocalDecision & { readonly key: string; readonly isInForce: boolean; readonly at: string }

/** By the name of the decision. */
export type LocalDecisionState = Readonly<Record<string, Word>>

/** The agent's way to write that a decision ended. */
const ending = 'end '

export const localDecisionsProjection = defineProjection<LocalDecisionState, null>({
  name: 'local_decisions',
  version: 1,
  handles: ['ibcf.decision.taken.v1'],
  facts: { initial: {}, apply, commutes: true },
  decisions: foldsNothing,
  table: { name: 'deciding_nodes', columns: { decisions: 'INTEGER' }, indexes: [] },
  row: (_subject, state) => {
    const decisions = inForce(state).length
    return decisions === 0 ? undefined : { decisions }
  },
})

export function inForce(state: LocalDecisionState): readonly LocalDecision[] {
  return Object.values(state).filter(({ isInForce }) => isInForce)
}

function apply(state: LocalDecisionState, { event, key }: FoldInput): LocalDecisionState {
  const { decision, path, policyBundleId } = event.data as NodeEventData<'ibcf.decision.taken.v1'>
  if (path === undefined) return state
  const isInForce = !decision.startsWith(ending)
  const name = isInForce ? decision : decision.slice(ending.length)
  if ((state[name]?.key ?? '') >= key) return state
  const others = Object.entries(state).filter(([other]) => other !== name)
  // In one order, so that equal events make equal states.
  const all = [...others, [name, { path, eventId: event.id, policyBundleId, key, isInForce, at: event.time }] as const]
  return Object.fromEntries(all.toSorted(([a], [b]) => (a < b ? -1 : 1)))
}
