/**
 * The whole inbox, a page at a time: what is open, worst first, and behind all of it what people are at ([AT9]). A page costs what it
 * shows, wherever it stands in the queue.
 */
import type { z } from 'zod'
import type { attentionListRequest } from '../../contract/attention.ts'
import type { AttentionItem } from '../../contract/domains.ts'
import type { ReadModel } from '../read-model.ts'
import { asideOf, attendedAtMost, compareHandling, findShown, foundOf, handlingOf, type Parts, partsOf, shownAtMost } from './attention.ts'
import { formatQueueCursor, type QueueCursor, queueParts, readQueueCursor } from './attention-cursor.ts'
import type { Found } from './attention-domains.ts'
import { itemOf } from './attention-words.ts'
import { placeOf } from './domain-tree.ts'
import type { FleetMemory } from './fleet/fleet.ts'
import { compareQueuePlaces, type QueuePlace, walkQueue } from './fleet/queue.ts'
import { findWorst, heardOtherwise, type Scope, type Worst } from './fleet/worst-nodes.ts'
import { isWithin, refuseAsOf } from './list-page.ts'
import { fitsView } from './node-list.ts'
import { readScored } from './scored.ts'

export type AttentionListInput = z.infer<typeof attentionListRequest>
export type AttentionPage = { items: AttentionItem[]; next: string | null; isComplete: boolean }

/** Nodes that one page looks at in vain. */
const missedAtMost = 5000
/** Of what people are at: it is put in order whole. */
const handledAtMost = 1000

type Asked = {
  readonly scope: Scope
  readonly limit: number
  readonly nowMs: number
  readonly parts: Parts
  readonly fits: (item: Found) => boolean
}

/**
 * A page may hold fewer than asked for and name a next one all the same, where a filter lets through few. Where something is weighed in
 * its own way the order is not in an index: there the walk ends after so many nodes, which `isComplete` says. Throws NotFound
 * `DOMAIN_UNKNOWN`, Invalid `AS_OF_UNSUPPORTED`, `CURSOR_MALFORMED`.
 */
export function listAttentionPage(
  model: ReadModel,
  fleet: FleetMemory,
  { domainId, from, to, asOf, limit = shownAtMost, cursor, ...ofNode }: Partial<AttentionListInput>,
): AttentionPage {
  refuseAsOf('attention', asOf)
  const scope: Scope =
    domainId === undefined ? { kind: 'everything' } : { kind: 'domains', domainIds: placeOf(fleet.tree, domainId).subtreeIds }
  const position = cursor === undefined ? undefined : readQueueCursor(cursor, model.ports.clock.now())
  const nowMs = position?.atMs ?? model.ports.clock.now()
  const isOfNodes = Object.values(ofNode).some((part) => part !== undefined)
  if (position === undefined && !isOfNodes && from === undefined && to === undefined && limit === shownAtMost) {
    const { open, handled } = findShown(model, fleet, scope)
    if (open.length >= limit) return pageOf(model, open, limit, nowMs, false)
    // Each part was found up to so many, which is more than there is room for.
    if (handled.length < limit || open.length + handled.length > limit) return pageOf(model, [...open, ...handled], limit, nowMs, true)
  }
  const asked: Asked = {
    scope,
    limit,
    nowMs,
    parts: partsOf(model, fleet, scope, !isOfNodes),
    fits: (item) =>
      (item.since === null || isWithin(item.since, { from, to })) &&
      (item.node === undefined || fitsView(item.node, ofNode, (view) => fleet.desiredIn(view.domainId).of(view)?.policyBundleId)),
  }
  const open = position !== undefined && position.part !== 'open' ? nothingOpen : openAfter(model, fleet, asked, position?.place)
  const place = open.stoppedAt
  if (place !== undefined)
    return {
      items: open.items.map((item) => itemOf(model, item)),
      next: fleet.isWeighedPlainly ? formatQueueCursor({ atMs: nowMs, part: 'open', place }) : null,
      isComplete: false,
    }
  if (open.items.length >= limit) return pageOf(model, open.items, limit, nowMs, false)
  const handled = handledWhole(model, fleet, asked)
  const rest = handled.items.filter((item) => position === undefined || position.part === 'open' || isBehind(item, position))
  const page = pageOf(model, [...open.items, ...rest], limit, nowMs, true)
  return { ...page, isComplete: page.next !== null || handled.isWhole }
}

/** `isAll`: nothing comes behind these. */
function pageOf(model: ReadModel, found: readonly Found[], limit: number, atMs: number, isAll: boolean): AttentionPage {
  const shown = found.slice(0, limit)
  const last = shown.at(-1)
  const hasMore = last !== undefined && (!isAll || found.length > limit)
  const next = hasMore ? formatQueueCursor({ atMs, part: last.handling?.shownAs ?? 'open', place: placeIn(last) }) : null
  return { items: shown.map((item) => itemOf(model, item)), next, isComplete: true }
}

function placeIn({ attention, waitingSince, subject }: Found): QueuePlace {
  return { score: attention.score, since: waitingSince, subject }
}

function compareFound(a: Found, b: Found): number {
  return compareQueuePlaces(placeIn(a), placeIn(b))
}

function isBehind(item: Found, { part, place }: QueueCursor): boolean {
  const ranks = queueParts.indexOf(item.handling?.shownAs ?? 'open') - queueParts.indexOf(part)
  return ranks > 0 || (ranks === 0 && compareQueuePlaces(placeIn(item), place) > 0)
}

type Open = { readonly items: readonly Found[]; readonly stoppedAt: QueuePlace | undefined }
const nothingOpen: Open = { items: [], stoppedAt: undefined }

/** What people did about it, or that it is being worked on; undefined where it is open as it came. */
function careOf(model: ReadModel, { parts, nowMs }: Asked, item: Found): Found['handling'] {
  // Of more than are looked at, anybody may be one.
  const isTouched = parts.attended.size >= attendedAtMost || parts.attended.has(item.subject)
  const handled = isTouched ? handlingOf(model, item, nowMs) : undefined
  return asideOf(parts.maintained, item, handled) ?? handled
}

/** The first so many that stand behind a place. */
function openAfter(model: ReadModel, fleet: FleetMemory, asked: Asked, from: QueuePlace | undefined): Open {
  const { limit } = asked
  const items: Found[] = []
  let missed = 0
  let isApart = true
  let reached: QueuePlace | undefined
  /** Whether it is one of those that are looked for. */
  const keep = (item: Found): boolean => {
    if (!asked.fits(item)) return false
    const handling = careOf(model, asked, item)
    if (handling !== undefined && handling.shownAs !== 'open') return false
    if (from !== undefined && compareQueuePlaces(placeIn(item), from) <= 0) return fleet.isWeighedPlainly
    const at = items.findIndex((other) => compareFound(item, other) < 0)
    items.splice(at < 0 ? items.length : at, 0, handling === undefined ? item : { ...item, handling })
    if (items.length > limit) items.pop()
    return true
  }
  const last = (): ReturnType<Worst['last']> => {
    // Nobody can come before this one: the walk ends.
    if (missed > missedAtMost) return { score: Number.POSITIVE_INFINITY, since: '' }
    const item = items.length < limit ? undefined : items.at(-1)
    return item === undefined ? undefined : { score: item.attention.score, since: item.waitingSince }
  }
  const worst = lookingAt(model, asked, last, (item) => {
    const isOne = item !== undefined && keep(item)
    if (!isOne && !isApart) missed++
  })
  for (const item of asked.parts.domains) keep(item)
  for (const node of lookedAtApart(fleet, asked)) worst.consider(node)
  isApart = false
  if (fleet.isWeighedPlainly)
    walkQueue(model, fleet, asked.scope, worst, asked.nowMs, from, (place) => {
      reached = place
    })
  else findWorst(model, fleet, asked.scope, worst, asked.nowMs)
  if (missed <= missedAtMost) return { items, stoppedAt: undefined }
  const stoppedAt = reached ?? { score: 0, since: '', subject: '' }
  // Whoever stands behind it comes with the next page.
  return { items: fleet.isWeighedPlainly ? items.filter((item) => compareQueuePlaces(placeIn(item), stoppedAt) <= 0) : items, stoppedAt }
}

/** Those whose row does not tell what they score, or where they are shown. */
function lookedAtApart(fleet: FleetMemory, { scope, parts }: Asked): readonly string[] {
  return [...parts.attended, ...parts.evidence.keys(), ...heardOtherwise(fleet, scope)]
}

function lookingAt(model: ReadModel, { scope, parts, nowMs }: Asked, last: Worst['last'], take: (item: Found | undefined) => void): Worst {
  const wanted = scope.kind === 'everything' ? undefined : new Set(scope.domainIds)
  const seen = new Set<string>()
  return {
    isSeen: (subject) => seen.has(subject),
    consider: (subject) => {
      if (seen.has(subject)) return
      seen.add(subject)
      const [scored] = readScored(model, [subject], parts)
      if (scored === undefined || wanted?.has(scored.view.domainId) === false) return
      take(foundOf(scored, nowMs))
    },
    last,
  }
}

/** All that people are at, in order, up to a bound that is said. */
function handledWhole(model: ReadModel, fleet: FleetMemory, asked: Asked): { readonly items: readonly Found[]; readonly isWhole: boolean } {
  const { parts, nowMs, scope } = asked
  const items: Found[] = []
  let looked = 0
  const keep = (item: Found | undefined): void => {
    looked++
    if (item === undefined || !asked.fits(item)) return
    const handling = careOf(model, asked, item)
    if (handling !== undefined && handling.shownAs !== 'open') items.push({ ...item, handling })
  }
  const isFull = (): boolean => items.length >= handledAtMost || looked > missedAtMost
  const worst = lookingAt(model, asked, () => (isFull() ? { score: Number.POSITIVE_INFINITY, since: '' } : undefined), keep)
  for (const item of parts.domains) keep(item)
  for (const node of lookedAtApart(fleet, asked)) worst.consider(node)
  looked = 0
  // Without maintenance only those are handled that somebody attended to.
  const within = parts.maintained.signature === '' ? undefined : maintainedScope(fleet, asked)
  if (within !== undefined && fleet.isWeighedPlainly) walkQueue(model, fleet, within, worst, nowMs, undefined, () => undefined)
  else if (within !== undefined) findWorst(model, fleet, scope, worst, nowMs)
  return { items: items.toSorted(compareHandling).slice(0, handledAtMost), isWhole: !isFull() && parts.attended.size < attendedAtMost }
}

/** Where nothing but domains is being worked on, nobody else is put aside. */
function maintainedScope(fleet: FleetMemory, { scope, parts }: Asked): Scope {
  if (!parts.maintained.isOfDomainsAlone) return scope
  const domainIds = scope.kind === 'everything' ? [...fleet.domains.keys()] : scope.domainIds
  return { kind: 'domains', domainIds: domainIds.filter((id) => parts.maintained.overDomain(id).length > 0) }
}
