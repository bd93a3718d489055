/** The connectivity spectrum and the sync debt over time, from the digests of presence, with the present as the last point. */
import type { DomainDetail } from '../../contract/domains.ts'
import type { DecisionData } from '../../fleet/decisions.ts'
import { connectivityModes } from '../../fleet/node/node-record.ts'
import { lastPosition, readSubjectEvents } from '../../store/read-events.ts'
import { effective } from '../projecting/effective.ts'
import type { ReadModel } from '../read-model.ts'
import { noSums, type Sums } from './health-line.ts'
import { instantOf } from './instants.ts'
import type { Digest } from './query-memory.ts'

export type History = Pick<DomainDetail, 'spectrum' | 'debt'>

/** A day at one digest in five minutes. */
const newestDigests = 288

/**
 * Of several domains together. A digest speaks of the nodes of one domain alone; it stands for that domain until twice its own
 * interval has passed, so that digests that were not written at the same instant still add up ([QY12]).
 */
export function historyOf(model: ReadModel, domainIds: readonly string[], present: Sums): History {
  const points = pointsOf(domainIds.map((id) => digestsOf(model, id)))
  const now = { at: instantOf(model.ports.clock.now()), sums: present }
  const all = [...points.filter(({ at }) => at < now.at), now]
  return {
    spectrum: all.map(({ at, sums }) => ({ at, modes: sums.modes })),
    debt: all.map(({ at, sums }) => ({ at, backlogMessages: sums.backlogMessages, worstSecondsBehind: sums.worstSecondsBehind })),
  }
}

type Point = { readonly at: string; readonly sums: Pick<Sums, 'modes' | 'backlogMessages' | 'worstSecondsBehind'> }

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
function digestsOf(model: ReadModel, domainId: string): readonly Digest[] {
  const known = model.memory.digests.get(domainId)
  const last = lastPosition(model.reader)
  if (known?.lookedTo === last) return known.digests
  const events = readSubjectEvents(model.reader, domainId, {
    types: ['ibcf.presence.digested.v1'],
    ...(known === undefined ? {} : { afterPosition: known.lookedTo }),
    order: 'newest',
    limit: newestDigests,
  })
  const found = events.flatMap((stored) => {
    const input = effective(stored)
    return input?.stream === 'decisions' ? [digestOf(input.event.data as DecisionData<'ibcf.presence.digested.v1'>)] : []
  })
  const digests = [...(known?.digests ?? []), ...found].sort((a, b) => (a.to < b.to ? -1 : 1)).slice(-newestDigests)
  model.memory.digests.set(domainId, { lookedTo: last, digests })
  return digests
}

function digestOf(data: DecisionData<'ibcf.presence.digested.v1'>): Digest {
  const toMs = Date.parse(data.to)
  return { ...data, standsUntilMs: toMs + 2 * (toMs - Date.parse(data.from)) }
}
