/** Which commands a run of events is about, whoever wrote them. */
import type { StoredEvent } from '../../store/stored-event.ts'

export function commandsTouchedBy(events: readonly StoredEvent[]): ReadonlySet<string> {
  const touched = new Set<string>()
  for (const { event } of events) {
    if (event?.type.startsWith('ibcf.command.') !== true) continue
    // Of a node, the subject is the node; it names the command beside it.
    const named = event.data['commandId']
    touched.add(typeof named === 'string' ? named : event.subject)
  }
  return touched
}
