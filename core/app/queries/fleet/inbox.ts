/**
 * Who may be among the worst of everything, kept between questions. A search finds everybody who can be among more of them than are
 * shown until some instant to come, counting the silence that they can have by then; from there on only who changed is looked at again.
 * Whoever was left out stays behind the last one that the search kept, so that the first of those who are kept are the first of all as
 * long as none that is shown is behind that one ([QY21]).
 */
import type { NodeId } from '../../../kernel/ids.ts'
import type { EvidenceCount } from '../evidence.ts'
import { mostUntil, type Scored } from '../scored.ts'

/** How far ahead a search looks: a fleet that is watched is searched six times an hour. */
export const horizonMs = 600_000
/** More than are shown, so that some may get better before there has to be another search. */
export const keptAtLeast = 64
const dirtyAtMost = 5000

export type Candidate = { readonly score: number; readonly since: string }

export type Inbox = {
  /** The instants between which what is kept holds; nothing does while they are equal. */
  fromMs: number
  untilMs: number
  /** Whoever is not kept comes after it; undefined when everybody who scores is kept. */
  least: Candidate | undefined
  /** As of when what is kept was looked at; whom people did something about. */
  evidence: ReadonlyMap<string, EvidenceCount>
  attended: ReadonlySet<string>
  /** Which maintenance held then. */
  aside: string
  readonly entries: Map<string, Scored>
  /** To be looked at again. */
  readonly dirty: Set<string>
}

export function createInbox(): Inbox {
  return {
    fromMs: 0,
    untilMs: 0,
    least: undefined,
    evidence: new Map(),
    attended: new Set(),
    aside: '',
    entries: new Map(),
    dirty: new Set(),
  }
}

export function isKept({ fromMs, untilMs }: Inbox, nowMs: number): boolean {
  return fromMs <= nowMs && nowMs < untilMs
}

/** Nothing that is kept holds any more. */
export function forgetInbox(inbox: Inbox): void {
  inbox.untilMs = inbox.fromMs
  inbox.entries.clear()
  inbox.dirty.clear()
}

/** Its events are other ones, or presence says something of it that may matter. */
export function lookAgain(inbox: Inbox, node: NodeId): void {
  if (inbox.untilMs === inbox.fromMs) return
  inbox.dirty.add(node)
  // Where nobody asks, or everything changes at once, a search is cheaper.
  if (inbox.dirty.size > dirtyAtMost) forgetInbox(inbox)
}

/** Keeps it if it can come before the least of all before the search has to be made again, or if people did something about it. */
export function keepEntry({ entries, least, untilMs }: Inbox, scored: Scored, attended: ReadonlySet<string>): void {
  const most = mostUntil(scored, untilMs)
  const canBeShown = most > 0 && isNotBehind(most, scored.waitingSince, least)
  if (canBeShown || attended.has(scored.view.id)) entries.set(scored.view.id, scored)
}

/** Whether one with at most this score, who waits at least since then, can stand at that place or before it. */
export function isNotBehind(score: number, since: string, least: Candidate | undefined): boolean {
  return least === undefined || score > least.score || (score === least.score && since <= least.since)
}
