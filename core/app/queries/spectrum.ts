/** The connectivity spectrum and the sync debt over time, from the digests of presence, with the present as the last point. */
import type { DomainDetail } from '../../contract/domains.ts'
import type { DecisionData } from '../../fleet/decisions.ts'
import { connectivityModes } from '../../fleet/node/node-record.ts'
import { lastPosition, readEventsAfter, readSubjectEvents } from '../../store/read-events.ts'
import type { StoredEvent } from '../../store/stored-event.ts'
import { type Counting, countingOf } from '../projecting/counting.ts'
import type { ReadModel } from '../read-model.ts'
import { noSums, type Sums } from './health-line.ts'
import { instantOf } from './instants.ts'
import type { Digest, KnownDigests, Point } from './query-memory.ts'

export type History = Pick<DomainDetail, 'spectrum' | 'debt'>

/** A day at one digest in five minutes. */
const newestDigests = 288
/** Of all domains together: a fleet of very many shows a shorter past, so that the first answer does not read for seconds. */
const digestsAtMost = 20_000

/**
 * Of several domains together. A digest speaks of the nodes of one domain alone; it stands for that domain until twice its own
 * interval has passed, so that digests that were not written at the same instant still add up ([QY12]).
 */
export function historyOf(model: ReadModel, domainIds: readonly string[], present: Sums): History {
  const now = { at: instantOf(model.ports.clock.now()), sums: present }
  const all = [...pastOf(model, domainIds).filter(({ at }) => at < now.at), now]
  return {
    spectrum: all.map(({ at, sums }) => ({ at, modes: sums.modes })),
    debt: all.map(({ at, sums }) => ({ at, backlogMessages: sums.backlogMessages, worstSecondsBehind: sums.worstSecondsBehind })),
  }
}

/** Reads the past of each domain as `historyOf` all of them will want it, one at a time. */
export function* warmDigests(model: ReadModel, domainIds: readonly string[]): Generator<void, void> {
  const limit = limitFor(domainIds)
  const told = toldOf(model)
  for (const id of domainIds) {
    digestsOf(model, told, id, limit)
    yield
  }
}

/** What counts of forked logs of masters, found once for an answer. */
type Told = { readonly counting: Counting; readonly standing: string }

function toldOf(model: ReadModel): Told {
  const counting = countingOf(model)
  return { counting, standing: counting.standing() }
}

function limitFor(domainIds: readonly string[]): number {
  return Math.min(newestDigests, Math.max(1, Math.floor(digestsAtMost / Math.max(1, domainIds.length))))
}

/** Added up anew only when one of the digests is a new one. */
function pastOf(model: ReadModel, domainIds: readonly string[]): readonly Point[] {
  const { pasts } = model.memory
  const told = toldOf(model)
  const limit = limitFor(domainIds)
  const key = `${domainIds.length}/${domainIds[0] ?? ''}/${domainIds.at(-1) ?? ''}`
  const known = pasts.get(key)
  const last = lastPosition(model.reader)
  const isSame = known !== undefined && known.domainIds === domainIds && known.standing === told.standing
  if (isSame && known.lookedTo <= last && last - known.lookedTo <= lookedThrough) {
    const spoken = known.lookedTo === last ? undefined : spokenOf(model, known.lookedTo)
    if (spoken === undefined || !domainIds.some((id) => spoken.has(id))) {
      pasts.set(key, { ...known, lookedTo: last })
      return known.points
    }
  }
  const histories = takeDigests(model, told, domainIds, limit)
  const isOther =
    known === undefined || known.histories.length !== histories.length || known.histories.some((history, at) => history !== histories[at])
  const points = isOther ? pointsOf(histories.map((history) => history.slice(-limit))).slice(-limit) : known.points
  pasts.set(key, { domainIds, lookedTo: last, standing: told.standing, histories, points })
  return points
}

/** A few new events are looked through once for all domains; after many, each domain is asked by itself. */
const lookedThrough = 2000

function takeDigests(model: ReadModel, told: Told, domainIds: readonly string[], limit: number): readonly (readonly Digest[])[] {
  const { digests } = model.memory
  const last = lastPosition(model.reader)
  const kept = domainIds.map((id) => keptUnder(told, digests.get(id)))
  const lookedTo = kept.reduce((least, known) => Math.min(least, known?.lookedTo ?? -1), last)
  if (lookedTo === last && kept.every((known) => known !== undefined && known.limit >= limit))
    return kept.map((known) => known?.digests ?? [])
  const isFew = lookedTo >= 0 && last - lookedTo <= lookedThrough
  const spoken = isFew ? spokenOf(model, lookedTo) : undefined
  return domainIds.map((id, at) => {
    const known = kept[at]
    if (known === undefined || known.limit < limit || spoken === undefined) return digestsOf(model, told, id, limit)
    const found = (spoken.get(id) ?? []).filter(({ position }) => position > known.lookedTo).flatMap((stored) => digestIn(told, stored))
    return keepDigests(model, told, id, known, found, known.limit, last)
  })
}

/** The digests since then, by the domain that they speak of. */
function spokenOf(model: ReadModel, lookedTo: number): ReadonlyMap<string, readonly StoredEvent[]> {
  const spoken = new Map<string, StoredEvent[]>()
  for (const stored of readEventsAfter(model.reader, lookedTo, lookedThrough, { isMissingSkipped: true })) {
    if (stored.event?.type !== 'ibcf.presence.digested.v1') continue
    const known = spoken.get(stored.event.subject)
    if (known === undefined) spoken.set(stored.event.subject, [stored])
    else known.push(stored)
  }
  return spoken
}

function pointsOf(histories: readonly (readonly Digest[])[]): Point[] {
  const instants = [...new Set(histories.flatMap((digests) => digests.map(({ to }) => to)))].sort().slice(-newestDigests)
  const next = histories.map(() => 0)
  return instants.map((at) => {
    const atMs = Date.parse(at)
    const sums = noSums()
    for (const [which, digests] of histories.entries()) {
      while ((digests[next[which] ?? 0]?.to ?? '￿') <= at) next[which] = (next[which] ?? 0) + 1
      const digest = digests[(next[which] ?? 0) - 1]
      if (digest !== undefined && atMs <= digest.standsUntilMs) add(sums, digest)
    }
    return { at, sums }
  })
}

function add(sums: Sums, digest: Digest): void {
  for (const mode of connectivityModes) sums.modes[mode] += digest.modes[mode]
  sums.backlogMessages += digest.backlogMessages
  sums.worstSecondsBehind = Math.max(sums.worstSecondsBehind, digest.worstSecondsBehind)
}

/** Oldest first by the instant they end at. Only what came since the last time is read. */
function digestsOf(model: ReadModel, told: Told, domainId: string, limit: number): readonly Digest[] {
  const before = keptUnder(told, model.memory.digests.get(domainId))
  const known = before === undefined || before.limit < limit ? undefined : before
  const last = lastPosition(model.reader)
  if (known?.lookedTo === last) return known.digests
  const events = readSubjectEvents(model.reader, domainId, {
    types: ['ibcf.presence.digested.v1'],
    ...(known === undefined ? {} : { afterPosition: known.lookedTo }),
    order: 'newest',
    limit,
    // What is sealed and away is not in the picture; the page stands.
    isMissingSkipped: true,
  })
  const found = events.flatMap((stored) => digestIn(told, stored))
  return keepDigests(model, told, domainId, known, found, known?.limit ?? limit, last)
}

function keptUnder({ standing }: Told, known: KnownDigests | undefined): KnownDigests | undefined {
  return known?.standing === standing ? known : undefined
}

function digestIn({ counting }: Told, stored: StoredEvent): Digest[] {
  const input = counting.effectOf(stored)
  return input?.stream === 'decisions' ? [digestOf(input.event.data as DecisionData<'ibcf.presence.digested.v1'>)] : []
}

function keepDigests(
  model: ReadModel,
  { standing }: Told,
  domainId: string,
  known: KnownDigests | undefined,
  found: readonly Digest[],
  most: number,
  lookedTo: number,
): readonly Digest[] {
  const digests =
    found.length === 0 && known !== undefined
      ? known.digests
      : [...(known?.digests ?? []), ...found].sort((a, b) => (a.to < b.to ? -1 : 1)).slice(-most)
  model.memory.digests.set(domainId, { lookedTo, standing, limit: most, digests })
  return digests
}

function digestOf(data: DecisionData<'ibcf.presence.digested.v1'>): Digest {
  const toMs = Date.parse(data.to)
  return { ...data, standsUntilMs: toMs + 2 * (toMs - Date.parse(data.from)) }
}
