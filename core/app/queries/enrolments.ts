/** Requests to join. */
import type { z } from 'zod'
import type { enrolmentListRequest, EnrolmentView } from '../../contract/people.ts'
import { fromBase64 } from '../../kernel/hex.ts'
import type { SqlValue } from '../../kernel/reader.ts'
import { keyWordsOf } from '../../log/fingerprint.ts'
import { readCounters } from '../projecting/read-states.ts'
import type { ReadModel } from '../read-model.ts'
import { cursorRefused } from './cursor.ts'
import { subtreeOf } from './domain-tree.ts'
import { conditionsOf } from './fleet/order-filter.ts'
import { type ListPage, refuseAsOf } from './list-page.ts'
import { actorName } from './names.ts'

export type EnrolmentListInput = z.infer<typeof enrolmentListRequest>

type Place = { readonly subject: string; readonly enrolment: EnrolmentView['status']; readonly asked: number }

/**
 * Those that wait first, then the latest decided; a page is read from an index and begins after the request that its cursor names. Throws
 * NotFound `DOMAIN_UNKNOWN`, Invalid `CURSOR_MALFORMED`, `AS_OF_UNSUPPORTED`.
 */
export function listEnrolments(model: ReadModel, input: Partial<EnrolmentListInput>): ListPage<EnrolmentView> {
  const { status, asOf, cursor, limit = 500 } = input
  refuseAsOf('enrolments', asOf)
  const { texts, values } = conditionsFor(model, input)
  const where = ['enrolment = ?', ...texts].join(' AND ')
  const after = cursor === undefined ? undefined : requirePlace(model, cursor)
  const found: Place[] = []
  let total = 0
  for (const group of [['PENDING'], ['APPROVED', 'REFUSED']] as const) {
    const wanted = group.filter((one) => status === undefined || one === status)
    for (const one of wanted)
      total += model.reader.get<{ n: number }>(`SELECT count(*) AS n FROM nodes WHERE ${where}`, one, ...values)?.n ?? 0
    const isBefore = after !== undefined && (group[0] === 'PENDING') === (after.enrolment === 'PENDING')
    const isPassed = after !== undefined && group[0] === 'PENDING' && after.enrolment !== 'PENDING'
    if (isPassed || found.length > limit) continue
    const room = limit + 1 - found.length
    const place = isBefore ? after : { asked: Number.MAX_SAFE_INTEGER, subject: '~' }
    const places = wanted.flatMap((one) =>
      model.reader.all<Place>(
        `SELECT subject, enrolment, asked_ms AS asked FROM nodes WHERE ${where} AND (asked_ms, subject) < (?, ?)
          ORDER BY asked_ms DESC, subject DESC LIMIT ?`,
        one,
        ...values,
        place.asked,
        place.subject,
        room,
      ),
    )
    found.push(...places.sort((a, b) => b.asked - a.asked || (a.subject < b.subject ? 1 : -1)).slice(0, room))
  }
  const items = found.slice(0, limit).flatMap(({ subject }) => viewOf(model, subject) ?? [])
  return { items, next: found.length > limit ? (found[limit - 1]?.subject ?? null) : null, total }
}

function requirePlace({ reader }: ReadModel, nodeId: string): Place {
  const place = reader.get<Place>('SELECT subject, enrolment, asked_ms AS asked FROM nodes WHERE subject = ?', nodeId)
  if (place === undefined) throw cursorRefused(nodeId)
  return place
}

function conditionsFor(
  model: ReadModel,
  { domainId, tags, anyTags, kinds, text, from, to }: Partial<EnrolmentListInput>,
): { readonly texts: readonly string[]; readonly values: readonly SqlValue[] } {
  const wanted = text?.trim().toLowerCase() ?? ''
  const asked = conditionsOf({
    ...(domainId === undefined ? {} : { domainIds: subtreeOf(model, domainId) }),
    tags,
    anyTags,
    kinds,
    text: wanted === '' ? undefined : wanted,
  })
  const times: readonly (readonly [string, number])[] = [
    ...(from === undefined ? [] : [['asked_ms >= ?', Date.parse(from)] as const]),
    ...(to === undefined ? [] : [['asked_ms < ?', Date.parse(to)] as const]),
  ]
  return { texts: [...asked.texts, ...times.map(([one]) => one)], values: [...asked.values, ...times.map(([, ms]) => ms)] }
}

export function countPending(model: Pick<ReadModel, 'reader'>): number {
  return readCounters(model.reader, 'nodes').get('pending') ?? 0
}

function viewOf(model: ReadModel, nodeId: string): EnrolmentView | undefined {
  const state = model.lifecycle(nodeId)
  if (state === undefined) return undefined
  return {
    requestId: state.requestId,
    nodeId,
    name: state.name,
    kind: state.kind,
    tags: [...state.tags],
    keyId: state.keyId,
    keyWords: [...keyWordsOf(model.ports.crypto, fromBase64(state.publicKey))],
    serial: state.serial,
    requestedAt: state.requestedAt,
    status: state.enrolment,
    decidedBy: actorName(model, state.decidedBy),
    decidedAt: state.decidedAt,
  }
}
