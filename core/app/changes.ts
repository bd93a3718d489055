/** What a run of new events changes of what is shown. */
import type { StoredEvent } from '../store/stored-event.ts'
import type { Change, Topic } from './change-feed.ts'

/** By the noun of the event's type; everything else is about nodes. */
const topicOf: Readonly<Record<string, Topic>> = {
  master: 'master',
  operator: 'operators',
  domain: 'domains',
  authority: 'domains',
  enrolment: 'enrolments',
  session: 'sessions',
  evidence: 'sessions',
  policy: 'policies',
  command: 'commands',
  bundle: 'bundles',
  rollout: 'rollouts',
  waiver: 'domains',
  relay: 'domains',
  attention: 'attention',
  maintenance: 'attention',
  note: 'attention',
  presence: 'domains',
}

/** `nodeOf`: the node that a command is for. */
export function changeOf(events: readonly StoredEvent[], nodeOf: (commandId: string) => string | undefined): Change {
  const topics = new Set<Topic>()
  const nodeIds = new Set<string>()
  const domainIds = new Set<string>()
  for (const { event } of events) {
    if (event === undefined) continue
    const noun = event.type.split('.')[1] ?? ''
    const topic = topicOf[noun] ?? 'nodes'
    topics.add(topic)
    if (topic === 'nodes' || topic === 'sessions' || topic === 'enrolments') nodeIds.add(event.subject)
    if (topic === 'commands') nodeIds.add(nodeOf(event.subject) ?? event.subject)
    if (event.domain !== undefined) domainIds.add(event.domain)
  }
  return { topics: [...topics], nodeIds: [...nodeIds], domainIds: [...domainIds] }
}
