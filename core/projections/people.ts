/** Who speaks here: masters and operators, with their keys. */
import type { DecisionData } from '../fleet/decisions.ts'
import type { EventEnvelope } from '../kernel/event.ts'
import { defineProjection, foldsNothing } from './projection.ts'

export type MasterState = {
  readonly name: string
  readonly level: string
  readonly keyId: string
  readonly publicKey: string
  readonly createdAt: string
  /** The newest life that began after it was founded; null while it is in its first. */
  readonly incarnation: MasterIncarnation | null
}
export type MasterIncarnation = {
  readonly id: string
  readonly openedAt: string
  readonly reason: DecisionData<'ibcf.incarnation.opened.v1'>['reason']
}
export type OperatorState = {
  readonly name: string
  readonly role: string
  readonly keyId: string
  readonly publicKey: string
  readonly createdAt: string
}

export const mastersProjection = defineProjection<null, MasterState | null>({
  name: 'masters',
  version: 2,
  handles: ['ibcf.master.created.v1', 'ibcf.master.renamed.v1', 'ibcf.incarnation.opened.v1'],
  facts: foldsNothing,
  decisions: {
    initial: null,
    apply: (state, { event }) => {
      if (event.type === 'ibcf.incarnation.opened.v1') return state === null ? null : { ...state, incarnation: laterLife(state, event) }
      if (event.type === 'ibcf.master.renamed.v1')
        return state === null ? null : { ...state, name: (event.data as DecisionData<'ibcf.master.renamed.v1'>).name }
      const { name, level, keyId, publicKey } = event.data as DecisionData<'ibcf.master.created.v1'>
      return state ?? { name, level, keyId, publicKey, createdAt: event.time, incarnation: null }
    },
  },
  table: { name: 'masters', columns: { name: 'TEXT', level: 'TEXT', key_id: 'TEXT', public_key: 'TEXT', created_at: 'TEXT' }, indexes: [] },
  row: (_subject, _facts, state) =>
    state === null
      ? undefined
      : { name: state.name, level: state.level, key_id: state.keyId, public_key: state.publicKey, created_at: state.createdAt },
})

/** ULIDs grow: of several lives the largest is the newest, in whatever order they become known. */
function laterLife({ incarnation }: MasterState, { data, time }: EventEnvelope): MasterIncarnation | null {
  const { incarnation: id, reason } = data as DecisionData<'ibcf.incarnation.opened.v1'>
  return incarnation === null || id > incarnation.id ? { id, openedAt: time, reason } : incarnation
}

export const operatorsProjection = defineProjection<null, OperatorState | null>({
  name: 'operators',
  version: 1,
  handles: ['ibcf.operator.created.v1'],
  facts: foldsNothing,
  decisions: {
    initial: null,
    apply: (state, { event }) => {
      const { name, role, keyId, publicKey } = event.data as DecisionData<'ibcf.operator.created.v1'>
      return state ?? { name, role, keyId, publicKey, createdAt: event.time }
    },
  },
  table: {
    name: 'operators',
    columns: { name: 'TEXT', role: 'TEXT', key_id: 'TEXT', public_key: 'TEXT', created_at: 'TEXT' },
    indexes: [],
  },
  row: (_subject, _facts, state) =>
    state === null
      ? undefined
      : { name: state.name, role: state.role, key_id: state.keyId, public_key: state.publicKey, created_at: state.createdAt },
})
