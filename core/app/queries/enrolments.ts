/** Requests to join. */
import type { EnrolmentView } from '../../contract/people.ts'
import { fromBase64 } from '../../kernel/hex.ts'
import { keyWordsOf } from '../../log/fingerprint.ts'
import { readCounters } from '../projecting/read-states.ts'
import type { ReadModel } from '../read-model.ts'
import { actorName } from './names.ts'

/** Those that wait first, then the latest decided. */
export function listEnrolments(
  model: ReadModel,
  { status }: { readonly status?: EnrolmentView['status'] | undefined },
): { items: EnrolmentView[] } {
  const rows =
    status === undefined
      ? model.reader.all<{ subject: string }>('SELECT subject FROM lifecycle_nodes')
      : model.reader.all<{ subject: string }>('SELECT subject FROM lifecycle_nodes WHERE enrolment = ?', status)
  const items = rows.flatMap(({ subject }) => viewOf(model, subject) ?? [])
  return { items: items.sort(compare) }
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

function compare(a: EnrolmentView, b: EnrolmentView): number {
  const isWaiting = Number(b.status === 'PENDING') - Number(a.status === 'PENDING')
  if (isWaiting !== 0) return isWaiting
  return (b.decidedAt ?? b.requestedAt).localeCompare(a.decidedAt ?? a.requestedAt) || a.nodeId.localeCompare(b.nodeId)
}
