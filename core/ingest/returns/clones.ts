/** Looks in what is held of a node for a second machine under its key ([FK6]). Reads only. */
import { lifeSpokenAfter, type Opening } from '../../fleet/hardware/clone.ts'
import type { NodeId } from '../../kernel/ids.ts'
import type { Reader } from '../../kernel/reader.ts'
import { parseLogId } from '../../log/log-id.ts'
import { decodeSegment } from '../../log/segment.ts'
import { readLogEvents, readSubjectEvents } from '../../store/read-events.ts'
import { segmentAt } from '../../store/read-segments.ts'
import type { StoredEvent } from '../../store/stored-event.ts'
import type { Clone } from './judged.ts'

/** A node that is restored every week for a year has begun fewer lives. */
const openingsRead = 64

/**
 * One for each log that grew behind a later life's beginning. `grown`: heads of its logs, without those that were judged before. A life
 * that began under a key which was cut since says nothing: that is how a person ended it.
 */
export function clonesIn(
  reader: Reader,
  { nodeId, keyId }: { readonly nodeId: NodeId; readonly keyId: string },
  grown: readonly { readonly log: string; readonly seq: number; readonly head: string }[],
): readonly Clone[] {
  if (grown.length === 0) return []
  const began = readSubjectEvents(reader, nodeId, { types: ['ibcf.log.opened.v1'], order: 'newest', limit: openingsRead }).filter(
    ({ log }) => log.origin === nodeId && log.domain === '-',
  )
  if (new Set(began.map(({ log }) => log.incarnation)).size < 2) return []
  const openings = began.flatMap(({ event, log }): Opening[] =>
    event === undefined ? [] : [{ incarnation: log.incarnation, hlc: event.hlc }],
  )
  return grown.flatMap(({ log: name, seq }) => {
    const log = parseLogId(name)
    const last = readLogEvents(reader, log, seq, seq)[0]
    if (last?.event === undefined) return []
    const later = lifeSpokenAfter({ incarnation: log.incarnation, hlc: last.event.hlc, recordedAtMs: last.recordedAt }, openings)
    const opening = began.find((one) => one.log.incarnation === later?.incarnation)
    if (opening?.event === undefined || keyOf(reader, opening) !== keyId) return []
    return [{ log: name, incarnation: opening.log.incarnation, since: opening.event.time }]
  })
}

function keyOf(reader: Reader, { log, seq, branch }: StoredEvent): string | undefined {
  const segment = segmentAt(reader, log, seq, branch)
  const decoded = segment === undefined ? undefined : decodeSegment(segment.bytes)
  return decoded?.ok === true ? decoded.value.header.keyid : undefined
}
