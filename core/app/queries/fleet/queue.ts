/**
 * The queue from a place on, without looking at those who stand before it. What a node scores is known from its row but for presence,
 * evidence and what people did, and whoever has any of these is looked at apart; so the nodes of one score are ranges of indexes, told
 * from the highest score that is still wanted to the lowest, each from who waited longest ([AT9]).
 */
import type { ReadModel } from '../../read-model.ts'
import type { Reader, SqlValue } from '../../../kernel/reader.ts'
import { boundOf, mostSilence, type Silence, silenceOf, surelySilent } from './bounds.ts'
import { driftPointsIn, silenceIn } from './drifting.ts'
import { domainsWithNodes, type FleetMemory } from './fleet.ts'
import { canEnter, domainsOneByOne, type Scope, type Worst } from './worst-nodes.ts'

/** Where an item stands: the highest score first, then who waited longest. */
export type QueuePlace = { readonly score: number; readonly since: string; readonly subject: string }

/** Negative: `a` stands before `b`. */
export function compareQueuePlaces(a: QueuePlace, b: QueuePlace): number {
  if (a.score !== b.score) return b.score - a.score
  if (a.since !== b.since) return a.since < b.since ? -1 : 1
  return a.subject < b.subject ? -1 : Number(a.subject > b.subject)
}

type Member = Silence & { readonly subject: string; readonly domain: string; readonly since: string }
type After = { readonly since: string; readonly subject: string }
/** Rows of one index range: those that may score exactly so much, in the order of how long they have waited. */
type Range = {
  /** Neither this range nor any that is found after it holds more. */
  readonly bound: number
  readonly most: number
  readonly least: number
  readonly at: (score: number, after: After) => Iterable<Member>
}

const fromTheFirst: After = { since: '', subject: '' }

/**
 * Considers, in the order of the queue, whoever may stand after `from`, until nobody else can enter. `reached` is told each place before
 * it is looked at. Only where nothing is weighed in its own way.
 */
export function walkQueue(
  model: ReadModel,
  fleet: FleetMemory,
  scope: Scope,
  worst: Worst,
  nowMs: number,
  from: QueuePlace | undefined,
  reached: (place: QueuePlace) => void,
): void {
  const counted = scope.kind === 'everything' ? undefined : scope.domainIds.filter((id) => fleet.domains.has(id))
  const isOneByOne = counted !== undefined && counted.length <= domainsOneByOne
  const wanted = counted === undefined || isOneByOne ? undefined : new Set(counted)
  const sources = (isOneByOne ? counted : [undefined]).map((domainId) => ({
    ranges: rangesOf(model.reader, domainId, nowMs, driftOf(model, fleet, domainId === undefined ? undefined : [domainId])),
    open: [] as Range[],
    next: undefined as Range | undefined,
  }))
  for (let score = Math.min(100, Math.ceil(from?.score ?? 100)); score > 0; score--) {
    if (!canEnter(worst, score, '')) return
    const after = from !== undefined && score === from.score ? from : fromTheFirst
    const rows = sources.flatMap((source) => {
      for (;;) {
        source.next ??= source.ranges.next().value ?? undefined
        if (source.next === undefined || source.next.bound < score) break
        source.open.push(source.next)
        source.next = undefined
      }
      return source.open.filter(({ least, most }) => least <= score && score <= most).map((range) => range.at(score, after))
    })
    for (const member of inOrder(rows)) {
      if (!canEnter(worst, score, member.since)) break
      if (worst.isSeen(member.subject) || wanted?.has(member.domain) === false) continue
      reached({ score, since: member.since, subject: member.subject })
      worst.consider(member.subject)
    }
  }
}

function driftOf(model: ReadModel, fleet: FleetMemory, domainIds: readonly string[] | undefined): ReadonlyMap<string, ReadonlySet<number>> {
  const all = new Map<string, Set<number>>()
  for (const domainId of domainIds ?? domainsWithNodes(fleet))
    for (const [key, points] of driftPointsIn(model, fleet, domainId)) {
      const known = all.get(key) ?? new Set<number>()
      for (const value of points) known.add(value)
      all.set(key, known)
    }
  return all
}

/** Those that may hold the highest score first, as far as they are asked for: classes of drift, then groups of equal points. */
function* rangesOf(
  reader: Reader,
  domainId: string | undefined,
  nowMs: number,
  drift: ReadonlyMap<string, ReadonlySet<number>>,
): Generator<Range, void> {
  const classes: Range[] = []
  for (const [key, all] of drift)
    for (const urgency of urgenciesOf(reader, domainId, key))
      for (const points of all) classes.push(driftRange(reader, domainId, nowMs, key, urgency, points))
  classes.sort((a, b) => b.most - a.most)
  const pending = [...classes]
  let group: { readonly urgency: number; readonly budget_s: number } | undefined
  for (;;) {
    group = reader.get<{ urgency: number; budget_s: number }>(
      `SELECT urgency, budget_s FROM node_standings WHERE ${within(domainId)}(urgency, budget_s) > (?, ?) ORDER BY urgency, budget_s LIMIT 1`,
      ...valuesOf(domainId),
      group?.urgency ?? -1000,
      group?.budget_s ?? Number.MAX_SAFE_INTEGER,
    )
    // Of groups to come none holds more than this one's points and all of the silence.
    const bound = group === undefined ? -1 : boundOf(-group.urgency, mostSilence)
    for (let first = pending[0]; first !== undefined && first.most >= bound; first = pending[0]) {
      yield first
      pending.shift()
    }
    if (group === undefined) return
    if (group.urgency === 0 && group.budget_s < 0) continue
    yield groupRange(reader, domainId, nowMs, group.urgency, group.budget_s)
  }
}

function within(domainId: string | undefined): string {
  return domainId === undefined ? '' : 'domain = ? AND '
}

function valuesOf(domainId: string | undefined): readonly string[] {
  return domainId === undefined ? [] : [domainId]
}

function* urgenciesOf(reader: Reader, domainId: string | undefined, key: string): Generator<number, void> {
  let urgency = -1000
  for (;;) {
    const next = reader.get<{ urgency: number }>(
      `SELECT urgency FROM node_standings WHERE ${within(domainId)}evidence = ? AND urgency > ? ORDER BY urgency LIMIT 1`,
      ...valuesOf(domainId),
      key,
      urgency,
    )
    if (next === undefined) return
    urgency = next.urgency
    yield urgency
  }
}

const columns = 'subject, domain, since, budget_s, ends_ms'

function driftRange(reader: Reader, domainId: string | undefined, nowMs: number, key: string, urgency: number, drift: number): Range {
  const points = drift - urgency
  const where = `${within(domainId)}evidence = ? AND urgency = ?`
  const values = [...valuesOf(domainId), key, urgency]
  return {
    bound: boundOf(points, silenceIn(key)),
    most: boundOf(points, silenceIn(key)),
    least: boundOf(points, 0),
    at: (score, after) => whereScored(nowMs, points, score, bySince(reader, where, values, after)),
  }
}

/** So many rows are read and put in order sooner than they are looked for among the others of their group. */
const sortedAtMost = 2000

function groupRange(reader: Reader, domainId: string | undefined, nowMs: number, urgency: number, budget_s: number): Range {
  const points = -urgency
  const where = `${within(domainId)}urgency = ? AND budget_s = ?`
  const values: readonly SqlValue[] = [...valuesOf(domainId), urgency, budget_s]
  if (budget_s < 0)
    return {
      bound: boundOf(points, mostSilence),
      most: boundOf(points, 0),
      least: boundOf(points, 0),
      at: (_score, after) => bySince(reader, where, values, after),
    }
  const end = (direction: 'ASC' | 'DESC'): number =>
    reader.get<{ ends_ms: number }>(
      `SELECT ends_ms FROM node_standings WHERE ${where} AND ends_ms >= 0 ORDER BY ends_ms ${direction} LIMIT 1`,
      ...values,
    )?.ends_ms ?? 0
  const [first, last] = [end('ASC'), end('DESC')]
  const upper = (ends_ms: number): number => boundOf(points, silenceOf({ nowMs }, { budget_s, ends_ms }))
  const lower = (ends_ms: number): number => boundOf(points, surelySilent(nowMs, { budget_s, ends_ms }))
  return {
    bound: boundOf(points, mostSilence),
    most: boundOf(points, silenceOf({ nowMs }, { budget_s, ends_ms: first })),
    // Whoever is silent since no known instant has the points alone.
    least: boundOf(points, 0),
    at: (score, after) => {
      const from = firstWhere(first, last + 1, (ends) => lower(ends) <= score)
      const to = firstWhere(first, last + 1, (ends) => upper(ends) < score)
      const isBare = boundOf(points, 0) === score
      const few = reader.all<Member>(
        `SELECT ${columns} FROM node_standings WHERE ${where} AND ends_ms >= ? AND ends_ms < ? ORDER BY ends_ms LIMIT ?`,
        ...values,
        from,
        to,
        sortedAtMost,
      )
      if (few.length < sortedAtMost) {
        const bare = isBare ? reader.all<Member>(`SELECT ${columns} FROM node_standings WHERE ${where} AND ends_ms IS NULL`, ...values) : []
        return [...few, ...bare].filter((member) => compareMembers(member, after) > 0).sort(compareMembers)
      }
      return whereScored(nowMs, points, score, bySince(reader, where, values, after))
    },
  }
}

/** The least in [from, to) that it is so of, for what is so of all after it; `to` when it is so of none. */
function firstWhere(from: number, to: number, isSo: (value: number) => boolean): number {
  let [low, high] = [from, to]
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if (isSo(middle)) high = middle
    else low = middle + 1
  }
  return low
}

function* whereScored(nowMs: number, points: number, score: number, members: Iterable<Member>): Generator<Member, void> {
  for (const member of members)
    if (boundOf(points, silenceOf({ nowMs }, member)) >= score && boundOf(points, surelySilent(nowMs, member)) <= score) yield member
}

const pagesOfRange = { first: 4, most: 256 } as const

function* bySince(reader: Reader, where: string, values: readonly SqlValue[], from: After): Generator<Member, void> {
  let after = from
  for (let limit: number = pagesOfRange.first; ; limit = Math.min(pagesOfRange.most, limit * 4)) {
    const rows = reader.all<Member>(
      `SELECT ${columns} FROM node_standings WHERE ${where} AND (since, subject) > (?, ?) ORDER BY since, subject LIMIT ?`,
      ...values,
      after.since,
      after.subject,
      limit,
    )
    yield* rows
    const last = rows.at(-1)
    if (last === undefined || rows.length < limit) return
    after = last
  }
}

function compareMembers(a: After, b: After): number {
  if (a.since !== b.since) return a.since < b.since ? -1 : 1
  return a.subject < b.subject ? -1 : Number(a.subject > b.subject)
}

function* inOrder(sources: readonly Iterable<Member>[]): Generator<Member, void> {
  const heads = sources.flatMap((source) => {
    const iterator = source[Symbol.iterator]()
    const first = iterator.next()
    return first.done === true ? [] : [{ iterator, member: first.value }]
  })
  for (;;) {
    let least = heads[0]
    for (const head of heads) if (least !== undefined && compareMembers(head.member, least.member) < 0) least = head
    if (least === undefined) return
    yield least.member
    const next = least.iterator.next()
    if (next.done === true) heads.splice(heads.indexOf(least), 1)
    else least.member = next.value
  }
}
