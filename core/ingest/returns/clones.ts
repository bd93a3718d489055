/** Looks in what is held of a node for a second machine under its key ([FK6]). Reads only. */
import { lifeSpokenAfter } from '../../fleet/hardware/clone.ts'
import type { NodeId } from '../../kernel/ids.ts'
import type { Reader } from '../../kernel/reader.ts'
import { parseLogId } from '../../log/log-id.ts'
import { decodeSegment } from '../../log/segment.ts'
import { readLogEvents } from '../../store/read-events.ts'
import { segmentAt } from '../../store/read-segments.ts'
import type { StoredEvent } from '../../store/stored-event.ts'
import type { Clone } from './judged.ts'
import { heldHeads } from './missing.ts'
import type { Head } from './return-table.ts'

/** A node that is restored every week for a year has begun fewer lives. */
const livesRead = 64

/**
 * One for each log that grew behind a later life's beginning. `grown`: how far its logs are held, without those that were judged before. A
 * life that began under a key which was cut since says nothing: that is how a person ended it. Asked with each part of a log that comes,
 * so it reads of a life its first event only, and nothing where there is but one life.
 */
export function clonesIn(
  reader: Reader,
  { nodeId, keyId }: { readonly nodeId: NodeId; readonly keyId: string },
  grown: readonly Pick<Head, 'log' | 'seq'>[],
): readonly Clone[] {
  if (grown.length === 0) return []
  const lives = heldHeads(reader, nodeId)
    .map(({ log }) => parseLogId(log))
    .filter(({ lane }) => lane === 'control')
  if (lives.length < 2) return []
  const began = lives.slice(-livesRead).flatMap((log) => readLogEvents(reader, log, 1, 1))
  const openings = began.flatMap(({ event, log }) => (event === undefined ? [] : [{ incarnation: log.incarnation, hlc: event.hlc }]))
  return grown.flatMap(({ log: name, seq }) => {
    const log = parseLogId(name)
    const [last] = readLogEvents(reader, log, seq, seq)
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
