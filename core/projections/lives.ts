/** The later lives of each master, in its own words: what was given to it before, they do not have ([AU12]). */
import type { DecisionData } from '../fleet/decisions.ts'
import { defineProjection, foldsNothing } from './projection.ts'

/** Incarnations, ascending. */
export type LivesState = { readonly opened: readonly string[] }

export const livesProjection = defineProjection<null, LivesState>({
  name: 'lives',
  version: 1,
  handles: ['ibcf.incarnation.opened.v1'],
  facts: foldsNothing,
  decisions: {
    initial: { opened: [] },
    apply: (state, { event, origin }) => {
      const { incarnation } = event.data as DecisionData<'ibcf.incarnation.opened.v1'>
      // Nobody ends the life of another.
      if ((event.subject as string) !== origin || state.opened.includes(incarnation)) return state
      return { opened: [...state.opened, incarnation].sort() }
    },
    commutes: true,
  },
  table: { name: 'master_lives', columns: { lives: 'INTEGER', newest: 'TEXT' }, indexes: [] },
  row: (_subject, _facts, { opened }) => (opened.length === 0 ? undefined : { lives: opened.length, newest: opened.at(-1) ?? null }),
})
