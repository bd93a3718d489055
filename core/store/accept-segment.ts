/** Takes in a verified segment of any origin. Doing it twice, or in pieces that overlap, changes nothing ([LG5], [LG6]). */
import { equalBytes, fromHex } from '../kernel/hex.ts'
import type { Writer } from '../kernel/reader.ts'
import { fileEvents, type EventFiling } from '../log/event-filing.ts'
import { assertNever } from '../kernel/assert-never.ts'
import type { VerifiedSegment } from '../log/segment.ts'
import { eventAt, sliceFrames, type FramedEvents } from '../log/framing.ts'
import { headBytes } from '../log/chain.ts'
import { headAt, lastSignedPoint, signedHeadAt, readLogTree, writeBranch, type Branch, type LogTree } from './branches.ts'
import { contextOf } from './context.ts'
import { logNumber } from './identities.ts'
import { insertRuns, type NewEvents } from './insert-runs.ts'
import { insertSegment } from './insert-segment.ts'
import { readFramed } from './runs.ts'
import { idBytes } from './run-columns.ts'
import type { StoredEvent } from './stored-event.ts'

export type Acceptance =
  /** `events` are the ones that were not held before. */
  | { readonly kind: 'stored'; readonly events: readonly StoredEvent[] }
  | { readonly kind: 'known' }
  /** It cannot be placed yet: send from `expected`, which is always lower than where this one begins. */
  | { readonly kind: 'gap'; readonly expected: number }
  /**
   * It lies on a branch that differs from the first one from `at` on: the origin said two things at one seq. Held all the same;
   * `events` are the ones that were not held before, none when the segment was known.
   */
  | { readonly kind: 'forked'; readonly branch: number; readonly at: number; readonly events: readonly StoredEvent[] }

/** What its events are filed under may have been found out before, where the segment was verified; then they are not parsed here. */
export type FiledSegment = Omit<VerifiedSegment, 'events'> & { readonly filing?: EventFiling }

/** Throws NotFound `KEY_NOT_HELD` when the segment's key was not put into the store. */
export function acceptSegment(writer: Writer, segment: FiledSegment, recordedAt: number): Acceptance {
  const { header } = segment
  const tree = readLogTree(writer, segment.log)
  const place = tree === undefined || tree.branches.length === 0 ? placeInNewLog(header.from) : placeIn(writer, tree, segment)
  switch (place.kind) {
    case 'gap':
      return place
    case 'onto':
      return extend(writer, tree, place.branch, segment, place.held, recordedAt)
    case 'fork': {
      const number = tree?.branches.length ?? 0
      const branch: Branch = { number, parent: place.parent.number, from: place.at, seq: place.at - 1, head: place.parent.head }
      return extend(writer, tree, branch, segment, place.at - header.from, recordedAt)
    }
    default:
      return assertNever(place)
  }
}

/** Whether it would go to the end of the first branch, which is the one that has effect; writes nothing. */
export function extendsFirstBranch(writer: Writer, segment: FiledSegment): boolean {
  const tree = readLogTree(writer, segment.log)
  if (tree === undefined || tree.branches.length === 0) return segment.header.from === 1
  const place = placeIn(writer, tree, segment)
  return place.kind === 'onto' && place.branch.number === 0 && place.held < segment.ends.length
}

type Place =
  | { readonly kind: 'gap'; readonly expected: number }
  /** The first `held` events of the segment are on this branch's path already; the rest goes to its end. */
  | { readonly kind: 'onto'; readonly branch: Branch; readonly held: number }
  | { readonly kind: 'fork'; readonly parent: Branch; readonly at: number }

const firstBranch: Branch = { number: 0, parent: undefined, from: 1, seq: 0, head: new Uint8Array() }

function placeInNewLog(from: number): Place {
  return from === 1 ? { kind: 'onto', branch: firstBranch, held: 0 } : { kind: 'gap', expected: 1 }
}

function placeIn(writer: Writer, tree: LogTree, segment: FiledSegment): Place {
  const { from, to, prev, head } = segment.header
  // A head stands for all that is before it: one that was signed here already needs no look at the events, wherever they are.
  const known = tree.branches.find((branch) => signedHeadAt(writer, tree, branch, to) === head)
  if (known !== undefined) return { kind: 'onto', branch: known, held: to - from + 1 }
  const before = fromHex(prev)
  const tip = tree.branches.find((branch) => branch.seq === from - 1 && equalBytes(branch.head, before))
  if (tip !== undefined) return { kind: 'onto', branch: tip, held: 0 }
  const start = tree.branches.find((branch) => holdsPoint(branch, from - 1) && equalBytes(headAt(writer, tree, branch, from - 1), before))
  if (start !== undefined) return walk(writer, tree, start, segment)
  const furthest = Math.max(...tree.branches.map((branch) => branch.seq))
  if (from > furthest + 1) return { kind: 'gap', expected: furthest + 1 }
  // Its past is not ours: the fork lies further back. Going back by halves finds it in a few answers and resends little.
  return { kind: 'gap', expected: Math.max(1, Math.floor(from / 2)) }
}

/** Point 0, before the first event, is the first branch's. */
function holdsPoint(branch: Branch, seq: number): boolean {
  return seq <= branch.seq && (seq >= branch.from || (seq === 0 && branch.parent === undefined))
}

/** Follows the segment's events along the branches that hold the same bytes, to where they end or differ. */
function walk(writer: Writer, tree: LogTree, start: Branch, segment: FiledSegment): Place {
  const { from, to } = segment.header
  let branch = start
  let seq = from
  while (seq <= to && seq <= branch.seq) {
    const held = readFramed(writer, tree.number, branch.number, seq, Math.min(to, branch.seq))
    const same = sameCount(held, segment, seq - from)
    seq += same
    if (same === held.ends.length) continue
    const child = tree.branches.find(
      (candidate) =>
        candidate.parent === branch.number && candidate.from === seq && beginsWith(writer, tree, candidate, eventAt(segment, seq - from)),
    )
    if (child === undefined) return { kind: 'fork', parent: branch, at: seq }
    branch = child
  }
  return { kind: 'onto', branch, held: Math.min(seq, to + 1) - from }
}

function sameCount(held: FramedEvents, segment: FramedEvents, offset: number): number {
  const told = sliceFrames(segment, offset, offset + held.ends.length)
  if (equalBytes(held.body, told.body)) return held.ends.length
  let same = 0
  while (same < held.ends.length && equalBytes(eventAt(held, same), eventAt(told, same))) same++
  return same
}

function beginsWith(writer: Writer, tree: LogTree, branch: Branch, event: Uint8Array): boolean {
  const first = readFramed(writer, tree.number, branch.number, branch.from, branch.from)
  return first.ends.length === 1 && equalBytes(eventAt(first, 0), event)
}

function extend(
  writer: Writer,
  tree: LogTree | undefined,
  branch: Branch,
  segment: FiledSegment,
  held: number,
  recordedAt: number,
): Acceptance {
  const { log, header } = segment
  const number = tree?.number ?? logNumber(writer, contextOf(writer).identities, log)
  const isLonger = held < segment.ends.length
  const isNewPoint = isLonger || (tree !== undefined && header.to > (lastSignedPoint(writer, tree, branch)?.to ?? 0))
  const events = isLonger ? insertRuns(writer, { log, number, branch: branch.number }, freshOf(segment, held), recordedAt) : []
  if (isLonger) writeBranch(writer, number, { ...branch, seq: header.to, head: fromHex(header.head) })
  if (isNewPoint) insertSegment(writer, number, branch.number, header, segment)
  if (branch.number > 0) return { kind: 'forked', branch: branch.number, at: branch.from, events }
  return isLonger ? { kind: 'stored', events } : { kind: 'known' }
}

/** What comes behind its first `held` events. */
function freshOf(segment: FiledSegment, held: number): NewEvents {
  return {
    framed: sliceFrames(segment, held),
    leaves: segment.leaves.subarray(held * headBytes),
    filed: segment.filing === undefined ? fileEvents(segment.log, sliceFrames(segment, held)) : sliceFiling(segment.filing, held),
    firstSeq: segment.header.from + held,
  }
}

function sliceFiling({ ids, subjects, typePlaces, types }: EventFiling, from: number): EventFiling {
  return { ids: ids.subarray(from * idBytes), subjects: subjects.subarray(from * idBytes), typePlaces: typePlaces.subarray(from), types }
}
