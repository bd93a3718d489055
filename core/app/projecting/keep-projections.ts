/**
 * What is done about projections beside the commits, in small slices between them: subjects that wait are judged again, a rebuild goes
 * on, and the tables of a generation that nobody reads any more are dropped. It belongs to the thread that writes.
 */
import { AppError } from '../../kernel/app-error.ts'
import type { Ports } from '../../kernel/ports.ts'
import { lastPosition } from '../../store/read-events.ts'
import { isAnyArchiveMissing } from '../../store/seals.ts'
import type { Store } from '../../store/open.ts'
import type { ProjectionEngine } from './engine.ts'
import type { Background } from '../writer/background.ts'
import { type Build, createBuild } from './rebuild.ts'
import { createGeneration, discardGenerations, dropOneTable, readGenerations, startRun, versionsOf } from './tables.ts'

export type ProjectionKeeper = {
  /** Begins a rebuild of everything. Throws Conflict `REBUILD_UNDER_WAY`. */
  readonly rebuild: (reason: string) => void
  /** Ends it; what serves goes on serving. Throws NotFound `REBUILD_NOT_RUNNING`. */
  readonly cancelRebuild: () => void
  /** Folds the subjects of parked events again; answers how many events are parked still. */
  readonly retryParked: (subject?: string) => number
  /** All that is to be done, now and to the end. For the command line, and for tests. */
  readonly finish: (each?: () => 'go on' | 'stop') => void
  /** Something may wait: looked at soon. */
  readonly look: () => void
  /** Folds again who was left as they were because an archive was missing, once none is. */
  readonly lookForArchives: () => void
}

export type KeeperParts = {
  readonly store: Store
  readonly engine: ProjectionEngine
  readonly ports: Pick<Ports, 'clock' | 'crypto' | 'diagnostics'>
  /** Progress was made, or something begins or ends. */
  readonly told: () => void
  /** Gives it turns beside the commits; without, only `finish` does what is due. */
  readonly register?: Background['register']
}

const rejudgedAtOnce = 20
/** While it works; the end is told at once. */
const tellEveryMs = 250
const reasonOutdated = 'The projections are of another version.'

export function createProjectionKeeper({ store, engine, ports, told, register }: KeeperParts): ProjectionKeeper {
  let build: Build | undefined
  let toldAt = Number.NEGATIVE_INFINITY
  let isUntold = false

  /** What another run began goes on, if it is still what is wanted; what serves an older version is replaced. */
  function begin(): void {
    const generations = readGenerations(store.reader)
    const wanted = versionsOf(engine.kept)
    const unfinished = generations.find(({ state, versions }) => state === 'building' && versions === wanted)
    const isStale = generations.some(({ state, versions }) => state === 'building' && versions !== wanted)
    if (isStale) store.transact((writer) => discardGenerations(writer, 'building', unfinished?.number))
    if (unfinished !== undefined) resume(unfinished.number)
    else if (engine.isOutdated(store.reader)) start(reasonOutdated)
    const isLeft = engine.isAnyoneWaiting() || generations.some(({ state }) => state === 'dropping')
    if (build !== undefined || isStale || isLeft) wake?.()
  }

  function start(reason: string): void {
    const now = ports.clock.now()
    const { number } = store.transact((writer) => createGeneration(writer, engine.kept, now, reason))
    resume(number)
  }

  function resume(number: number): void {
    const now = ports.clock.now()
    store.transact((writer) => startRun(writer, number, now))
    const generation = readGenerations(store.reader).find((candidate) => candidate.number === number)
    if (generation !== undefined) build = createBuild(store, engine.kept, ports, generation)
  }

  /** One slice; false when nothing is left to do. */
  function work(): boolean {
    if (store.reader.get('SELECT 1 FROM projection_rejudged LIMIT 1') !== undefined) {
      try {
        store.transact((writer) => engine.settle(writer, rejudgedAtOnce))
      } catch (error) {
        engine.forget([])
        throw error
      }
      return true
    }
    if (build !== undefined) {
      if (build.step()) {
        build = undefined
        engine.reopen(store.reader)
        ports.diagnostics.info('the projections were rebuilt', { events: lastPosition(store.reader) })
      }
      return true
    }
    return readGenerations(store.reader).some(({ state }) => state === 'dropping') && store.transact(dropOneTable)
  }

  /** A rebuild that waits for an archive is shown as waiting; whoever gives turns tries again later. */
  function workOrTell(): boolean {
    try {
      return work()
    } catch (error) {
      told()
      throw error
    }
  }

  const wake = register?.('keeping the projections', () => {
    const hasWorked = workOrTell()
    const now = ports.clock.monotonic()
    isUntold ||= hasWorked
    if (isUntold && (!hasWorked || now - toldAt >= tellEveryMs)) {
      isUntold = false
      toldAt = now
      told()
    }
    return hasWorked
  })

  function retryParked(subject?: string): number {
    try {
      return store.transact((writer) => engine.retryParked(writer, ports.clock.now(), subject))
    } catch (error) {
      engine.forget([])
      throw error
    } finally {
      told()
    }
  }

  begin()
  return {
    rebuild: (reason) => {
      if (build !== undefined) throw new AppError('Conflict', 'REBUILD_UNDER_WAY', 'The projections are being rebuilt already.')
      start(reason)
      told()
      wake?.()
    },
    cancelRebuild: () => {
      if (build === undefined) throw new AppError('NotFound', 'REBUILD_NOT_RUNNING', 'No rebuild is under way.')
      build = undefined
      store.transact((writer) => discardGenerations(writer, 'building'))
      told()
      wake?.()
    },
    retryParked,
    finish: (each = () => 'go on') => {
      while (work()) if (each() === 'stop') return
    },
    look: () => wake?.(),
    lookForArchives: () => {
      if (!engine.isAnyoneWithheld(store.reader) || isAnyArchiveMissing(store.reader)) return
      retryParked()
    },
  }
}
