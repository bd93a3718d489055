/**
 * Who needs a person most, without scoring everybody. What a node scores is points that its events give, and drift, and silence; the
 * first are in an index, the second is the same for all of a class, and the third only grows. So groups are looked at from the one
 * that can hold the highest score, and no further than the last one that is shown ([AT4]).
 */
import type { NodeId } from '../../../kernel/ids.ts'
import type { Reader } from '../../../kernel/reader.ts'
import type { ReadModel } from '../../read-model.ts'
import { boundOf, mostSilence, silenceOf } from './bounds.ts'
import { driftingAnywhere, driftingIn, silenceIn } from './drifting.ts'
import { type Candidate, isNotBehind } from './inbox.ts'
import type { DriftingClass, FleetMemory } from './fleet.ts'
import { troubledIn } from './troubled.ts'

export type Scope = { readonly kind: 'everything' } | { readonly kind: 'domains'; readonly domainIds: readonly string[] }

/** The worst so far, in order. */
export type Worst = {
  readonly isSeen: (subject: string) => boolean
  readonly consider: (subject: string) => void
  /** Undefined while there is room for anybody. */
  readonly last: () => Candidate | undefined
}

/** Of so many nodes, those in trouble are read and sorted sooner than they are searched for. */
const readAtMost = 50_000

/** Beyond so many domains it is quicker to take the best of everything and leave out what is not theirs. */
export const domainsOneByOne = 64

/**
 * Considers everybody who can be among the worst until then: each node of the scope that is not considered scores less than all that
 * are kept, and will unless something happens.
 */
export function findWorst(model: ReadModel, fleet: FleetMemory, scope: Scope, found: Worst, nowMs: number): void {
  const worst = fleet.weightShare === 1 ? found : inOwnWeights(found, fleet.weightShare)
  const counted = scope.kind === 'everything' ? undefined : scope.domainIds.filter((id) => fleet.domains.has(id))
  const isOneByOne = counted !== undefined && counted.length <= domainsOneByOne
  const wanted = counted === undefined || isOneByOne ? undefined : new Set(counted)
  if (isOneByOne && nodesIn(fleet, counted) <= readAtMost) takeTroubled(model, counted, worst, nowMs)
  else
    for (const domainId of isOneByOne ? counted : [undefined]) {
      const walk: Walk = {
        reader: model.reader,
        domainId,
        isWanted: wanted === undefined ? undefined : (id) => wanted.has(id),
        worst,
        nowMs,
      }
      walkGroups(walk)
    }
  if (counted === undefined) {
    const walk: Walk = { reader: model.reader, domainId: undefined, isWanted: undefined, worst, nowMs }
    for (const drifting of driftingAnywhere(model, fleet)) if (canEnter(worst, drifting.bound, '')) walkClass(walk, drifting)
    return
  }
  for (const domainId of counted) {
    const { bound, classes } = driftingIn(model, fleet, domainId)
    if (!canEnter(worst, bound, '')) continue
    const walk: Walk = { reader: model.reader, domainId, isWanted: undefined, worst, nowMs }
    for (const drifting of classes) if (canEnter(worst, drifting.bound, '')) walkClass(walk, drifting)
  }
}

function nodesIn(fleet: FleetMemory, domainIds: readonly string[]): number {
  return domainIds.reduce((sum, id) => sum + (fleet.domains.get(id)?.figures.sums.nodes ?? 0), 0)
}

function takeTroubled({ reader }: ReadModel, domainIds: readonly string[], worst: Worst, nowMs: number): void {
  const boundOfNode = (node: Group): number => boundOf(-node.urgency, silenceOf({ nowMs }, node))
  const fewest = (): number => (worst.last()?.score ?? 0) - mostSilence
  for (const band of troubledIn(reader, domainIds, boundOfNode, fewest))
    for (const { node, bound } of band) {
      // All that follow in this band score less, or have waited less.
      if (!canEnter(worst, bound, node.since)) break
      if (!worst.isSeen(node.subject)) worst.consider(node.subject)
    }
}

/**
 * The order of the walk is by default points. Where something counts up to `share` times as much, whoever has fewer points than the last
 * one kept may still score higher; what is rounded away in either is added.
 */
function inOwnWeights(worst: Worst, share: number): Worst {
  const rounded = Math.ceil(2 * share + 3)
  return {
    ...worst,
    last: () => {
      const last = worst.last()
      return last === undefined ? undefined : { score: (last.score - rounded) / share, since: '' }
    },
  }
}

type Walk = {
  readonly reader: Reader
  /** Only this one, by an index of its own. */
  readonly domainId: string | undefined
  readonly isWanted: ((domainId: string) => boolean) | undefined
  readonly worst: Worst
  readonly nowMs: number
}

type Group = { readonly urgency: number; readonly budget_s: number; readonly ends_ms: number | null }
type Member = { readonly subject: string; readonly domain: string; readonly since: string; readonly ends_ms: number | null }

/** Mostly the first one or two of a group decide. */
const pagesOfGroup = { first: 2, next: 24 } as const

/** Groups of equal points and equal budget; within one, whoever was heard longest ago scores highest. */
function walkGroups(walk: Walk): void {
  const { reader, domainId, worst } = walk
  const within = domainId === undefined ? '' : 'domain = ? AND '
  const values = domainId === undefined ? [] : [domainId]
  let group: Group | undefined
  for (;;) {
    group = reader.get<Group>(
      `SELECT urgency, budget_s, ends_ms FROM node_standings WHERE ${within}(urgency, budget_s) > (?, ?)
        ORDER BY urgency, budget_s, ends_ms LIMIT 1`,
      ...values,
      group?.urgency ?? -1000,
      group?.budget_s ?? Number.MAX_SAFE_INTEGER,
    )
    if (group === undefined) return
    // Normal work, in contact: it scores nothing, and nobody comes after it but those who are on their own.
    if (group.urgency === 0 && group.budget_s < 0) continue
    // From here on nobody has more points, whatever the silence.
    if (!canEnter(worst, boundOf(-group.urgency, mostSilence), '')) return
    if (canEnter(worst, boundOf(-group.urgency, silenceOf(walk, group)), '')) walkGroup(walk, group)
  }
}

/** From both ends at once: by silence, and by how long each has waited, because many are silent for so long that they score the same. */
function walkGroup(walk: Walk, { urgency, budget_s, ends_ms }: Group): void {
  const bySince = members(walk, { urgency, budget_s }, 'since')
  if (budget_s < 0) {
    for (const member of bySince) {
      if (!canEnter(walk.worst, boundOf(-urgency, 0), member.since)) return
      take(walk, member)
    }
    return
  }
  const bySilence = members(walk, { urgency, budget_s }, 'ends_ms')
  let silent: Member | undefined = { subject: '', domain: '', since: '', ends_ms }
  const silenceFor = (member: Member): number => silenceOf(walk, { budget_s, ends_ms: member.ends_ms })
  const most = boundOf(-urgency, silenceOf(walk, { budget_s, ends_ms }))
  for (const waiting of bySince) {
    // All that follow have waited less, and none of the group scores more.
    if (!canEnter(walk.worst, most, waiting.since)) return
    takeIf(walk, waiting, boundOf(-urgency, silenceFor(waiting)))
    const next: IteratorResult<Member, void> = bySilence.next()
    silent = next.done === true ? undefined : next.value
    if (silent === undefined) return
    const bound = boundOf(-urgency, silenceFor(silent))
    takeIf(walk, silent, bound)
    if (!canEnter(walk.worst, bound, waiting.since)) return
  }
}

function* members(
  { reader, domainId }: Walk,
  { urgency, budget_s }: Pick<Group, 'urgency' | 'budget_s'>,
  order: 'since' | 'ends_ms',
): Generator<Member, void> {
  const within = domainId === undefined ? '' : 'domain = ? AND '
  let after: readonly (string | number)[] = order === 'since' ? ['', ''] : [-1, '']
  let limit: number = pagesOfGroup.first
  for (;;) {
    const values = domainId === undefined ? [] : [domainId]
    const rows = reader.all<Member>(
      `SELECT subject, domain, since, ends_ms FROM node_standings WHERE ${within}urgency = ? AND budget_s = ? AND (${order}, subject) > (?, ?)
        ORDER BY ${order}, subject LIMIT ?`,
      ...values,
      urgency,
      budget_s,
      ...after,
      limit,
    )
    yield* rows
    const last = rows.at(-1)
    if (last === undefined || rows.length < limit) return
    limit = pagesOfGroup.next
    after = [order === 'since' ? last.since : (last.ends_ms ?? -1), last.subject]
  }
}

/** Nodes of one class of evidence, the ones with most points of their own first. */
function walkClass({ domainId, ...walk }: Walk, { key, points }: DriftingClass): void {
  const within = domainId === undefined ? '' : 'domain = ? AND '
  const more = points + silenceIn(key)
  let after: readonly (string | number)[] = [-1000, '', '']
  let limit: number = pagesOfGroup.first
  for (;;) {
    const rows = walk.reader.all<Member & { readonly urgency: number }>(
      `SELECT subject, domain, since, ends_ms, urgency FROM node_standings WHERE ${within}evidence = ? AND (urgency, since, subject) > (?, ?, ?)
        ORDER BY urgency, since, subject LIMIT ?`,
      ...(domainId === undefined ? [] : [domainId]),
      key,
      ...after,
      limit,
    )
    for (const member of rows) {
      if (!canEnter(walk.worst, boundOf(-member.urgency, more), silenceIn(key) === 0 ? member.since : '')) return
      take({ ...walk, domainId }, member)
    }
    const last = rows.at(-1)
    if (last === undefined || rows.length < limit) return
    limit = pagesOfGroup.next
    after = [last.urgency, last.since, last.subject]
  }
}

/** Its drift is no concern here: whoever drifts is found by what it drifts from. */
function takeIf(walk: Walk, member: Member, bound: number): void {
  if (canEnter(walk.worst, bound, member.since)) take(walk, member)
}

function take({ isWanted, worst }: Walk, { subject, domain }: Member): void {
  if (worst.isSeen(subject) || isWanted?.(domain) === false) return
  worst.consider(subject)
}

/** Whether somebody with at most this score, who waits at least since then, can still be among the worst. */
export function canEnter({ last }: Worst, score: number, since: string): boolean {
  return isNotBehind(score, since, last())
}

/** Whoever presence may show worse than their events. */
export function heardToConsider({ heard }: FleetMemory, scope: Scope): readonly NodeId[] {
  return heardIn(heard, scope, heard.urgent)
}

/** Whoever presence shows otherwise than their events, better or worse: the index does not tell what they score. */
export function heardOtherwise({ heard }: FleetMemory, scope: Scope): readonly NodeId[] {
  return heardIn(heard, scope, new Set([...heard.urgent, ...heard.eased]))
}

function heardIn(heard: FleetMemory['heard'], scope: Scope, nodes: ReadonlySet<NodeId>): readonly NodeId[] {
  if (scope.kind === 'everything') return [...nodes]
  const wanted = new Set(scope.domainIds)
  return [...nodes].filter((node) => wanted.has(heard.domainOf(node) ?? ''))
}
