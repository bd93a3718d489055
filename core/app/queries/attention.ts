/** The inbox: what needs a person, worst first, with the reasons of each score. */
import type { AttentionItem } from '../../contract/domains.ts'
import { compareHandled, type HandledItem, showItem } from '../../fleet/attention/handling.ts'
import type { Attention } from '../../fleet/attention/score.ts'
import { isExplained } from '../../fleet/shift/maintenance.ts'
import type { ReadModel } from '../read-model.ts'
import { contestable, findDomain, type Found, lateBundles } from './attention-domains.ts'
import { itemOf, sinceOf } from './attention-words.ts'
import { desiredPolicyOf } from './desired-policy.ts'
import { countEvidence } from './evidence.ts'
import type { FleetMemory } from './fleet/fleet.ts'
import { type Candidate, forgetInbox, horizonMs, type Inbox, isKept, isNotBehind, keepEntry, keptAtLeast } from './fleet/inbox.ts'
import { findWorst, heardToConsider, type Scope, type Worst } from './fleet/worst-nodes.ts'
import { type Maintained, maintainedNow } from './maintained.ts'
import { readNodeView } from './node-view.ts'
import { plainText } from './plain-text.ts'
import { readScored, scoreAt, type Scored, type ScoreParts } from './scored.ts'

export const shownAtMost = 20
export const attendedAtMost = 1000

/** What an answer goes by, read once for all who are looked at. */
export type Parts = ScoreParts & {
  /** Somebody did something about them: they are looked at whatever they score. */
  readonly attended: ReadonlySet<string>
  readonly maintained: Maintained
  readonly domains: readonly Found[]
}

/**
 * Of everything, or of some domains; equal scores in the order of how long they have waited, which is counted from what their events
 * say ([AT3]).
 */
export function listAttention(model: ReadModel, fleet: FleetMemory, scope: Scope): AttentionItem[] {
  const { open, handled } = findShown(model, fleet, scope)
  return [...open, ...handled].map((item) => itemOf(model, item))
}

/** What is shown of them, in order. */
export function findShown(model: ReadModel, fleet: FleetMemory, scope: Scope): Shown {
  const parts = partsOf(model, fleet, scope, true)
  const { open, handled } = scope.kind === 'everything' ? worstOfAll(model, fleet, parts) : worstWithin(model, fleet, scope, parts)
  return { open, handled: handled.toSorted(compareHandling) }
}

export function partsOf(model: ReadModel, fleet: FleetMemory, scope: Scope, withDomains: boolean): Parts {
  const within = scope.kind === 'everything' ? undefined : new Set(scope.domainIds)
  return {
    evidence: countEvidence(model),
    desiredOf: (view) => fleet.desiredIn(view.domainId).of(view),
    attended: attended(model),
    maintained: maintainedNow(model, fleet),
    domains: withDomains
      ? [
          ...contestable(model).flatMap((domainId) => (within?.has(domainId) === false ? [] : (findDomain(model, domainId) ?? []))),
          ...(within?.has(model.rootDomainId) === false ? [] : lateBundles(model)),
        ]
      : [],
  }
}

/** From those who are kept, and by a search where that is not enough. */
function worstOfAll(model: ReadModel, fleet: FleetMemory, parts: Parts): Shown {
  const { inbox } = fleet
  const nowMs = model.ports.clock.now()
  // Whom a search left out because somebody works on them is to be found once nobody does.
  if (inbox.aside !== parts.maintained.signature) forgetInbox(inbox)
  inbox.aside = parts.maintained.signature
  if (isKept(inbox, nowMs)) {
    takeOthers(inbox, parts)
    const dirty = [...inbox.dirty]
    for (const node of dirty) inbox.entries.delete(node)
    for (const scored of readScored(model, dirty, parts)) keepEntry(inbox, scored, parts.attended)
    inbox.dirty.clear()
    const shown = shownOf(model, inbox, parts, nowMs)
    const last = shown.open.length < shownAtMost ? undefined : shown.open.at(-1)
    const isEnough = last !== undefined && isNotBehind(last.attention.score, last.waitingSince, inbox.least)
    if (inbox.least === undefined || isEnough) return shown
  }
  searchAll(model, fleet, parts, nowMs)
  return shownOf(model, inbox, parts, nowMs)
}

/** What is no event of the node: a piece of evidence, and what people did. */
function takeOthers(inbox: Inbox, { evidence, attended: now }: Parts): void {
  for (const node of new Set([...inbox.evidence.keys(), ...evidence.keys()])) {
    const before = inbox.evidence.get(node)
    const after = evidence.get(node)
    if (before?.count !== after?.count || before?.lastAt !== after?.lastAt) inbox.dirty.add(node)
  }
  for (const subject of [...now, ...inbox.attended]) if (now.has(subject) !== inbox.attended.has(subject)) inbox.dirty.add(subject)
  inbox.evidence = evidence
  inbox.attended = now
}

function searchAll(model: ReadModel, fleet: FleetMemory, parts: Parts, nowMs: number): void {
  const { inbox } = fleet
  forgetInbox(inbox)
  const all: Scored[] = []
  const best = createBest(model, parts, keptAtLeast, nowMs)
  const worst = worstOf(model, parts, best, nowMs, (scored) => all.push(scored))
  const untilMs = nowMs + horizonMs
  for (const node of [...parts.attended, ...parts.evidence.keys(), ...heardToConsider(fleet, { kind: 'everything' })]) worst.consider(node)
  findWorst(model, fleet, { kind: 'everything' }, worst, untilMs)
  Object.assign(inbox, { fromMs: nowMs, untilMs, least: best.last(), evidence: parts.evidence, attended: parts.attended })
  for (const scored of all) keepEntry(inbox, scored, parts.attended)
}

function worstWithin(model: ReadModel, fleet: FleetMemory, scope: Scope, parts: Parts): Shown {
  const wanted = scope.kind === 'everything' ? undefined : new Set(scope.domainIds)
  const nowMs = model.ports.clock.now()
  const best = createBest(model, parts, shownAtMost, nowMs)
  for (const item of parts.domains) best.keep(item)
  const worst = worstOf(model, parts, best, nowMs, () => {}, wanted)
  for (const node of [...parts.attended, ...parts.evidence.keys(), ...heardToConsider(fleet, scope)]) worst.consider(node)
  findWorst(model, fleet, scope, worst, nowMs)
  return best.shown
}

function shownOf(model: ReadModel, inbox: Inbox, parts: Parts, nowMs: number): Shown {
  const found = [...inbox.entries.values()].flatMap((scored) => foundOf(scored, nowMs) ?? [])
  const best = createBest(model, parts, shownAtMost, nowMs)
  for (const item of [...parts.domains, ...found].sort(compare)) best.keep(item)
  return best.shown
}

/** What people are at is told behind what is open, and takes the place of nothing: each has its own. */
export type Shown = { readonly open: Found[]; readonly handled: Found[] }

/** The first so many of those that it was given, in order. */
type Best = {
  readonly shown: Shown
  readonly keep: (item: Found) => void
  readonly last: () => Candidate | undefined
  /** There is no more room for what is being worked on. */
  readonly isAsideFull: () => boolean
}

function createBest(model: ReadModel, { attended: touched, maintained }: Parts, atMost: number, nowMs: number): Best {
  const shown: Shown = { open: [], handled: [] }
  // Of more than are looked at, anybody may be one.
  const isTouched = (subject: string): boolean => touched.size >= attendedAtMost || touched.has(subject)
  function put(into: Found[], item: Found): void {
    const last = into.at(-1)
    if (last === undefined || compare(last, item) < 0) {
      if (into.length < atMost) into.push(item)
      return
    }
    into.splice(
      into.findIndex((other) => compare(item, other) < 0),
      0,
      item,
    )
    if (into.length > atMost) into.pop()
  }
  return {
    shown,
    isAsideFull: () => shown.handled.length >= atMost,
    keep: (item) => {
      const handled = isTouched(item.subject) ? handlingOf(model, item, nowMs) : undefined
      const handling = asideOf(maintained, item, handled) ?? handled
      if (handling === undefined) put(shown.open, item)
      else put(handling.shownAs === 'open' ? shown.open : shown.handled, { ...item, handling })
    },
    last: () => {
      const last = shown.open.length < atMost ? undefined : shown.open.at(-1)
      return last === undefined ? undefined : { score: last.attention.score, since: last.waitingSince }
    },
  }
}

function worstOf(
  model: ReadModel,
  parts: Parts,
  best: Best,
  nowMs: number,
  looked: (scored: Scored) => void,
  wanted?: ReadonlySet<string>,
): Worst {
  const seen = new Set<string>()
  return {
    isSeen: (subject) => seen.has(subject),
    consider: (subject) => {
      if (seen.has(subject)) return
      seen.add(subject)
      if (best.isAsideFull() && isSurelyAside(model, parts, subject)) return
      const [scored] = readScored(model, [subject], parts)
      if (scored === undefined || wanted?.has(scored.view.domainId) === false) return
      looked(scored)
      const item = foundOf(scored, nowMs)
      if (item !== undefined) best.keep(item)
    },
    last: best.last,
  }
}

/** Put aside while somebody works on it; what a person did about it stays said ([SF3]). */
export function asideOf(maintained: Maintained, { node, attention }: Found, handled: HandledItem | undefined): HandledItem | undefined {
  if (node === undefined || !isExplained(attention.terms, node.phase)) return undefined
  const [over] = maintained.overNode(node)
  if (over === undefined) return undefined
  const { until, reason } = over.maintenance
  return {
    shownAs: 'maintenance',
    assignedTo: handled?.assignedTo ?? null,
    why: `It is being worked on until ${until}: ${plainText(reason)}`,
  }
}

/** Told without scoring it: thousands may be in a domain that is being worked on, and only the first of them are shown. */
function isSurelyAside(model: ReadModel, { maintained, evidence }: Parts, subject: string): boolean {
  if (maintained.signature === '' || evidence.has(subject)) return false
  const row = model.reader.get<{ domain: string; phase: string }>('SELECT domain, phase FROM nodes WHERE subject = ?', subject)
  return row !== undefined && row.phase !== 'QUARANTINED' && maintained.overDomain(row.domain).length > 0
}

export function foundOf(scored: Scored, nowMs: number): Found | undefined {
  const attention = scoreAt(scored, nowMs)
  if (attention === undefined) return undefined
  const { view, waitingSince } = scored
  return { subject: view.id, domainId: view.domainId, attention, since: sinceOf(view, attention), waitingSince, node: view }
}

/** Of one node or domain as it stands; undefined when there is nothing about it in the inbox. */
export function findItem(model: ReadModel, subject: string): Attention | undefined {
  const view = readNodeView(model, subject)
  if (view === undefined) return (lateBundles(model).find((late) => late.subject === subject) ?? findDomain(model, subject))?.attention
  const parts: ScoreParts = { evidence: countEvidence(model), desiredOf: (node) => desiredPolicyOf(model, node) }
  const [scored] = readScored(model, [subject], parts)
  return scored === undefined ? undefined : scoreAt(scored, model.ports.clock.now())
}

function attended(model: Pick<ReadModel, 'reader'>): ReadonlySet<string> {
  return new Set(
    model.reader.all<{ subject: string }>('SELECT subject FROM attended LIMIT ?', attendedAtMost).map(({ subject }) => subject),
  )
}

export function handlingOf(model: ReadModel, { subject, attention, since }: Found, nowMs: number): HandledItem {
  const care = model.cares(subject)?.[attention.kind]
  return showItem(care, { score: attention.score, sinceMs: since === null ? 0 : Date.parse(since) }, nowMs)
}

export function compareHandling(a: Found, b: Found): number {
  const shown = ({ handling, attention }: Found) => ({ shownAs: handling?.shownAs ?? 'open', score: attention.score })
  return compareHandled(shown(a), shown(b)) || compare(a, b)
}

function compare(a: Found, b: Found): number {
  if (a.attention.score !== b.attention.score) return b.attention.score - a.attention.score
  if (a.waitingSince !== b.waitingSince) return a.waitingSince < b.waitingSince ? -1 : 1
  return a.subject < b.subject ? -1 : 1
}
