/** What the contract asks of the projections, from a plain Reader. */
import type { z } from 'zod'
import type { nodeAsOf, parkedEvent, powerlessEvent, projectionList } from '../../contract/projections.ts'
import { AppError } from '../../kernel/app-error.ts'
import type { Crypto } from '../../kernel/ports.ts'
import type { Reader } from '../../kernel/reader.ts'
import type { NodesRow } from '../../projections/nodes.ts'
import { readStateHash } from './hash.ts'
import { readRowAsOf } from './read-as-of.ts'
import { countParked, countPowerless, readParked, readPowerless } from './read-states.ts'
import { readProjectionStatus } from './read-status.ts'
import type { Kept } from './tables.ts'

type Page<Item> = { items: Item[]; next: string | null; total: number }
type PageRequest = { readonly cursor?: string | undefined; readonly limit: number }

export function listProjections(reader: Reader, kept: Kept, crypto: Crypto, nowMs: number): z.infer<typeof projectionList> {
  const { hash, isSettled } = readStateHash(reader, kept.projections, crypto)
  return {
    items: readProjectionStatus(reader, kept, nowMs).map(({ rebuild, ...status }) => ({
      ...status,
      rebuild: rebuild === null ? null : { ...rebuild, startedAt: instantOf(rebuild.startedAt), waitsFor: rebuild.waitsFor.slice(0, 20) },
    })),
    powerless: countPowerless(reader),
    stateHash: hash,
    isSettled,
  }
}

/** Newest first. Throws Invalid `CURSOR_MALFORMED`. */
export function listParked(reader: Reader, { cursor, limit }: PageRequest): Page<z.infer<typeof parkedEvent>> {
  const [position = '', projection = ''] = cursor?.split('/', 2) ?? []
  const after = cursor === undefined ? {} : { after: { position: positionOf(position), projection } }
  const rows = readParked(reader, { ...after, limit })
  const last = rows.at(-1)
  return {
    items: rows.map(({ eventId, type, subject, firstAt, lastAt, ...row }) => ({
      ...row,
      eventId: eventId === '' ? null : eventId,
      type: type === '' ? null : type,
      subjectId: subject,
      firstAt: instantOf(firstAt),
      lastAt: instantOf(lastAt),
    })),
    next: last === undefined || rows.length < limit ? null : `${last.position}/${last.projection}`,
    total: countParked(reader),
  }
}

/** Newest first. Throws Invalid `CURSOR_MALFORMED`. */
export function listPowerless(reader: Reader, { cursor, limit }: PageRequest): Page<z.infer<typeof powerlessEvent>> {
  const rows = readPowerless(reader, { ...(cursor === undefined ? {} : { before: positionOf(cursor) }), limit })
  const last = rows.at(-1)
  return {
    items: rows.map(({ subject, domain, origin, ...row }) => ({ ...row, subjectId: subject, domainId: domain, masterId: origin })),
    next: last === undefined || rows.length < limit ? null : String(last.position),
    total: countPowerless(reader),
  }
}

/** Null while it was not known of then, or is not at all. */
export function nodeAt(reader: Reader, crypto: Crypto, kept: Kept, nodeId: string, at: string): z.infer<typeof nodeAsOf> | null {
  const row = readRowAsOf(reader, crypto, kept, 'nodes', nodeId, Date.parse(at)) as NodesRow | undefined
  if (row === undefined) return null
  return {
    at,
    name: row.name ?? '',
    kind: row.kind as z.infer<typeof nodeAsOf>['kind'],
    tags: JSON.parse(row.tags ?? '[]') as string[],
    domainId: row.domain ?? '',
    phase: row.phase as z.infer<typeof nodeAsOf>['phase'],
    phaseSince: row.phase_since ?? at,
    phaseReason: row.phase_reason ?? '',
    mode: row.mode as z.infer<typeof nodeAsOf>['mode'],
    modeSince: row.mode_since,
    modeReason: row.mode_reason,
    health: row.shown_health as z.infer<typeof nodeAsOf>['health'],
    state: row.state ?? '',
    adoptedPolicyId: row.adopted_policy,
    snapshotAt: row.snapshot_at,
    lastEventAt: row.last_event_at,
  }
}

function positionOf(text: string): number {
  const position = Number(text)
  if (text === '' || !Number.isSafeInteger(position) || position < 0)
    throw new AppError('Invalid', 'CURSOR_MALFORMED', `"${text.slice(0, 40)}" does not say where a page begins.`)
  return position
}

function instantOf(ms: number): string {
  return new Date(ms).toISOString()
}
