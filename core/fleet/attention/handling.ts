/** What people did about an item of the inbox: acknowledged, snoozed, assigned, resolved. Each an event with its actor ([AT5]..[AT8]). */
import { z } from 'zod'
import { assertNever } from '../../kernel/assert-never.ts'
import { accepted, refused, type Result } from '../../kernel/result.ts'
import { attentionWeightsSchema } from './weights.ts'

const id = z.string().regex(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/)
const text = z.string().max(4000)
/** Which item of the subject: the kind of its heaviest term. */
const item = z.string().min(1).max(100)
/** The score at that moment: a snooze is for what it was, not for what becomes of it. */
const score = z.number().min(0).max(100)

/** The subject is that of the item, a node or a domain; of the weights it is the domain. */
export const attentionEvents = {
  'ibcf.attention.acknowledged.v1': { lane: 'control', data: z.object({ item, score, note: text }) },
  'ibcf.attention.snoozed.v1': { lane: 'control', data: z.object({ item, score, until: z.iso.datetime(), reason: text }) },
  'ibcf.attention.assigned.v1': { lane: 'control', data: z.object({ item, operatorId: id.nullable(), note: text }) },
  'ibcf.attention.resolved.v1': { lane: 'control', data: z.object({ item, score, reason: text }) },
  'ibcf.attention.weighted.v1': { lane: 'control', data: z.object({ weights: attentionWeightsSchema }) },
} as const

type Handling = Exclude<keyof typeof attentionEvents, 'ibcf.attention.weighted.v1'>
export type AttentionEvent = {
  readonly [Type in Handling]: {
    readonly type: Type
    /** Order time, milliseconds. */
    readonly atMs: number
    readonly actor: string | null
    readonly data: z.infer<(typeof attentionEvents)[Type]['data']>
  }
}[Handling]

type Mark = { readonly atMs: number; readonly by: string | null; readonly score: number; readonly note: string }

/** What was done about one item. */
export type Care = {
  readonly acknowledged: Mark | null
  readonly snoozed: (Mark & { readonly untilMs: number }) | null
  readonly resolved: Mark | null
  readonly assignedTo: string | null
}

/** By item, of one subject. */
export type Cares = ReadonlyMap<string, Care>

/** `maintenance`: what it is about is being worked on ([SF3]). */
export type ShownAs = 'open' | 'acknowledged' | 'maintenance' | 'snoozed' | 'resolved'
export type HandledItem = {
  readonly shownAs: ShownAs
  readonly assignedTo: string | null
  /** Why it is shown so, in a sentence; empty for one that nobody has touched. */
  readonly why: string
}

/** A snooze ends early, and an item counts as new again, when it has become worse by so many points. */
const worseBy = 10
const longestSnoozeMs = 30 * 86_400_000

const untouched: Care = { acknowledged: null, snoozed: null, resolved: null, assignedTo: null }

/** Folded in the order of decisions. The later of two marks takes the place of the other: one item is in one state. */
export function evolveCares(cares: Cares, event: AttentionEvent): Cares {
  const before = cares.get(event.data.item) ?? untouched
  return new Map([...cares, [event.data.item, careAfter(before, event)]])
}

/** How an item is shown at an instant. `since`: when what it is about began; a resolved one that began anew is open again. */
export function showItem(
  care: Care | undefined,
  present: { readonly score: number; readonly sinceMs: number },
  asOfMs: number,
): HandledItem {
  const { acknowledged, snoozed, resolved, assignedTo } = care ?? untouched
  const isWorse = (mark: Mark): boolean => present.score >= mark.score + worseBy
  const shown = (shownAs: ShownAs, why: string): HandledItem => ({ shownAs, assignedTo, why })
  if (resolved !== null) {
    if (present.sinceMs > resolved.atMs) return shown('open', 'It was resolved, and began anew.')
    return isWorse(resolved) ? shown('open', 'It was resolved, and has become worse.') : shown('resolved', resolved.note)
  }
  if (snoozed !== null && asOfMs < snoozed.untilMs)
    return isWorse(snoozed) ? shown('open', 'It was put off, and has become worse.') : shown('snoozed', snoozed.note)
  if (snoozed !== null) return shown('open', 'The time for which it was put off is over.')
  if (acknowledged === null) return shown('open', '')
  return isWorse(acknowledged) ? shown('open', 'It was acknowledged, and has become worse.') : shown('acknowledged', acknowledged.note)
}

/**
 * Whether a person may do that now. `present`: the item as it stands; undefined when there is none. Refuses `ATTENTION_ITEM_UNKNOWN`,
 * `ATTENTION_WITHOUT_ACTOR`, `ATTENTION_WITHOUT_REASON`, `SNOOZE_OVER`, `SNOOZE_TOO_LONG` (more than 30 days).
 */
export function decideAttention(
  event: AttentionEvent,
  present: { readonly score: number } | undefined,
  nowMs: number,
): Result<AttentionEvent> {
  const { data, type, actor } = event
  if (present === undefined) return refused('ATTENTION_ITEM_UNKNOWN', 'There is no such item in the inbox now.', { item: data.item })
  if (actor === null) return refused('ATTENTION_WITHOUT_ACTOR', 'A person does this, and says who they are.')
  const reason = type === 'ibcf.attention.snoozed.v1' || type === 'ibcf.attention.resolved.v1' ? event.data.reason : undefined
  if (reason?.trim() === '') return refused('ATTENTION_WITHOUT_REASON', 'Say why, for those who look at it later.')
  if (type === 'ibcf.attention.snoozed.v1') {
    const untilMs = Date.parse(event.data.until)
    if (untilMs <= nowMs) return refused('SNOOZE_OVER', 'That instant has passed.', { until: event.data.until })
    if (untilMs > nowMs + longestSnoozeMs)
      return refused('SNOOZE_TOO_LONG', 'It can be put off for 30 days at most.', { until: event.data.until })
  }
  return accepted(event)
}

/** The order of the inbox: open before acknowledged, before snoozed and resolved, which are told apart and not hidden; then by score. */
export function compareHandled(
  a: { readonly shownAs: ShownAs; readonly score: number },
  b: { readonly shownAs: ShownAs; readonly score: number },
): number {
  const rank = (shownAs: ShownAs): number => ['open', 'acknowledged', 'maintenance', 'snoozed', 'resolved'].indexOf(shownAs)
  return rank(a.shownAs) - rank(b.shownAs) || b.score - a.score
}

function careAfter(before: Care, event: AttentionEvent): Care {
  const mark = (score: number, note: string): Mark => ({ atMs: event.atMs, by: event.actor, score, note })
  switch (event.type) {
    case 'ibcf.attention.acknowledged.v1':
      return { ...untouched, assignedTo: before.assignedTo, acknowledged: mark(event.data.score, event.data.note) }
    case 'ibcf.attention.snoozed.v1': {
      const untilMs = Date.parse(event.data.until)
      return { ...untouched, assignedTo: before.assignedTo, snoozed: { ...mark(event.data.score, event.data.reason), untilMs } }
    }
    case 'ibcf.attention.resolved.v1':
      return { ...untouched, assignedTo: before.assignedTo, resolved: mark(event.data.score, event.data.reason) }
    case 'ibcf.attention.assigned.v1':
      return { ...before, assignedTo: event.data.operatorId }
    default:
      return assertNever(event)
  }
}
