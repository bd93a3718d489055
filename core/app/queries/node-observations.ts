/** What a node recorded of the world and of itself, newest first. */
import type { ObservationEntry } from '../../contract/nodes.ts'
import { parseLogId } from '../../log/log-id.ts'
import type { NodeId } from '../../kernel/ids.ts'
import { readFrontier } from '../../store/frontier.ts'
import { readSubjectEvents } from '../../store/read-events.ts'
import type { StoredEvent } from '../../store/stored-event.ts'
import { type Counting, countingOf } from '../projecting/counting.ts'
import type { ReadModel } from '../read-model.ts'
import { type Solitude, solitudeOf } from './autonomy-spans.ts'
import { readPositionCursor } from './cursor.ts'
import { instantOf } from './instants.ts'
import { hasText, isWithin, windowEnd } from './list-page.ts'
import { namesOf } from './names.ts'
import type { HistoryInput } from './node-timeline.ts'
import { quoted } from './plain-text.ts'
import { requireNode } from './require-node.ts'
import { type Names, sentenceOfFact, isNodeEventType } from './sentences.ts'

export type ObservationPage = { items: ObservationEntry[]; next: string | null; total: number; isTotalExact: boolean }

/** Of the control lane these are observations too; the rest of that lane is its timeline. */
const controlKinds: Readonly<Record<string, ObservationEntry['kind']>> = {
  'ibcf.decision.taken.v1': 'decision',
  'ibcf.alarm.raised.v1': 'alarm',
}
const kinds: Readonly<Record<string, ObservationEntry['kind']>> = {
  ...controlKinds,
  'ibcf.observation.recorded.v1': 'observation',
  'ibcf.health.changed.v1': 'health',
  'ibcf.link.measured.v1': 'link',
  'ibcf.snapshot.taken.v1': 'snapshot',
}

const batch = 500
/** Events that one page looks at, where most of them are left out ([QY19]). */
const lookedAtMost = 5000

/**
 * All of the fact and bulk lanes, also what this version does not know, and of the control lane the alarms and the decisions taken
 * alone. `total` counts what the lanes hold, readable or not; narrowed, it is what was found so far. Throws NotFound `NODE_UNKNOWN`,
 * Invalid `CURSOR_MALFORMED`, `AS_OF_IN_FUTURE`.
 */
export function readObservations(model: ReadModel, { nodeId, cursor, limit, from, text, asOf, ...window }: HistoryInput): ObservationPage {
  const to = windowEnd(model.ports.clock.now(), window.to, asOf)
  const before = readPositionCursor(cursor)
  requireNode(model, nodeId)
  const names = namesOf(model)
  const counting = countingOf(model)
  const solitude = solitudeOf(model, counting, nodeId)
  if (from !== undefined || to !== undefined || text !== undefined) {
    const fits = (stored: StoredEvent): boolean => {
      if (!isWithin(stored.recordedAt, { from, to })) return false
      const entry = text === undefined ? undefined : entryOf(counting, stored, names, solitude)
      return hasText(text, entry?.sentence ?? null, entry?.type ?? null)
    }
    const { found, looked } = newestBefore(model, counting, nodeId, before, limit, lookedAtMost, fits)
    const items = found.flatMap((stored) => entryOf(counting, stored, names, solitude) ?? [])
    return {
      items,
      next: looked === undefined ? null : String(looked),
      total: items.length,
      isTotalExact: cursor === undefined && looked === undefined,
    }
  }
  const { found } = newestBefore(model, counting, nodeId, before, limit + 1, Number.POSITIVE_INFINITY, () => true)
  const shown = found.slice(0, limit)
  return {
    isTotalExact: true,
    items: shown.flatMap((stored) => entryOf(counting, stored, names, solitude) ?? []),
    next: found.length > limit ? String(shown.at(-1)?.position) : null,
    total: countObservations(model, counting, nodeId),
  }
}

/** `looked`: the position that it came to, when there may be more before it. */
function newestBefore(
  model: ReadModel,
  counting: Counting,
  nodeId: string,
  before: number,
  wanted: number,
  most: number,
  fits: (stored: StoredEvent) => boolean,
): { readonly found: readonly StoredEvent[]; readonly looked: number | undefined } {
  const found: StoredEvent[] = []
  let looked = before
  for (let count = 0; count < most; count += batch) {
    const events = readSubjectEvents(model.reader, nodeId, {
      beforePosition: looked,
      limit: batch,
      order: 'newest',
      isMissingSkipped: true,
    })
    for (const stored of events) {
      looked = stored.position
      if (isObservation(counting, stored, nodeId) && fits(stored)) found.push(stored)
      if (found.length === wanted) return { found, looked }
    }
    if (events.length < batch) return { found, looked: undefined }
  }
  return { found, looked }
}

function isObservation(counting: Counting, stored: StoredEvent, nodeId: string): boolean {
  const { event, log } = stored
  if (event === undefined || log.origin !== nodeId || log.domain !== '-' || counting.markOf(stored) === null) return false
  return log.lane !== 'control' || controlKinds[event.type] !== undefined
}

function entryOf(counting: Counting, stored: StoredEvent, names: Names, solitude: Solitude): ObservationEntry | undefined {
  const { event, recordedAt } = stored
  if (event === undefined) return undefined
  const { id, type, time, data } = event
  const isKnown = isNodeEventType(type)
  const hasEffect = isKnown && counting.effectOf(stored) !== undefined
  return {
    eventId: id,
    kind: hasEffect ? (kinds[type] ?? 'unknown') : 'unknown',
    type,
    time,
    recordedAt: instantOf(recordedAt),
    sentence: hasEffect ? sentenceOfFact(type, data, names) : inertSentence(type, isKnown),
    data: { ...data },
    isFromAutonomy:
      type === 'ibcf.decision.taken.v1' || (typeof data['isAutonomous'] === 'boolean' ? data['isAutonomous'] : solitude(event.hlc)),
  }
}

function inertSentence(type: string, isKnown: boolean): string {
  if (isKnown) return 'What it says does not have the shape of its type; it is kept and has no effect.'
  return `This version does not know ${quoted(type)}; it is kept and has no effect.`
}

function countObservations(model: ReadModel, counting: Counting, nodeId: string): number {
  const held = readFrontier(model.reader, { origin: nodeId as NodeId }).filter(
    ({ log, branch }) => branch === 0 && parseLogId(log).lane !== 'control',
  )
  const { decisionsAlone, alarms } = model.actual(nodeId) ?? { decisionsAlone: 0, alarms: 0 }
  return held.reduce((sum, { log, seq }) => sum + (counting.reachOfNamed(log)?.count ?? seq), decisionsAlone + alarms)
}
