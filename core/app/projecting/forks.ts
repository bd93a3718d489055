/**
 * Which of the tellings of a forked log have effect: a function of what is held, never of what came first ([FK3] to [FK5]). Up to the fork
 * all is one. Behind it counts what the master of record had accepted, by its own log, before it knew of the fork; and the telling that
 * was decided for, up to where the decision names it and what was accepted in it since.
 */
import { toHex } from '../../kernel/hex.ts'
import type { Crypto } from '../../kernel/ports.ts'
import type { Reader } from '../../kernel/reader.ts'
import { formatLogId, isLogId, type LogId, parseLogId } from '../../log/log-id.ts'
import { orderKey } from '../../projections/order.ts'
import { type Branch, headAt, holderOf, type LogTree, readLogTree, signedHeadAt } from '../../store/branches.ts'
import { readLogEvents, readSubjectEvents } from '../../store/read-events.ts'
import type { StoredEvent } from '../../store/stored-event.ts'
import { type Judge, type Question, questionOf } from './judge.ts'
import { fits } from './shapes.ts'

export const acceptedType = 'ibcf.segment.accepted.v1'
export const resolvedType = 'ibcf.fork.resolved.v1'

export type ForkSource = {
  readonly crypto: Pick<Crypto, 'sha256'>
  readonly reader: () => Reader
  readonly isForked: (log: LogId) => boolean
  /** Who held the domain, for logs of nodes; undefined where nothing is judged. */
  readonly judge: Judge | undefined
  /** Told of everybody who was judged for the sake of a node's log. */
  readonly asked?: (question: Question, rule: string, node: string) => void
}

export type Forks = {
  /** Null: without effect. Otherwise what the order key ends in, so that two tellings of one number have an order: mostly nothing. */
  readonly markOf: (stored: StoredEvent) => string | null
  /** The same text means that the same events count, as far as they are held. */
  readonly standingOf: (log: LogId) => string
  /** Something may have changed: a telling, a decision, authority. */
  readonly forget: () => void
}

/** Up to this event, on the way to it. */
type Path = { readonly branch: Branch; readonly upTo: number }
type Standing = { readonly tree: LogTree | undefined; readonly firstFork: number; readonly paths: readonly Path[] }
type Word = {
  readonly key: string
  readonly kind: 'accepted' | 'resolved'
  readonly at: number
  readonly seq: number
  readonly head: string
}

export function createForks({ crypto, reader, isForked, judge, asked }: ForkSource): Forks {
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
        : { tree, firstFork, paths: pathsOf(reader(), tree, isOfNode ? wordsOnNode(log, name) : wordsOnMaster(log, name)) }
    standings.set(name, found)
    return found
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
    'SELECT DISTINCT logs.name FROM heads JOIN logs ON logs.number = heads.log WHERE heads.branch > 0',
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

function firstForkOf(tree: LogTree | undefined): number {
  return Math.min(...(tree?.branches.filter(({ number }) => number > 0).map(({ from }) => from) ?? []))
}

function isWithin(tree: LogTree, { branch, upTo }: Path, number: number, seq: number): boolean {
  return seq <= upTo && holderOf(tree, branch, seq).number === number
}

/** In the order of decisions, which is the same wherever they are held. */
function wordsAbout(reader: Reader, log: LogId, name: string, counts: (stored: StoredEvent) => boolean): readonly Word[] {
  const events = readSubjectEvents(reader, log.origin, { types: [acceptedType, resolvedType], limit: Number.MAX_SAFE_INTEGER })
  const words = events.flatMap((stored): Word[] => {
    const { event } = stored
    if (event === undefined || event.data['log'] !== name || !fits(event.type, event.data) || !counts(stored)) return []
    const key = orderKey('decisions', event, stored.log, stored.seq)
    if (event.type === acceptedType) {
      const { to, head } = event.data as { readonly to: number; readonly head: string }
      return [{ key, kind: 'accepted', at: 0, seq: to, head }]
    }
    const { at, keep } = event.data as { readonly at: number; readonly keep: { readonly seq: number; readonly head: string } }
    return [{ key, kind: 'resolved', at, seq: keep.seq, head: keep.head }]
  })
  return words.toSorted((a, b) => (a.key < b.key ? -1 : 1))
}

type Chosen = { readonly path: Path; readonly isOpen: boolean }

/** Goes through what was said in its order. What it names and is not held here says nothing. */
function pathsOf(reader: Reader, tree: LogTree, words: readonly Word[]): readonly Path[] {
  let first: Path | undefined
  let isKnown = false
  const chosen = new Map<number, Chosen>()
  for (const word of words) {
    const point = locate(reader, tree, word)
    if (word.kind === 'resolved') {
      // The last word on a fork replaces what was said of it before.
      isKnown = true
      chosen.delete(word.at)
      if (point !== undefined && point.upTo >= word.at) chosen.set(word.at, { path: point, isOpen: true })
      continue
    }
    if (point === undefined) continue
    for (const [at, { path, isOpen }] of chosen) {
      if (!isOpen || isWithin(tree, path, point.branch.number, point.upTo)) continue
      if (isWithin(tree, point, path.branch.number, path.upTo)) chosen.set(at, { path: point, isOpen })
      // It was told in two ways once more, behind what was decided.
      else if (point.upTo >= at && holderOf(tree, point.branch, at).number === holderOf(tree, path.branch, at).number)
        chosen.set(at, { path, isOpen: false })
    }
    if (isKnown) continue
    if (first === undefined || isWithin(tree, point, first.branch.number, first.upTo)) first = point
    else if (!isWithin(tree, first, point.branch.number, point.upTo)) isKnown = true
  }
  return [...(first === undefined ? [] : [first]), ...[...chosen.values()].map(({ path }) => path)]
}

/** A head lies on exactly one branch. Mostly it was signed there, and nothing has to be read for it. */
function locate(reader: Reader, tree: LogTree, { seq, head }: Pick<Word, 'seq' | 'head'>): Path | undefined {
  const own = tree.branches.filter((branch) => branch.from <= seq && seq <= branch.seq)
  const branch =
    own.find((candidate) => signedHeadAt(reader, tree, candidate, seq) === head) ??
    own.find((candidate) => toHex(headAt(reader, tree, candidate, seq)) === head)
  return branch === undefined ? undefined : { branch, upTo: seq }
}

/** Masters that gave this one the domain of its log, or one above it. */
function giversOf(reader: Reader, log: LogId, isCertain: (stored: StoredEvent) => boolean): ReadonlySet<string> {
  const givers = new Set<string>()
  const seen = new Set<string>()
  for (let domain: string | null = log.domain; domain !== null && !seen.has(domain); ) {
    seen.add(domain)
    let parent: string | null = null
    const types = ['ibcf.domain.created.v1', 'ibcf.authority.granted.v1']
    for (const stored of readSubjectEvents(reader, domain, { types, limit: Number.MAX_SAFE_INTEGER })) {
      const { event } = stored
      if (event === undefined || !fits(event.type, event.data) || !isCertain(stored)) continue
      if (event.type === 'ibcf.domain.created.v1') parent = event.data['parentId'] as string | null
      else if (event.data['masterId'] === log.origin && stored.log.origin !== log.origin) givers.add(stored.log.origin)
    }
    domain = parent
  }
  return givers
}

/** The log that an event is a word on. */
export function logSpokenOf(stored: StoredEvent): LogId | undefined {
  const { event } = stored
  if (event === undefined || (event.type !== acceptedType && event.type !== resolvedType)) return undefined
  const name = event.data['log']
  return typeof name === 'string' && isLogId(name) ? parseLogId(name) : undefined
}
