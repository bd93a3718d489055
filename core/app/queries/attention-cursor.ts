/** Where a page of the inbox ended, as text that a client hands back. */
import type { ShownAs } from '../../fleet/attention/handling.ts'
import { cursorRefused } from './cursor.ts'
import type { QueuePlace } from './fleet/queue.ts'

/** What is open comes first, then what people are at, by what they did. */
export const queueParts = ['open', 'acknowledged', 'maintenance', 'snoozed', 'resolved'] as const satisfies readonly ShownAs[]
export type QueuePart = (typeof queueParts)[number]

/** `atMs`: the instant of the first page, wall milliseconds; all pages of one walk count silence up to it, so that no score moves between them. */
export type QueueCursor = { readonly atMs: number; readonly part: QueuePart; readonly place: QueuePlace }

const form = /^([0-9]{1,15})~([a-z]+)~([0-9]{1,3}(?:\.[0-9]{1,20})?)~([0-9TZ:.+-]{0,40})~([0-9A-Z]{0,26})$/

export function formatQueueCursor({ atMs, part, place }: QueueCursor): string {
  return `${atMs}~${part}~${place.score}~${place.since}~${place.subject}`
}

/** Throws Invalid `CURSOR_MALFORMED`, also of an instant that has not come. */
export function readQueueCursor(cursor: string, nowMs: number): QueueCursor {
  const [whole, at = '', name = '', score = '', since = '', subject = ''] = form.exec(cursor) ?? []
  const part = queueParts.find((candidate) => candidate === name)
  if (whole === undefined || part === undefined || Number(at) > nowMs) throw cursorRefused(cursor)
  return { atMs: Number(at), part, place: { score: Number(score), since, subject } }
}
