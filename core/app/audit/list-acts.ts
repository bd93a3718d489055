/**
 * Every act of a person, newest first, read off the control logs of the masters that are known here ([AD1]). Logs of nodes, which are
 * nearly everything, are not looked at. A page goes through a bounded part of the logs and says where the next one goes on.
 */
import type { z } from 'zod'
import type { AuditEntry, auditPage, auditRequest } from '../../contract/audit.ts'
import { fromBase64, toHex } from '../../kernel/hex.ts'
import { formatLogId } from '../../log/log-id.ts'
import type { StoredEvent } from '../../store/stored-event.ts'
import { type Counting, countingOf } from '../projecting/counting.ts'
import { readPositionCursor } from '../queries/cursor.ts'
import { subtreeOf } from '../queries/domain-tree.ts'
import { instantOf } from '../queries/instants.ts'
import { namesOf } from '../queries/names.ts'
import { isDecisionType, type Names, sentenceOfDecision } from '../queries/sentences.ts'
import type { ReadModel } from '../read-model.ts'
import { subjectOf } from '../queries/subject.ts'
import { actBytes } from '../recorder.ts'
import { decisionsBefore } from './decisions-before.ts'

export type AuditInput = z.infer<typeof auditRequest>
export type AuditPage = z.infer<typeof auditPage>

/** Events of masters that one page looks at; most of them are acts of the master itself. */
const lookedAtMost = 4000

/** Throws NotFound `DOMAIN_UNKNOWN`, Invalid `CURSOR_MALFORMED`. */
export function listActs(model: ReadModel, { actorId, domainId, subjectId, from, to, cursor, limit }: AuditInput): AuditPage {
  const before = readPositionCursor(cursor)
  const domainIds = domainId === undefined ? undefined : new Set(subtreeOf(model, domainId))
  const [fromMs, toMs] = [
    from === undefined ? Number.NEGATIVE_INFINITY : Date.parse(from),
    to === undefined ? Number.POSITIVE_INFINITY : Date.parse(to),
  ]
  const names = namesOf(model)
  const counting = countingOf(model)
  const items: AuditEntry[] = []
  let looked = 0
  let last = before
  for (const stored of decisionsBefore(model, before)) {
    looked += 1
    last = stored.position
    const { event } = stored
    const isMeant =
      event?.actor !== undefined &&
      (actorId === undefined || event.actor === (actorId as string)) &&
      (subjectId === undefined || (event.subject as string) === subjectId) &&
      (domainIds === undefined || (event.domain !== undefined && domainIds.has(event.domain))) &&
      Date.parse(event.time) >= fromMs &&
      Date.parse(event.time) < toMs
    if (isMeant) items.push(...entryOf(model, counting, stored, names))
    if (items.length === limit || looked === lookedAtMost) return { items, next: String(last) }
  }
  return { items, next: null }
}

function entryOf(model: ReadModel, counting: Counting, stored: StoredEvent, names: Names): AuditEntry[] {
  const { event, log, seq, recordedAt, bytes } = stored
  if (event?.actor === undefined) return []
  const operator = model.operator(event.actor)
  const known = counting.effectOf(stored)
  const domainId = event.domain ?? null
  return [
    {
      eventId: event.id,
      type: event.type,
      sentence: known !== undefined && isDecisionType(event.type) ? sentenceOfDecision(event.type, event.data, names) : '',
      time: event.time,
      recordedAt: instantOf(recordedAt),
      actorId: event.actor,
      actorName: operator?.name ?? null,
      actorRole: operator?.role ?? null,
      masterId: log.origin,
      masterName: model.master(log.origin)?.name ?? log.origin,
      subjectId: event.subject,
      ...subjectOf(model, event.subject),
      domainId,
      domainName: domainId === null ? null : (model.domain(domainId)?.name ?? null),
      log: formatLogId(log),
      seq,
      digest: toHex(model.ports.crypto.sha256(bytes)),
      proof: proofOf(model, event, operator?.publicKey),
      isSigned: isSigned(model, formatLogId(log), seq),
    },
  ]
}

function proofOf(model: ReadModel, event: NonNullable<StoredEvent['event']>, publicKey: string | undefined): AuditEntry['proof'] {
  const { type, subject, time, actor, data, actorproof } = event
  if (actor === undefined || actorproof === undefined) return 'none'
  if (publicKey === undefined || publicKey === '') return 'no-key'
  const isTrue = model.ports.crypto.verify(fromBase64(publicKey), actBytes({ type, subject, time, actor, data }), fromBase64(actorproof))
  return isTrue ? 'verified' : 'wrong'
}

function isSigned({ reader }: Pick<ReadModel, 'reader'>, log: string, seq: number): boolean {
  const row = reader.get<{ seq: number | null }>(
    'SELECT max(to_seq) AS seq FROM segments WHERE branch = 0 AND log = (SELECT number FROM logs WHERE name = ?)',
    log,
  )
  return (row?.seq ?? 0) >= seq
}
