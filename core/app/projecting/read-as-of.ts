/**
 * What was so at a past instant, as it is known today: the fold of the subject's events whose order time is not later, from the nearest
 * saved state ([PJ12]). Judged is by the authority that is held now: what was learnt since of who held a domain counts.
 */
import type { CommandDecisions } from '../../fleet/command/command-state.ts'
import type { Place } from '../../fleet/node/place.ts'
import type { CheckSignature } from '../../fleet/authority/statement.ts'
import { maxAheadMs } from '../../kernel/hlc.ts'
import type { Reader, SqlValue } from '../../kernel/reader.ts'
import { formatLogId } from '../../log/log-id.ts'
import type { Crypto } from '../../kernel/ports.ts'
import type { AuthorityState } from '../../projections/authority.ts'
import type { DomainState } from '../../projections/domains.ts'
import type { LivesState } from '../../projections/lives.ts'
import type { Stream } from '../../projections/order.ts'
import type { Projection } from '../../projections/projection.ts'
import type { States } from '../../projections/read-table.ts'
import { readSubjectEvents } from '../../store/read-events.ts'
import type { StoredEvent } from '../../store/stored-event.ts'
import { createCheckSignature } from '../../trust/check-signature.ts'
import { createBook } from './book.ts'
import { type Effective, effective } from './effective.ts'
import { acceptedType as accepted } from './fork-words.ts'
import { createForks, isForkedIn } from './forks.ts'
import { applyOne, type Half, knowsNothing, msOf, nothingOf } from './fold.ts'
import { createJudge, hasEffect, type Judge } from './judge.ts'
import { readFreezers, readState } from './read-states.ts'
import { readSavedState } from './saved-states.ts'
import type { Kept } from './tables.ts'

/** Undefined while nothing was known of the subject then. `atMs` is wall milliseconds. */
export function readAsOf(
  reader: Reader,
  crypto: Pick<Crypto, 'verify' | 'sha256'>,
  projection: Projection,
  subject: string,
  atMs: number,
): States | undefined {
  const check = createCheckSignature(crypto)
  const nothing = nothingOf(projection)
  const saved = {
    facts: readSavedState(reader, projection.name, subject, 'facts', atMs),
    decisions: readSavedState(reader, projection.name, subject, 'decisions', atMs),
  }
  const after = { facts: saved.facts?.position ?? 0, decisions: saved.decisions?.position ?? 0 }
  const events = readSubjectEvents(reader, subject, {
    types: [...projection.handles, accepted],
    afterPosition: Math.min(after.facts, after.decisions),
    limit: Number.MAX_SAFE_INTEGER,
  })
  const judge = judgeOf(reader)
  const forks = createForks({ crypto, reader: () => reader, isForked: isForkedIn(reader), judge })
  const place = (readState(reader, 'places', subject)?.decisions ?? null) as Place | null
  const inputs = events.flatMap((stored) => {
    const input =
      stored.event === undefined || !projection.handles.includes(stored.event.type)
        ? undefined
        : effective(stored, undefined, false, forks.markOf(stored))
    return input !== undefined && stored.position > after[input.stream] && hasEffect(judge, input, place) ? [input] : []
  })
  const orderMs = orderTimes(events)
  const halfOf = (stream: Stream): Half => foldUntil(projection, saved[stream] ?? nothing[stream], inputs, stream, orderMs, atMs, check)
  const found = { facts: halfOf('facts'), decisions: halfOf('decisions'), position: 0 }
  return knowsNothing(found) ? undefined : { facts: found.facts.state, decisions: found.decisions.state }
}

/** The row of a read table as it would have been. Throws what its `row` throws. */
export function readRowAsOf(
  reader: Reader,
  crypto: Pick<Crypto, 'verify' | 'sha256'>,
  { projections, readTables }: Kept,
  readTable: string,
  subject: string,
  atMs: number,
): Readonly<Record<string, SqlValue>> | undefined {
  return readTables
    .find(({ name }) => name === readTable)
    ?.row(subject, (name) => {
      const projection = projections.find((candidate) => candidate.name === name)
      return projection === undefined ? undefined : readAsOf(reader, crypto, projection, subject, atMs)
    })
}

/** In the order of the stream, as far as the order times go; they never go back, so the rest is later too. */
function foldUntil(
  projection: Projection,
  from: Half,
  inputs: readonly Effective[],
  stream: Stream,
  orderMs: (input: Effective) => number,
  atMs: number,
  check: CheckSignature,
): Half {
  let half = from
  for (const input of inputs.filter((candidate) => candidate.stream === stream).toSorted((a, b) => (a.key < b.key ? -1 : 1))) {
    if (orderMs(input) > atMs) break
    try {
      half = applyOne(projection, half, input, check)
    } catch {
      // Parked when it was folded first; without effect here as it is there.
    }
  }
  return half
}

/**
 * A fact's own order time: its clock, but not later than the first acceptance of its segment allows, so that a clock in 2099 does not
 * hide what was reported. The highest one so far is its order time; here only "not later than" is asked, which stopping at the first
 * later one answers (design 2, Convergence).
 */
function orderTimes(events: readonly StoredEvent[]): (input: Effective) => number {
  const acceptances = new Map<string, { readonly from: number; readonly to: number; readonly ms: number }[]>()
  for (const { event, log } of events) {
    if (event?.type !== accepted || log.domain === '-') continue
    const { log: name, from, to } = event.data
    if (typeof name !== 'string' || typeof from !== 'number' || typeof to !== 'number') continue
    acceptances.set(name, [...(acceptances.get(name) ?? []), { from, to, ms: msOf(event.hlc) }])
  }
  return ({ event, stream, stored }) => {
    const own = msOf(event.hlc)
    if (stream === 'decisions') return own
    const runs = acceptances.get(formatLogId(stored.log))?.filter(({ from, to }) => from <= stored.seq && stored.seq <= to) ?? []
    return Math.min(own, ...runs.map(({ ms }) => ms + maxAheadMs))
  }
}

function judgeOf(reader: Reader): Judge {
  const decided = (projection: string, subject: string): unknown => readState(reader, projection, subject)?.decisions ?? undefined
  return createJudge(
    createBook({
      authority: (id) => decided('authority', id) as AuthorityState | undefined,
      domain: (id) => decided('domains', id) as DomainState | undefined,
      lives: (id) => decided('lives', id) as LivesState | undefined,
      place: (id) => decided('places', id) as Place | undefined,
      freezers: () => readFreezers(reader),
    }),
    // Only what folds asks how rules differ.
    () => 0,
    (id) => (decided('commands', id) as CommandDecisions | undefined)?.issued ?? undefined,
  )
}
