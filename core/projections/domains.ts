/** The tree of domains: names, levels and thresholds. */
import type { DecisionData, Thresholds } from '../fleet/decisions.ts'
import type { MasterLevel } from '../fleet/node/node-record.ts'
import { defineProjection, foldsNothing, type FoldInput } from './projection.ts'

export type DomainState = {
  readonly name: string
  readonly parentId: string | null
  /** The master whose event made it. */
  readonly founderId: string
  readonly level: MasterLevel
  /** What is set here; the rest is inherited. */
  readonly thresholds: Partial<Thresholds>
  /** Null: as the domain above has it. */
  readonly twoOperatorKinds: readonly string[] | null
}

export const domainsProjection = defineProjection<null, DomainState | null>({
  name: 'domains',
  version: 4,
  handles: ['ibcf.domain.created.v1', 'ibcf.domain.renamed.v1', 'ibcf.domain.configured.v1'],
  facts: foldsNothing,
  decisions: { initial: null, apply },
  table: {
    name: 'domains',
    columns: { name: 'TEXT', parent: 'TEXT', level: 'TEXT', thresholds: 'TEXT' },
    indexes: [['parent']],
  },
  row: (_subject, _facts, state) =>
    state === null
      ? undefined
      : {
          name: state.name,
          parent: state.parentId,
          level: state.level,
          thresholds: JSON.stringify(state.thresholds),
        },
})

function apply(state: DomainState | null, { event, origin }: FoldInput): DomainState | null {
  if (event.type === 'ibcf.domain.created.v1') {
    if (state !== null) return state
    const data = event.data as DecisionData<'ibcf.domain.created.v1'>
    return {
      name: data.name,
      parentId: data.parentId,
      founderId: origin,
      level: data.level,
      thresholds: present(data.thresholds),
      twoOperatorKinds: null,
    }
  }
  if (state === null) return null
  switch (event.type) {
    case 'ibcf.domain.renamed.v1':
      return { ...state, name: (event.data as DecisionData<'ibcf.domain.renamed.v1'>).name }
    case 'ibcf.domain.configured.v1':
      return configured(state, event.data as DecisionData<'ibcf.domain.configured.v1'>)
    default:
      return state
  }
}

function configured(state: DomainState, { thresholds, twoOperatorKinds: asked }: DecisionData<'ibcf.domain.configured.v1'>): DomainState {
  const twoOperatorKinds = asked === undefined ? state.twoOperatorKinds : asked
  return { ...state, thresholds: { ...state.thresholds, ...present(thresholds) }, twoOperatorKinds }
}

function present(thresholds: { readonly [Name in keyof Thresholds]?: Thresholds[Name] | undefined }): Partial<Thresholds> {
  return Object.fromEntries(Object.entries(thresholds).filter(([, value]) => value !== undefined))
}
