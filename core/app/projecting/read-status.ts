/** How the projections stand, from a plain Reader: what a console shows while a rebuild is under way in another thread. */
import type { Reader } from '../../kernel/reader.ts'
import { lastPosition } from '../../store/read-events.ts'
import { missingArchives } from '../../store/seals.ts'
import { countRejudged } from './read-states.ts'
import { type Generation, type Kept, readGenerations, versionsOf } from './tables.ts'

export type RebuildProgress = {
  /** Events that are in the new tables, and all there are. */
  readonly done: number
  readonly total: number
  /** Events a second of this run; 0 before anything was written. */
  readonly rate: number
  /** Null while the rate is not known. */
  readonly etaSeconds: number | null
  readonly startedAt: number
  readonly reason: string
  /** Archives that are not here and hold what is still to be folded: it goes on once they are back. */
  readonly waitsFor: readonly string[]
}

export type ProjectionStatus = {
  readonly name: string
  /** Of the program that runs. */
  readonly version: number
  /** Of what serves. */
  readonly servedVersion: number | null
  readonly position: number
  readonly head: number
  readonly behind: number
  readonly state: 'current' | 'outdated' | 'rebuilding'
  readonly rebuild: RebuildProgress | null
  readonly parked: number
  /** Subjects that wait to be judged again: the same for all, since all judge by the same authority. */
  readonly rejudging: number
}

export function readProjectionStatus(reader: Reader, kept: Kept, nowMs: number): readonly ProjectionStatus[] {
  const head = lastPosition(reader)
  const generations = readGenerations(reader)
  const building = generations.find(({ state }) => state === 'building')
  const isOutdated = generations.find(({ state }) => state === 'serving')?.versions !== versionsOf(kept)
  const waitsFor = building === undefined ? [] : missingArchives(reader, building.position).map(({ file }) => file)
  const rebuild = building === undefined ? null : progressOf(building, head, nowMs, waitsFor)
  const served = new Map(
    reader
      .all<{ projection: string; version: number; position: number }>('SELECT projection, version, position FROM checkpoints')
      .map((row) => [row.projection, row]),
  )
  const parked = new Map(
    reader
      .all<{ projection: string; n: number }>('SELECT projection, count(*) AS n FROM projection_parked GROUP BY projection')
      .map(({ projection, n }) => [projection, n]),
  )
  const rejudging = countRejudged(reader)
  return kept.projections.map(({ name, version }) => {
    const { position = 0, version: servedVersion = null } = served.get(name) ?? {}
    return {
      name,
      version,
      servedVersion,
      position,
      head,
      behind: head - position,
      state: rebuild !== null ? 'rebuilding' : isOutdated && servedVersion !== version ? 'outdated' : 'current',
      rebuild,
      parked: parked.get(name) ?? 0,
      rejudging,
    }
  })
}

function progressOf(
  { position, startedAt, runAt, runPosition, reason }: Generation,
  total: number,
  nowMs: number,
  waitsFor: readonly string[],
): RebuildProgress {
  const seconds = Math.max(0.001, (nowMs - runAt) / 1000)
  const rate = Math.round((position - runPosition) / seconds)
  return {
    done: position,
    total,
    rate,
    etaSeconds: rate <= 0 || waitsFor.length > 0 ? null : Math.ceil((total - position) / rate),
    startedAt,
    reason,
    waitsFor,
  }
}
