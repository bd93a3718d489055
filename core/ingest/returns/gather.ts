/** Collects from the store what a return is judged by. Reads only. */
import { nodeEvents, type NodeEventData, type NodeEventType } from '../../fleet/node/node-events.ts'
import type { Reader } from '../../kernel/reader.ts'
import { parseLogId } from '../../log/log-id.ts'
import { decodeSegment } from '../../log/segment.ts'
import { readLogEvents } from '../../store/read-events.ts'
import { segmentAt } from '../../store/read-segments.ts'
import type { StoredEvent } from '../../store/stored-event.ts'
import type { MasterPort, NodeStanding } from '../master-port.ts'
import { clonesIn } from './clones.ts'
import type { CommandEnded, JudgedAgainst, TimeAway } from './judged.ts'
import { readRules } from './reconcile.ts'
import { heldHeads } from './missing.ts'
import type { Head, ReturnSession } from './return-table.ts'

const pageEvents = 1000

/** What was found out while a part of a log was taken in: it ends a return at once. */
export type Incident = Pick<TimeAway, 'refusedParts' | 'forks' | 'clones'>

/** What a verdict rests on; a dry run has no more than this, and so cannot write. */
export type JudgingPort = Pick<MasterPort, 'masterId' | 'reader' | 'standing' | 'desiredFor' | 'driftOf' | 'reconciliationOf' | 'issuedTo'>

/** The upload is broken off without one: what other lanes hold back is not asked. */
export const noIncident: Incident = { refusedParts: [], forks: [] }

/** The newest frontier that the node claimed is the session's. */
export function gatherTimeAway(reader: Reader, standing: NodeStanding, session: ReturnSession, incident?: Incident): TimeAway {
  const held = heldHeads(reader, standing.nodeId)
  const told = tellDeeds(controlEventsSince(reader, session.base, held))
  return {
    ...told,
    ...(incident ?? noIncident),
    clones: clonesIn(reader, standing, grownSince(session.base, held)),
    phase: standing.phase,
    isKeyRevoked: standing.isKeyRevoked,
    clockOffsetMs: session.clockOffsetMs,
    unreadableEvents: session.unreadableEvents,
    // An incident is in the middle of the upload: other lanes are yet to come.
    withheld: incident === undefined ? withheldLanes(reader, session.base, held) : [],
    behind: session.frontier.flatMap(({ log, seq }) => {
      const ours = held.find((head) => head.log === log)
      return ours !== undefined && ours.seq > seq ? [{ log, held: ours.seq, claimed: seq }] : []
    }),
  }
}

export function gatherAgainst(master: JudgingPort, standing: NodeStanding, session: Pick<ReturnSession, 'driftBefore'>): JudgedAgainst {
  const desired = master.desiredFor(standing.nodeId)
  return {
    masterId: master.masterId,
    placement: standing.placement,
    epoch: standing.epoch,
    desired: desired === undefined ? undefined : { policyBundleId: desired.policyBundleId, rules: readRules(desired.configuration) },
    policy: master.reconciliationOf(standing.domainId),
    driftBefore: session.driftBefore ?? undefined,
    drift: master.driftOf(standing.nodeId),
    issued: (commandId) => master.issuedTo(standing.nodeId, commandId),
  }
}

function grownSince(base: readonly Head[], held: readonly Head[]): readonly Head[] {
  return held.filter(({ log, seq }) => seq > (base.find((head) => head.log === log)?.seq ?? 0))
}

/** What it decided, adopted and raised alarm about is all in its control logs. */
function* controlEventsSince(reader: Reader, base: readonly Head[], held: readonly Head[]): Iterable<StoredEvent> {
  for (const { log, seq } of held) {
    const id = parseLogId(log)
    if (id.lane !== 'control') continue
    let next = (base.find((head) => head.log === log)?.seq ?? 0) + 1
    while (next <= seq) {
      const page = readLogEvents(reader, id, next, Math.min(next + pageEvents - 1, seq))
      if (page.length === 0) break
      yield* page
      next += page.length
    }
  }
}

type Deeds = Pick<TimeAway, 'decisions' | 'adopted' | 'refusedDesired' | 'commands' | 'criticalAlarms'>

function tellDeeds(events: Iterable<StoredEvent>): Deeds {
  const decisions = new Map<string, TimeAway['decisions'][number]>()
  const adopted = new Map<string, TimeAway['adopted'][number]>()
  const refusedDesired = new Map<string, TimeAway['refusedDesired'][number]>()
  const commands = new Map<string, TimeAway['commands'][number]>()
  let criticalAlarms = 0
  for (const stored of events) {
    const decision = dataOf(stored, 'ibcf.decision.taken.v1')
    if (decision !== undefined) {
      const name = `${decision.decision}\n${decision.policyBundleId}`
      const times = (decisions.get(name)?.times ?? 0) + 1
      decisions.set(name, { decision: decision.decision, policyBundleId: decision.policyBundleId, times })
    }
    const adoption = dataOf(stored, 'ibcf.desired.adopted.v1')
    if (adoption !== undefined) {
      const { policyBundleId, masterId, placement, epoch } = adoption
      adopted.set([policyBundleId, masterId, placement, epoch].join('\n'), { policyBundleId, masterId, placement, epoch })
    }
    const refusal = dataOf(stored, 'ibcf.desired.refused.v1')
    if (refusal !== undefined) refusedDesired.set(refusal.policyBundleId, refusal)
    const ended = endOfCommand(stored)
    if (ended !== undefined) commands.set(ended.commandId, ended)
    if (dataOf(stored, 'ibcf.alarm.raised.v1')?.severity === 'critical') criticalAlarms++
  }
  return {
    decisions: inOrder(decisions),
    adopted: inOrder(adopted),
    refusedDesired: inOrder(refusedDesired),
    commands: inOrder(commands),
    criticalAlarms,
  }
}

const endings = ['applied', 'rejected', 'expired', 'withdrawn', 'unsure'] as const satisfies readonly CommandEnded[]

/** What the node says last of a command is what became of it: a probe after a crash may know better than the first word. */
function endOfCommand(stored: StoredEvent): TimeAway['commands'][number] | undefined {
  for (const ended of endings) {
    const data = dataOf(stored, `ibcf.command.${ended}.v1`)
    if (data !== undefined) return { commandId: data.commandId, ended, sentence: 'sentence' in data ? data.sentence : '' }
  }
  return undefined
}

/** The event's data when it is of this type and shape, and of the node itself; else it has no effect here either. */
function dataOf<Type extends NodeEventType>({ event, log }: StoredEvent, type: Type): NodeEventData<Type> | undefined {
  if (event?.type !== type || (event.subject as string) !== log.origin) return undefined
  const checked = nodeEvents[type].data.safeParse(event.data)
  return checked.success ? (checked.data as NodeEventData<Type>) : undefined
}

/** By name, not by arrival: the verdict must not depend on it. */
function inOrder<Value>(byName: ReadonlyMap<string, Value>): readonly Value[] {
  return [...byName].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, value]) => value)
}

/**
 * Each control segment names the heads of the other lanes at its time (design 3): what it names must be here. A control log that
 * did not grow since the last return was judged then.
 */
function withheldLanes(reader: Reader, base: readonly Head[], held: readonly Head[]): TimeAway['withheld'] {
  return held.flatMap(({ log, seq }) => {
    const id = parseLogId(log)
    const isJudged = base.some((head) => head.log === log && head.seq === seq)
    const last = id.lane === 'control' && !isJudged ? segmentAt(reader, id, seq) : undefined
    const decoded = last === undefined ? undefined : decodeSegment(last.bytes)
    if (decoded === undefined || !decoded.ok) return []
    return Object.entries(decoded.value.header.lanes ?? {}).flatMap(([lane, named]) => {
      const other = `${id.origin}/${id.incarnation}/${lane}/${id.domain}`
      const ours = held.find((head) => head.log === other)?.seq ?? 0
      return named.seq > ours ? [{ log: other, named: named.seq, held: ours }] : []
    })
  })
}
