/**
 * Which of the tellings of a forked log have effect: a function of what is held, never of what came first ([FK3] to [FK5]). Up to the fork
 * all is one. Behind it counts what the master of record had accepted, by its own log, before it knew of the fork; and the telling that
 * was decided for, up to where the decision names it and what was accepted in it since.
 */
import { toHex } from '../../kernel/hex.ts'
import type { Crypto } from '../../kernel/ports.ts'
import type { Reader } from '../../kernel/reader.ts'
import { formatLogId, type LogId } from '../../log/log-id.ts'
import { type LogTree, readLogTree } from '../../store/branches.ts'
import { readLogEvents } from '../../store/read-events.ts'
import type { StoredEvent } from '../../store/stored-event.ts'
import { countOn, firstForkOf, isWithin, type Path, pathsOf } from './fork-paths.ts'
import { giversOf, resolvedType, type Word, wordsAbout } from './fork-words.ts'
import { type Judge, type Question, questionOf } from './judge.ts'

export type ForkSource = {
  readonly crypto: Pick<Crypto, 'sha256'>
  readonly reader: () => Reader
  readonly isForked: (log: LogId) => boolean
  /** Who held the domain, for logs of nodes; undefined where nothing is judged. */
  readonly judge: Judge | undefined
  /** Told of everybody who was judged for the sake of a node's log. */
  readonly asked?: (question: Question, rule: string, node: string) => void
  /** A decision that nobody made: what would count if it were the last word. */
  readonly supposed?: { readonly log: string; readonly at: number; readonly keep: { readonly seq: number; readonly head: string } }
}

export type Forks = {
  /** Null: without effect. Otherwise what the order key ends in, so that two tellings of one number have an order: mostly nothing. */
  readonly markOf: (stored: StoredEvent) => string | null
  /** The same text means that the same events count, as far as they are held. */
  readonly standingOf: (log: LogId) => string
  /** Of a forked log: how many of its events count, and how far the telling goes that was named last; undefined where there is one. */
  readonly reachOf: (log: LogId) => ForkReach | undefined
  /** Of a master's log: masters whose decision about it counts ([FK5]). */
  readonly decidersOf: (log: LogId) => ReadonlySet<string>
  /** Something may have changed: a telling, a decision, authority. */
  readonly forget: () => void
}

export type ForkReach = { readonly tree: LogTree; readonly firstFork: number; readonly paths: readonly Path[]; readonly count: number }

type Standing = { readonly tree: LogTree | undefined; readonly firstFork: number; readonly paths: readonly Path[] }

export function createForks({ crypto, reader, isForked, judge, asked, supposed }: ForkSource): Forks {
  const standings = new Map<string, Standing>()

  function standingFor(log: LogId): Standing {
    const name = formatLogId(log)
    const known = standings.get(name)
    if (known !== undefined) return known
    const tree = readLogTree(reader(), log)
    const firstFork = firstForkOf(tree)
    const isOfNode = log.domain === '-'
    const found: Standing =
      tree === undefined || firstFork === Number.POSITIVE_INFINITY
        ? { tree, firstFork, paths: [] }
        : {
            tree,
            firstFork,
            paths: pathsOf(reader(), tree, withSupposed(name, isOfNode ? wordsOnNode(log, name) : wordsOnMaster(log, name))),
          }
    standings.set(name, found)
    return found
  }

  function withSupposed(name: string, words: readonly Word[]): readonly Word[] {
    if (supposed?.log !== name) return words
    return [...words, { key: '', kind: 'resolved', at: supposed.at, seq: supposed.keep.seq, head: supposed.keep.head }]
  }

  /** What masters of record say of a node's log, each judged by whether it held the domain when it said so. */
  function wordsOnNode(log: LogId, name: string): readonly Word[] {
    return wordsAbout(reader(), log, name, (stored) => {
      if (stored.log.domain === '-' || markOf(stored) === null) return false
      const { event } = stored
      const question = event === undefined ? undefined : questionOf({ event, stream: 'decisions', stored })
      if (judge === undefined || question === undefined || event === undefined) return judge === undefined
      asked?.(question, judge.ruleOf(question), log.origin)
      return judge.holds(question, { event, stored })
    })
  }

  /**
   * Nobody decides which of its own tellings counts. Its parent does: who gave it the log's domain, or one above. Neither the gift nor the
   * decision may itself lie behind a fork, or two masters could decide about each other.
   */
  function wordsOnMaster(log: LogId, name: string): readonly Word[] {
    let givers: ReadonlySet<string> | undefined
    return wordsAbout(reader(), log, name, (stored) => {
      if (stored.event?.type !== resolvedType || stored.log.domain === '-' || !isBeforeForks(stored)) return false
      givers ??= giversOf(reader(), log, isBeforeForks)
      return givers.has(stored.log.origin)
    })
  }

  function isBeforeForks({ log, seq }: StoredEvent): boolean {
    return !isForked(log) || seq < firstForkOf(readLogTree(reader(), log))
  }

  function markOf(stored: StoredEvent): string | null {
    const { log, branch, seq } = stored
    if (branch === 0 && !isForked(log)) return ''
    const { tree, firstFork, paths } = standingFor(log)
    if (seq < firstFork) return ''
    const counts = tree !== undefined && paths.some((path) => isWithin(tree, path, branch, seq))
    return counts ? `/${toHex(crypto.sha256(stored.bytes))}` : null
  }

  return {
    markOf,
    standingOf: (log) => {
      const { firstFork, paths } = standingFor(log)
      return JSON.stringify([firstFork, paths.map(({ branch, upTo }) => [branch.number, upTo])])
    },
    reachOf: (log) => {
      const { tree, firstFork, paths } = standingFor(log)
      return tree === undefined || firstFork === Number.POSITIVE_INFINITY
        ? undefined
        : { tree, firstFork, paths, count: countOn(tree, paths) }
    },
    decidersOf: (log) => giversOf(reader(), log, isBeforeForks),
    forget: () => standings.clear(),
  }
}

/** For who reads now and then: each log is looked up once. */
export function isForkedIn(reader: Reader): (log: LogId) => boolean {
  const known = new Map<LogId, boolean>()
  return (log) => {
    const found = known.get(log)
    if (found !== undefined) return found
    const isForked = (readLogTree(reader, log)?.branches.length ?? 0) > 1
    known.set(log, isForked)
    return isForked
  }
}

/** The names of all logs with more than one telling; hardly ever any. */
export function forkedLogs(reader: Reader): Set<string> {
  const rows = reader.all<{ name: string }>(
    'SELECT DISTINCT logs.name FROM heads CROSS JOIN logs ON logs.number = heads.log WHERE heads.branch > 0',
  )
  return new Set(rows.map(({ name }) => name))
}

/** Everybody about whom something is said behind the fork, and whether some of it `isOf` a kind. */
export function subjectsBehindFork(
  reader: Reader,
  log: LogId,
  isOf: (stored: StoredEvent) => boolean,
): { readonly all: ReadonlySet<string>; readonly some: ReadonlySet<string> } {
  const tree = readLogTree(reader, log)
  const [all, some] = [new Set<string>(), new Set<string>()]
  for (const { number, seq } of tree?.branches ?? [])
    for (const stored of readLogEvents(reader, log, firstForkOf(tree), seq, number)) {
      if (stored.event === undefined) continue
      all.add(stored.event.subject)
      if (isOf(stored)) some.add(stored.event.subject)
    }
  return { all, some }
}
