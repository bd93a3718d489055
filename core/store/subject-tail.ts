/** The part of the subject index that is in memory only: what the store's context remembers of it. */
export type Entry = { readonly position: number; readonly type: number }

/** Entries of events after `mergedTo` and up to `loadedTo`, by subject. */
export type SubjectTail = { readonly mergedTo: number; loadedTo: number; readonly bySubject: Map<number, Entry[]> }
