/** Notes, by whatever they are about ([SF6]). */
import type { DecisionData } from '../fleet/decisions.ts'
import { evolveNotes, type Note } from '../fleet/shift/note.ts'
import { defineProjection, foldsNothing } from './projection.ts'

export type NotesState = readonly Note[]

export const logBookProjection = defineProjection<null, NotesState>({
  name: 'log_book',
  version: 1,
  handles: ['ibcf.note.written.v1'],
  facts: foldsNothing,
  decisions: {
    initial: [],
    apply: (notes, { event }) =>
      evolveNotes(notes, {
        noteId: event.id,
        at: event.time,
        by: event.actor ?? null,
        text: (event.data as DecisionData<'ibcf.note.written.v1'>).text,
      }),
  },
  table: { name: 'noted', columns: { notes: 'INTEGER', touched: 'TEXT' }, indexes: [['touched']] },
  row: (_subject, _facts, notes) => {
    const last = notes.at(-1)
    return last === undefined ? undefined : { notes: notes.length, touched: last.at }
  },
})
