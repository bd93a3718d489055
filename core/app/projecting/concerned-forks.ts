/** Which forked logs new events have something to do with. */
import { formatLogId, type LogId, parseLogId } from '../../log/log-id.ts'
import type { StoredEvent } from '../../store/stored-event.ts'
import { logSpokenOf } from './fork-words.ts'
import { isBasis } from './judge.ts'

/** The forked logs of which what counts may be something else from now on; notes logs that forked just now. */
export function forksConcerned(stored: readonly StoredEvent[], held: Set<string>): ReadonlyMap<string, LogId> {
  const concerned = new Map<string, LogId>()
  let isOfMasters = false
  for (const item of stored) {
    if (item.branch > 0) {
      const name = formatLogId(item.log)
      held.add(name)
      concerned.set(name, item.log)
      isOfMasters ||= item.log.domain !== '-'
    }
    if (held.size === 0) continue
    const log = logSpokenOf(item)
    if (log !== undefined && held.has(formatLogId(log))) concerned.set(formatLogId(log), log)
    if (item.log.domain === '-' && held.has(formatLogId(item.log))) concerned.set(formatLogId(item.log), item.log)
    isOfMasters ||= isBasis(item.event)
  }
  // Who gave a master its authority decides about its logs, by what it said before any fork of its own.
  if (isOfMasters) for (const name of held) if (!name.endsWith('/-')) concerned.set(name, parseLogId(name))
  return concerned
}
