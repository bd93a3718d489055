/** The log book: of one object, or of everything that anything was written about lately ([SF6]). */
import type { z } from 'zod'
import type { NoteView, noteListRequest } from '../../contract/shift.ts'
import type { ReadModel } from '../read-model.ts'
import { actorName } from './names.ts'
import { subjectOf } from './subject.ts'

/** Objects that one question looks at, the ones that were written about last. */
const subjectsAtMost = 500

export function listNotes(
  model: ReadModel,
  { subject, from = '', limit }: z.infer<typeof noteListRequest>,
): { items: NoteView[]; total: number } {
  const fromMs = from === '' ? Number.NEGATIVE_INFINITY : Date.parse(from)
  const subjects =
    subject === undefined
      ? model.reader.all<{ subject: string }>('SELECT subject FROM noted ORDER BY touched DESC LIMIT ?', subjectsAtMost)
      : [{ subject }]
  const found = subjects
    .flatMap((about) => (model.notes(about.subject) ?? []).map((note) => ({ ...note, subjectId: about.subject })))
    .filter(({ at }) => Date.parse(at) >= fromMs)
    .toSorted((a, b) => (a.at === b.at ? (a.noteId < b.noteId ? 1 : -1) : a.at < b.at ? 1 : -1))
  const items = found.slice(0, limit).map((note) => ({ ...note, by: actorName(model, note.by), ...subjectOf(model, note.subjectId) }))
  return { items, total: found.length }
}
