/** The log book: what people want others to know of an object, in their own words. Nothing rests on it, so nobody needs authority for it ([SF6]). */

export type Note = {
  readonly noteId: string
  readonly at: string
  readonly by: string | null
  readonly text: string
}

/** Of one subject, the newest; older ones are in the logs, and at the audit desk. */
export const notesKeptAtMost = 200

/** In the order of decisions. */
export function evolveNotes(notes: readonly Note[], note: Note): readonly Note[] {
  return notes.some(({ noteId }) => noteId === note.noteId) ? notes : [...notes, note].slice(-notesKeptAtMost)
}
