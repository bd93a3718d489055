/** What is held in memory while events fold: entries, and who works on them. */
import type { Crypto } from '../../kernel/ports.ts'
import type { Reader, Writer } from '../../kernel/reader.ts'
import type { Projection } from '../../projections/projection.ts'
import type { StoredEvent } from '../../store/stored-event.ts'
import type { Subject } from './fold.ts'
import type { Judge } from './judge.ts'
import type { Notes } from './notes.ts'
import type { Kept } from './tables.ts'

export type Entry = {
  readonly projection: Projection
  readonly id: string
  /** As it is in the table. */
  kept: Subject
  now: Subject
  /** By stream: saved states from this key on no longer hold; empty for all of them. */
  savedCut: { facts?: string; decisions?: string }
}

export type Folding = {
  readonly generation: number
  /** It does not serve yet. */
  readonly isBulk: boolean
  readonly kept: Kept
  readonly crypto: Crypto
  readonly judge: Judge
  readonly notes: Notes
  /** Everything that was changed since it was written last, by subject. */
  readonly changed: Set<string>
  readonly entryOf: (reader: Reader, projection: Projection, id: string) => Entry
  /** Events that are stored, in the order of their positions. Ones that were folded before are passed over. */
  readonly take: (reader: Reader, stored: readonly StoredEvent[]) => void
  /** Everything about the subject up to a position, again from nothing, by all projections. */
  readonly foldAgain: (reader: Reader, id: string, upTo: number) => void
  /** Writes what was changed, at most so many subjects; true when nothing is left. */
  readonly flush: (writer: Writer, atMost?: number) => boolean
  /** Drops all that is remembered: a transaction failed, or memory is short. Nothing unwritten may be wanted any more. */
  readonly forget: () => void
  readonly held: () => number
  /** Wall milliseconds of this store at the last event that was taken. */
  readonly latestAt: () => number
  /** Bulk only: subjects whose late events are not folded yet. */
  readonly late: ReadonlySet<string>
  /** Subjects that were judged, in what is not written yet, by an answer that is another one now. */
  readonly judgedOtherwise: (reader: Reader) => ReadonlySet<string>
}
