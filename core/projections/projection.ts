/**
 * A projection is data: a pure fold over the events about one subject, and the row it shows. Facts (what the subject itself
 * reported) and decisions (what masters decided about it) fold apart, each in its own order, so that the result does not depend on
 * how the two streams arrived beside each other (design 2, Convergence; [PJ1]).
 */
import type { CheckSignature } from '../fleet/authority/statement.ts'
import type { EventEnvelope } from '../kernel/event.ts'
import type { SqlValue } from '../kernel/reader.ts'
import type { Lane, LogId } from '../log/log-id.ts'

export type FoldInput = {
  readonly event: EventEnvelope
  /** The node or master whose log holds it. */
  readonly origin: string
  readonly lane: Lane
  readonly log: LogId
  readonly seq: number
  /** Its place in the order of its stream ([PJ2]); no two events have the same. */
  readonly key: string
}

export type Fold<State> = {
  readonly initial: State
  /** `check` is for what carries signatures of its own: the same bytes under the same key give the same answer everywhere. */
  readonly apply: (state: State, input: FoldInput, check: CheckSignature) => State
  /**
   * The result does not depend on the order in which events are applied, as long as each is applied once: a late one is applied as it
   * comes, and nothing is folded again. A replay brings whole lanes late, so what nodes report has to fold like this ([PJ3]).
   */
  readonly commutes?: true
}

export type ColumnType = 'INTEGER' | 'REAL' | 'TEXT'

export type Projection<Facts = unknown, Decisions = unknown> = {
  readonly name: string
  /** Raised whenever the meaning of what is kept changes: another version is rebuilt from the events. */
  readonly version: number
  /** The event types it folds; others do not reach it. */
  readonly handles: readonly string[]
  readonly facts: Fold<Facts>
  readonly decisions: Fold<Decisions>
  /** The row per subject, for queries; its key column `subject` (text, ULID) is added. */
  readonly table: {
    readonly name: string
    readonly columns: Readonly<Record<string, ColumnType>>
    readonly indexes: readonly (readonly string[])[]
  }
  /** Undefined while there is nothing to show of the subject. */
  readonly row: (subject: string, facts: Facts, decisions: Decisions) => Readonly<Record<string, SqlValue>> | undefined
}

/** Hides the state types of one projection, so that many can be kept in one list; each state only ever meets its own projection. */
export function defineProjection<Facts, Decisions>(projection: Projection<Facts, Decisions>): Projection {
  return projection as unknown as Projection
}

/** The fold of a projection that listens to one stream only. */
export const foldsNothing: Fold<null> = { initial: null, apply: (state) => state, commutes: true }
