/**
 * Every act of a person, newest first, read off the control logs of the masters that are known here ([AD1]). Logs of nodes, which are
 * nearly everything, are not looked at. A page goes through a bounded part of the logs and says where the next one goes on.
 */
import type { z } from 'zod'
import type { AuditEntry, auditPage, auditRequest } from '../../contract/audit.ts'
import { fromBase64, toHex } from '../../kernel/hex.ts'
import { ulidToBytes } from '../../kernel/ids.ts'
import { formatLogId } from '../../log/log-id.ts'
import { readEventsAt } from '../../store/read-events.ts'
import type { StoredEvent } from '../../store/stored-event.ts'
import { effective } from '../projecting/effective.ts'
import { readPositionCursor } from '../queries/cursor.ts'
import { subtreeOf } from '../queries/domain-tree.ts'
import { instantOf } from '../queries/instants.ts'
import { namesOf } from '../queries/names.ts'
import { isDecisionType, type Names, sentenceOfDecision } from '../queries/sentences.ts'
import type { ReadModel } from '../read-model.ts'
import { actBytes } from '../recorder.ts'

export type AuditInput = z.infer<typeof auditRequest>
export type AuditPage = z.infer<typeof auditPage>

/** Events of masters that one page looks at; most of them are acts of the master itself. */
const lookedAtMost = 4000
/** Runs that are taken from each log at a time. */
const runsAtATime = 64

/** Throws NotFound `DOMAIN_UNKNOWN`, Invalid `CURSOR_MALFORMED`. */
export function listActs(model: ReadModel, { actorId, domainId, subjectId, from, to, cursor, limit }: AuditInput): AuditPage {
  const before = readPositionCursor(cursor)
  const domainIds = domainId === undefined ? undefined : new Set(subtreeOf(model, domainId))
  const [fromMs, toMs] = [
    from === undefined ? Number.NEGATIVE_INFINITY : Date.parse(from),
    to === undefined ? Number.POSITIVE_INFINITY : Date.parse(to),
  ]
  const names = namesOf(model)
  const items: AuditEntry[] = []
  let looked = 0
  let last = before
  for (const stored of actsBefore(model, before)) {
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
    if (isMeant) items.push(...entryOf(model, stored, names))
    if (items.length === limit || looked === lookedAtMost) return { items, next: String(last) }
  }
  return { items, next: null }
}

/** Events of masters' control logs that came before a position, newest first. */
function* actsBefore(model: ReadModel, before: number): Generator<StoredEvent, void> {
  const logs = controlLogs(model)
  for (let end = before; ; ) {
    const runs = logs.flatMap((log) => runsOf(model, log, end)).toSorted((a, b) => b.position - a.position)
    // Beyond the oldest that a log which may hold more was asked for, another log may have something in between.
    const taken = runs.slice(0, runsAtATime)
    const oldest = taken.at(-1)
    if (oldest === undefined) return
    for (const { position, count } of taken) {
      const upTo = Math.min(end, position + count)
      const positions = Array.from({ length: Math.max(0, upTo - position) }, (_, at) => upTo - 1 - at)
      yield* readEventsAt(model.reader, positions, true)
    }
    end = oldest.position
  }
}

type RunPlace = { readonly position: number; readonly count: number }

function runsOf({ reader }: Pick<ReadModel, 'reader'>, log: number, end: number): readonly RunPlace[] {
  return reader.all<RunPlace>(
    `SELECT position, count FROM runs WHERE log = ? AND branch = 0 AND position < ? ORDER BY from_seq DESC LIMIT ?`,
    log,
    end,
    runsAtATime,
  )
}

/** Of every life of every master that is known. */
function controlLogs({ reader }: Pick<ReadModel, 'reader'>): readonly number[] {
  const masters = reader.all<{ subject: string }>('SELECT subject FROM masters')
  return masters.flatMap(({ subject }) =>
    reader
      .all<{ number: number; name: string }>('SELECT number, name FROM logs WHERE origin = ?', ulidToBytes(subject))
      .flatMap(({ number, name }) => (name.includes('/control/') ? [number] : [])),
  )
}

function entryOf(model: ReadModel, stored: StoredEvent, names: Names): AuditEntry[] {
  const { event, log, seq, recordedAt, bytes } = stored
  if (event?.actor === undefined) return []
  const operator = model.operator(event.actor)
  const known = effective(stored)
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

function subjectOf(model: ReadModel, subject: string): Pick<AuditEntry, 'subjectName' | 'subjectKind' | 'subjectNodeId'> {
  const command = model.command(subject)?.issued
  if (command != null)
    return { subjectName: model.lifecycle(command.nodeId)?.name ?? null, subjectKind: 'command', subjectNodeId: command.nodeId }
  const node = model.lifecycle(subject)
  if (node !== undefined) return { subjectName: node.name, subjectKind: 'node', subjectNodeId: subject }
  const domain = model.domain(subject)
  if (domain !== undefined) return { subjectName: domain.name, subjectKind: 'domain', subjectNodeId: null }
  const policy = model.policy(subject)
  if (policy !== undefined) return { subjectName: `${policy.name} ${policy.version}`, subjectKind: 'policy', subjectNodeId: null }
  const rollout = model.rollout(subject)
  if (rollout !== undefined) return { subjectName: rollout.name, subjectKind: 'rollout', subjectNodeId: null }
  const operator = model.operator(subject)
  if (operator !== undefined) return { subjectName: operator.name, subjectKind: 'operator', subjectNodeId: null }
  const master = model.master(subject)
  if (master !== undefined) return { subjectName: master.name, subjectKind: 'master', subjectNodeId: null }
  const relay = model.relay(subject)
  if (relay !== undefined) return { subjectName: relay.name, subjectKind: 'relay', subjectNodeId: null }
  return { subjectName: null, subjectKind: 'other', subjectNodeId: null }
}
