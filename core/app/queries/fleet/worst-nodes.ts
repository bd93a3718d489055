/**
 * Who needs a person most, without scoring everybody. What a node scores is points that its events give, and drift, and silence; the
 * first are in an index, the second is the same for all of a class, and the third only grows. So groups are looked at from the one
 * that can hold the highest score, and no further than the last one that is shown ([AT4]).
 */
import { overBudgetPoints } from '../../../fleet/attention/score.ts'
import { defaultAttentionWeights } from '../../../fleet/attention/weights.ts'
import type { NodeId } from '../../../kernel/ids.ts'
import type { Reader } from '../../../kernel/reader.ts'
import { evidenceKey } from '../../../projections/standings.ts'
import type { ReadModel } from '../../read-model.ts'
import { driftOfEvidence, snapshotVersion } from './drift-classes.ts'
import { domainsWithNodes, type FleetMemory } from './fleet.ts'

export type Scope = { readonly kind: 'everything' } | { readonly kind: 'domains'; readonly domainIds: readonly string[] }

export type Candidate = { readonly score: number; readonly since: string }

/** The worst so far, in order. */
export type Worst = {
  readonly isSeen: (subject: string) => boolean
  readonly consider: (subject: string) => void
  /** Undefined while there is room for anybody. */
  readonly last: () => Candidate | undefined
}

/** Beyond so many domains it is quicker to take the best of everything and leave out what is not theirs. */
const domainsOneByOne = 64

/** Considers everybody who can be among the worst: each node of the scope that is not considered scores less than all that are kept. */
export function findWorst(model: ReadModel, fleet: FleetMemory, scope: Scope, worst: Worst): void {
  const counted = scope.kind === 'everything' ? undefined : scope.domainIds.filter((id) => fleet.domains.has(id))
  const isOneByOne = counted !== undefined && counted.length <= domainsOneByOne
  const wanted = counted === undefined || isOneByOne ? undefined : new Set(counted)
  const nowMs = model.ports.clock.now()
  for (const domainId of isOneByOne ? counted : [undefined]) {
    const walk: Walk = { reader: model.reader, domainId, isWanted: wanted === undefined ? undefined : (id) => wanted.has(id), worst, nowMs }
    walkGroups(walk)
    for (const { key, points } of driftingClasses(model, fleet, domainId === undefined ? (counted ?? domainsWithNodes(fleet)) : [domainId]))
      walkClass(walk, key, points)
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

const pageOfGroup = 24

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
  for (const waiting of bySince) {
    take(walk, waiting)
    const next: IteratorResult<Member, void> = bySilence.next()
    silent = next.done === true ? undefined : next.value
    if (silent === undefined) return
    take(walk, silent)
    const bound = boundOf(-urgency, silenceOf(walk, { urgency, budget_s, ends_ms: silent.ends_ms }))
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
  for (;;) {
    const values = domainId === undefined ? [] : [domainId]
    const rows = reader.all<Member>(
      `SELECT subject, domain, since, ends_ms FROM node_standings WHERE ${within}urgency = ? AND budget_s = ? AND (${order}, subject) > (?, ?)
        ORDER BY ${order}, subject LIMIT ?`,
      ...values,
      urgency,
      budget_s,
      ...after,
      pageOfGroup,
    )
    yield* rows
    const last = rows.at(-1)
    if (last === undefined || rows.length < pageOfGroup) return
    after = [order === 'since' ? last.since : (last.ends_ms ?? -1), last.subject]
  }
}

/** Nodes of one class of evidence, the ones with most points of their own first. */
function walkClass(walk: Walk, key: string, points: number): void {
  const { reader, domainId, worst } = walk
  const within = domainId === undefined ? '' : 'domain = ? AND '
  const silence = key.startsWith('alone/') ? mostSilence : 0
  let after: readonly (string | number)[] = [-1000, '', '']
  for (;;) {
    const rows = reader.all<Member & { readonly urgency: number }>(
      `SELECT subject, domain, since, ends_ms, urgency FROM node_standings WHERE ${within}evidence = ? AND (urgency, since, subject) > (?, ?, ?)
        ORDER BY urgency, since, subject LIMIT ?`,
      ...(domainId === undefined ? [] : [domainId]),
      key,
      ...after,
      pageOfGroup,
    )
    for (const member of rows) {
      const bound = boundOf(-member.urgency, points + silence)
      if (!canEnter(worst, bound, silence === 0 ? member.since : '')) return
      take(walk, member)
    }
    const last = rows.at(-1)
    if (last === undefined || rows.length < pageOfGroup) return
    after = [last.urgency, last.since, last.subject]
  }
}

function take({ isWanted, worst }: Walk, { subject, domain }: Member): void {
  if (worst.isSeen(subject) || isWanted?.(domain) === false) return
  worst.consider(subject)
}

/** More than anybody can get for silence. */
const mostSilence = defaultAttentionWeights.overBudget

/** At most what it gets for its silence; a second is added for what is rounded away. */
function silenceOf({ nowMs }: Walk, { budget_s, ends_ms }: Group): number {
  if (budget_s < 0 || ends_ms === null) return 0
  return overBudgetPoints((nowMs - ends_ms) / 1000 + 1 + budget_s, budget_s)
}

function boundOf(points: number, more: number): number {
  return Math.min(100, points + more)
}

/** Whether somebody with at most this score, who waits at least since then, can still be among the worst. */
function canEnter({ last }: Worst, score: number, since: string): boolean {
  const least = last()
  if (least === undefined) return true
  return score > least.score || (score === least.score && since <= least.since)
}

/** Classes in these domains that are not as they should be, the worst first. */
function driftingClasses(
  model: ReadModel,
  fleet: FleetMemory,
  domainIds: Iterable<string>,
): readonly { readonly key: string; readonly points: number }[] {
  const points = new Map<string, number>()
  for (const domainId of domainIds) {
    const desired = fleet.desiredIn(domainId)
    if (desired === undefined) continue
    for (const { isComparable, configurationDigest, softwareDigest } of fleet.domains.get(domainId)?.figures.classes ?? []) {
      if (!isComparable) continue
      const { score } = driftOfEvidence(model, { configurationDigest, version: snapshotVersion(model, softwareDigest) }, desired)
      if (score === null) continue
      const worth = Math.round(score * defaultAttentionWeights.drift)
      if (worth === 0) continue
      for (const isAlone of [false, true]) {
        const key = evidenceKey(isAlone, configurationDigest, softwareDigest)
        points.set(key, Math.max(points.get(key) ?? 0, worth))
      }
    }
  }
  return [...points].map(([key, worth]) => ({ key, points: worth })).sort((a, b) => b.points - a.points)
}

export function heardToConsider(fleet: FleetMemory, scope: Scope): readonly NodeId[] {
  if (scope.kind === 'everything') return [...fleet.heard.urgent]
  const wanted = new Set(scope.domainIds)
  return [...fleet.heard.urgent].filter((node) => wanted.has(fleet.heard.domainOf(node) ?? ''))
}
