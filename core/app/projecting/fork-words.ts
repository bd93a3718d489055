/** What masters say of the tellings of a log: which they accepted, and which they decided for ([FK3] to [FK5]). */
import type { Reader } from '../../kernel/reader.ts'
import { isLogId, type LogId, parseLogId } from '../../log/log-id.ts'
import { orderKey } from '../../projections/order.ts'
import { readSubjectEvents } from '../../store/read-events.ts'
import type { StoredEvent } from '../../store/stored-event.ts'
import { fits } from './shapes.ts'

export const acceptedType = 'ibcf.segment.accepted.v1'
export const resolvedType = 'ibcf.fork.resolved.v1'

export type Word = {
  readonly key: string
  readonly kind: 'accepted' | 'resolved'
  readonly at: number
  readonly seq: number
  readonly head: string
}

/** In the order of decisions, which is the same wherever they are held. */
export function wordsAbout(reader: Reader, log: LogId, name: string, counts: (stored: StoredEvent) => boolean): readonly Word[] {
  const events = readSubjectEvents(reader, log.origin, { types: [acceptedType, resolvedType], limit: Number.MAX_SAFE_INTEGER })
  const words = events.flatMap((stored): Word[] => {
    const { event } = stored
    if (event === undefined || event.data['log'] !== name || !fits(event.type, event.data) || !counts(stored)) return []
    const key = orderKey('decisions', event, stored.log, stored.seq)
    if (event.type === acceptedType) {
      const { to, head } = event.data as { readonly to: number; readonly head: string }
      return [{ key, kind: 'accepted', at: 0, seq: to, head }]
    }
    const { at, keep } = event.data as { readonly at: number; readonly keep: { readonly seq: number; readonly head: string } }
    return [{ key, kind: 'resolved', at, seq: keep.seq, head: keep.head }]
  })
  return words.toSorted((a, b) => (a.key < b.key ? -1 : 1))
}

/** Masters that gave this one the domain of its log, or one above it. */
export function giversOf(reader: Reader, log: LogId, isCertain: (stored: StoredEvent) => boolean): ReadonlySet<string> {
  const givers = new Set<string>()
  const seen = new Set<string>()
  for (let domain: string | null = log.domain; domain !== null && !seen.has(domain); ) {
    seen.add(domain)
    let parent: string | null = null
    const types = ['ibcf.domain.created.v1', 'ibcf.authority.granted.v1']
    for (const stored of readSubjectEvents(reader, domain, { types, limit: Number.MAX_SAFE_INTEGER })) {
      const { event } = stored
      if (event === undefined || !fits(event.type, event.data) || !isCertain(stored)) continue
      if (event.type === 'ibcf.domain.created.v1') parent = event.data['parentId'] as string | null
      else if (event.data['masterId'] === log.origin && stored.log.origin !== log.origin) givers.add(stored.log.origin)
    }
    domain = parent
  }
  return givers
}

/** The log that an event is a word on. */
export function logSpokenOf(stored: StoredEvent): LogId | undefined {
  const { event } = stored
  if (event === undefined || (event.type !== acceptedType && event.type !== resolvedType)) return undefined
  const name = event.data['log']
  return typeof name === 'string' && isLogId(name) ? parseLogId(name) : undefined
}
