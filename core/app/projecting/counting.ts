/**
 * What events are worth to a reader, in one place: every query asks here, so that of a log that was told in several ways each of them
 * takes the same telling, wherever the same is held ([FK3]). Made for one answer; where no log forked it costs one look.
 */
import { formatLogId, type LogId, parseLogId } from '../../log/log-id.ts'
import { headAt, lastSignedPoint, readLogTree } from '../../store/branches.ts'
import type { LogHead } from '../../store/frontier.ts'
import type { StoredEvent } from '../../store/stored-event.ts'
import type { ReadModel } from '../read-model.ts'
import { type Effective, effective } from './effective.ts'
import { createForks, forkedLogs, type ForkReach, type Forks, type ForkSource } from './forks.ts'
import { createJudge } from './judge.ts'

export type Counting = {
  /** Undefined for what is kept without effect. */
  readonly effectOf: (stored: StoredEvent) => Effective | undefined
  readonly markOf: Forks['markOf']
  readonly isForked: (log: LogId) => boolean
  /** What is remembered holds while this is the same: what counts of forked logs of masters, and of those of `origin`. Mostly empty. */
  readonly standing: (origin?: string) => string
  readonly reachOf: Forks['reachOf']
  readonly decidersOf: Forks['decidersOf']
  /** By name. */
  readonly forkedLogs: () => readonly LogId[]
  /** Undefined where it was told in one way. */
  readonly reachOfNamed: (log: string) => ForkReach | undefined
  /** Of a log that is held: how far what counts of it goes, and how many of its events count. */
  readonly headOf: (log: LogId) => (LogHead & { readonly count: number }) | undefined
}

export type CountingModel = Pick<ReadModel, 'reader' | 'ports' | 'book'>

export function countingOf({ reader, ports, book }: CountingModel, supposed?: ForkSource['supposed']): Counting {
  const forked = forkedLogs(reader)
  const isForked = (log: LogId): boolean => forked.size > 0 && forked.has(formatLogId(log))
  const forks = createForks({
    crypto: ports.crypto,
    reader: () => reader,
    isForked,
    // How rules differ is asked only by what folds.
    judge: createJudge(
      book,
      () => 0,
      () => undefined,
    ),
    ...(supposed === undefined ? {} : { supposed }),
  })
  return {
    effectOf: (stored) => effective(stored, undefined, false, forks.markOf(stored)),
    markOf: forks.markOf,
    isForked,
    standing: (origin) => {
      if (forked.size === 0) return ''
      const concerned = [...forked].map(parseLogId).filter((log) => log.domain !== '-' || log.origin === (origin as string | undefined))
      return concerned
        .map((log) => `${formatLogId(log)} ${forks.standingOf(log)}`)
        .toSorted()
        .join('\n')
    },
    reachOf: forks.reachOf,
    decidersOf: forks.decidersOf,
    forkedLogs: () => [...forked].toSorted().map(parseLogId),
    reachOfNamed: (log) => (forked.has(log) ? forks.reachOf(parseLogId(log)) : undefined),
    headOf: (log) => {
      const tree = readLogTree(reader, log)
      const first = tree?.branches[0]
      if (tree === undefined || first === undefined) return undefined
      const reach = isForked(log) ? forks.reachOf(log) : undefined
      if (reach === undefined)
        return { seq: first.seq, head: first.head, signedTo: lastSignedPoint(reader, tree, first)?.to ?? 0, count: first.seq }
      const last = reach.paths.at(-1)
      const [branch, seq] = last === undefined ? [first, reach.firstFork - 1] : [last.branch, last.upTo]
      const signed = seq === 0 ? undefined : lastSignedPoint(reader, tree, branch, seq)
      return { seq, head: headAt(reader, tree, branch, seq), signedTo: signed?.to ?? 0, count: reach.count }
    },
  }
}
