/** What each node said of each policy it was given: that it took it on, refused it, or proved it. Of each the newest word counts, in whatever order they come. */
import type { NodeEventData } from '../fleet/node/node-events.ts'
import { defineProjection, foldsNothing, type FoldInput } from './projection.ts'

export type PolicyWords = {
  readonly adoptedKey: string
  readonly refused: { readonly key: string; readonly code: string; readonly sentence: string } | null
  readonly proven: { readonly key: string; readonly version: string; readonly isAfterRestart: boolean } | null
}

/** By policy bundle. */
export type ProofState = Readonly<Record<string, PolicyWords>>

const nothingSaid: PolicyWords = { adoptedKey: '', refused: null, proven: null }

export const proofsProjection = defineProjection<ProofState, null>({
  name: 'proofs',
  version: 1,
  handles: ['ibcf.desired.adopted.v1', 'ibcf.desired.refused.v1', 'ibcf.desired.proven.v1'],
  facts: { initial: {}, apply, commutes: true },
  decisions: foldsNothing,
  table: { name: 'proving_nodes', columns: { policies: 'INTEGER' }, indexes: [] },
  row: (_subject, state) => (Object.keys(state).length === 0 ? undefined : { policies: Object.keys(state).length }),
})

/** A refusal counts until the node took the policy on after all. */
export function refusalIn({ adoptedKey, refused }: PolicyWords): { readonly code: string; readonly sentence: string } | null {
  return refused !== null && refused.key > adoptedKey ? refused : null
}

function apply(state: ProofState, { event, key }: FoldInput): ProofState {
  const { policyBundleId } = event.data as { readonly policyBundleId: string }
  // What could not be read names no bundle.
  if (policyBundleId === '') return state
  const before = state[policyBundleId] ?? nothingSaid
  const after = wordsAfter(before, event, key)
  if (after === before) return state
  const all = [...Object.entries(state).filter(([other]) => other !== policyBundleId), [policyBundleId, after] as const]
  // In one order, so that equal events make equal states.
  return Object.fromEntries(all.toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

function wordsAfter(before: PolicyWords, event: FoldInput['event'], key: string): PolicyWords {
  switch (event.type) {
    case 'ibcf.desired.adopted.v1':
      return key > before.adoptedKey ? { ...before, adoptedKey: key } : before
    case 'ibcf.desired.refused.v1': {
      const { code, sentence } = event.data as NodeEventData<'ibcf.desired.refused.v1'>
      return key > (before.refused?.key ?? '') ? { ...before, refused: { key, code, sentence } } : before
    }
    default: {
      const { version, isAfterRestart } = event.data as NodeEventData<'ibcf.desired.proven.v1'>
      return key > (before.proven?.key ?? '') ? { ...before, proven: { key, version, isAfterRestart } } : before
    }
  }
}
