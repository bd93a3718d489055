/** What must hold once the faults have stopped and everyone has met (design 4): seven checks, each over everything it can look at. */
import { checkProjections } from '../../app/projecting/check.ts'
import { toHex } from '../../kernel/hex.ts'
import type { NodeId } from '../../kernel/ids.ts'
import { parseLogId } from '../../log/log-id.ts'
import { projections } from '../../projections/all.ts'
import { readFrontier } from '../../store/frontier.ts'
import { lastPosition, readEventById, readEventsAfter, readLogEvents } from '../../store/read-events.ts'
import { verifyStore } from '../../store/verify-store.ts'
import { isAtRest } from './come-together.ts'
import type { Running, Station } from './station.ts'
import { forgedMark } from './thief.ts'
import type { Begun } from './witness.ts'
import type { World } from './world.ts'

export const checkNames = [
  'nothingLostOrDoubled',
  'equalStateForEqualFrontier',
  'projectionsEqualRebuild',
  'noStaleEpochObeyed',
  'forgedRefusedAndShown',
  'returnsEndedWithReason',
  'commandsInTimeAndOnce',
] as const
export type CheckName = (typeof checkNames)[number]
/** How many things were looked at, and what was wrong. */
export type CheckResult = { readonly looked: number; readonly wrong: readonly string[] }
export type Checks = Readonly<Record<CheckName, CheckResult>>

type Up = { readonly station: Station; readonly running: Running }

export async function runChecks(world: World): Promise<Checks> {
  const up = world.stations.flatMap((station): Up[] => {
    const running = station.running()
    return running === undefined ? [] : [{ station, running }]
  })
  return {
    nothingLostOrDoubled: await lostOrDoubled(world, up),
    equalStateForEqualFrontier: equalStates(up),
    projectionsEqualRebuild: rebuilt(world, up),
    noStaleEpochObeyed: staleEpochs(world),
    forgedRefusedAndShown: forgeries(world, up),
    returnsEndedWithReason: returns(world, up),
    commandsInTimeAndOnce: commands(world),
  }
}

async function lostOrDoubled({ witness, real, nodes }: World, up: readonly Up[]): Promise<CheckResult> {
  const wrong: string[] = []
  let looked = 0
  for (const { station, running } of up) {
    const { reader } = running.master.store
    const heads = new Map(
      readFrontier(reader)
        .filter(({ branch }) => branch === 0)
        .map(({ log, seq }) => [log, seq]),
    )
    for (const { master, life, log, seq } of witness.acknowledgedLogs) {
      if (master !== station.name) continue
      // Before its disk was put back: what the node still holds has come again; what a copy of it said, and took along, cannot, nor what a
      // node says whose key was revoked since.
      if (life !== station.life() && (!isHeldByNode(nodes, log, seq) || isRevoked(running, log))) continue
      looked++
      if ((heads.get(log) ?? 0) < seq) wrong.push(`${master} acknowledged ${log} up to ${seq} and holds ${heads.get(log) ?? 0}`)
    }
    for (const { master, life, eventId } of witness.acknowledgedActs) {
      // What was decided between a backup and its coming back, and never left the machine, is lost with the disk.
      if (master !== station.name || life !== station.life()) continue
      looked++
      if (readEventById(reader, eventId) === undefined && !isDomain(running, eventId))
        wrong.push(`${master} answered with ${eventId} and does not hold it`)
    }
    const forged = new Set(witness.forged.map(({ leaf }) => leaf))
    // What a thief wrote under the id of a true event is held beside it, and is not the same event.
    const ids = readEventsAfter(reader, 0, lastPosition(reader)).flatMap(({ event, bytes }) =>
      event === undefined || (forged.size > 0 && forged.has(toHex(real.crypto.sha256(bytes)))) ? [] : [event.id],
    )
    looked += ids.length
    if (new Set(ids).size !== ids.length) wrong.push(`${station.name} holds ${ids.length - new Set(ids).size} events twice`)
    const { ok, findings } = await verifyStore(reader, real)
    if (!ok) wrong.push(...findings.map(({ code, sentence }) => `${station.name}: ${sentence} (${code})`))
  }
  for (const node of nodes) {
    const store = node.disk.current()
    if (store === undefined) continue
    // A thief who had the disk in his hands is what this finds, and is meant to.
    if (wasTampered(witness.faults)) continue
    const { ok, findings } = await verifyStore(store.reader, real)
    looked++
    if (!ok) wrong.push(...findings.map(({ code, sentence }) => `${node.name}: ${sentence} (${code})`))
  }
  return { looked, wrong }
}

function isHeldByNode(nodes: World['nodes'], log: string, seq: number): boolean {
  const { origin } = parseLogId(log)
  const store = nodes.find((node) => (node.nodeId() as string) === (origin as string))?.disk.current()
  return store !== undefined && readFrontier(store.reader, { origin }).some((entry) => entry.log === log && entry.seq >= seq)
}

function isRevoked({ master }: Running, log: string): boolean {
  return master.model.lifecycle(parseLogId(log).origin as unknown as NodeId)?.isKeyRevoked === true
}

function wasTampered(faults: ReadonlyMap<string, number>): boolean {
  return (faults.get('tamper') ?? 0) > 0
}

/** Acts answer with the ids of events, and some with the id of what they made. */
function isDomain({ master }: Running, id: string): boolean {
  return master.model.domain(id as never) !== undefined
}

function equalStates(up: readonly Up[]): CheckResult {
  const [first, ...others] = up
  if (first === undefined) return { looked: 0, wrong: [] }
  const stateOf = ({ running }: Up): string => running.master.engine.stateHash(running.master.store.reader)
  const frontierOf = ({ running }: Up): string =>
    readFrontier(running.master.store.reader)
      .map(({ log, seq, head }) => `${log} ${seq} ${head}`)
      .join('\n')
  const wrong = others.flatMap((other) => {
    if (frontierOf(other) !== frontierOf(first)) return [`${first.station.name} and ${other.station.name} do not hold the same`]
    return stateOf(other) === stateOf(first) ? [] : [`${first.station.name} and ${other.station.name} hold the same and show other things`]
  })
  return { looked: up.length, wrong }
}

function rebuilt({ real }: World, up: readonly Up[]): CheckResult {
  const wrong = up.flatMap(({ station, running }) =>
    checkProjections(running.master.store.reader, projections, real.crypto).differing.map(
      (name) => `${station.name}: ${name} is not what its events give`,
    ),
  )
  return { looked: up.length, wrong }
}

function staleEpochs({ witness }: World): CheckResult {
  const wrong: string[] = []
  const before = new Map<string, { readonly placement: number; readonly epoch: number; readonly masterId: string }>()
  for (const { node, placement, epoch, masterId } of witness.obeyed) {
    const last = before.get(node)
    if (last !== undefined && isLower({ placement, epoch }, last)) wrong.push(`${node} obeyed epoch ${epoch} after ${last.epoch}`)
    if (last !== undefined && last.placement === placement && last.epoch === epoch && last.masterId !== masterId)
      wrong.push(`${node} obeyed two masters at epoch ${epoch}`)
    before.set(node, { placement, epoch, masterId })
  }
  for (const { node, commandId, placement, epoch, masterId, fence } of witness.begun) {
    if (fence === undefined) continue
    if (isLower({ placement, epoch }, fence)) wrong.push(`${node} began ${commandId} of epoch ${epoch} after it obeyed ${fence.epoch}`)
    if (placement === fence.placement && epoch === fence.epoch && masterId !== fence.masterId)
      wrong.push(`${node} began ${commandId} of another master at epoch ${epoch}`)
  }
  return { looked: witness.obeyed.length + witness.begun.length, wrong }
}

function isLower(
  a: { readonly placement: number; readonly epoch: number },
  b: { readonly placement: number; readonly epoch: number },
): boolean {
  return a.placement < b.placement || (a.placement === b.placement && a.epoch < b.epoch)
}

function forgeries({ witness, real }: World, up: readonly Up[]): CheckResult {
  const wrong = witness.altered.filter(({ wasRefused }) => !wasRefused).map(({ where }) => `${where} was altered and taken`)
  for (const { station, running } of up) {
    const { reader } = running.master.store
    for (const { master, life, log, seq, leaf } of witness.forged) {
      const [event] = readLogEvents(reader, parseLogId(log), seq, seq)
      if (event !== undefined && toHex(real.crypto.sha256(event.bytes)) === leaf)
        wrong.push(`${station.name} follows a thief in ${log} from ${seq} on`)
      // With the disk that was put back the evidence went as well, unless somebody else had it.
      if (master !== station.name || life !== station.life()) continue
      const isShown = readFrontier(reader).some((entry) => entry.log === log && entry.branch > 0)
      if (!isShown) wrong.push(`${station.name} does not show that ${log} was told twice`)
    }
    const marked = reader.all<{ projection: string; subject: string }>(
      'SELECT projection, subject FROM projection_states WHERE facts LIKE ? OR decisions LIKE ?',
      `%${forgedMark}%`,
      `%${forgedMark}%`,
    )
    wrong.push(...marked.map(({ projection, subject }) => `${station.name} shows what a thief said in ${projection} of ${subject}`))
  }
  return { looked: witness.altered.length + witness.forged.length * up.length, wrong }
}

function returns(world: World, up: readonly Up[]): CheckResult {
  const wrong: string[] = []
  let looked = 0
  for (const { station, running } of up) {
    const sessions = running.master.store.reader.all<{
      node_id: string
      verdict: string | null
      reasons: string
      closed_at: number | null
    }>('SELECT node_id, verdict, reasons, closed_at FROM return_sessions')
    looked += sessions.length
    for (const { node_id, verdict, reasons, closed_at } of sessions) {
      if (closed_at === null) wrong.push(`a return of ${node_id} at ${station.name} never ended`)
      else if (verdict === 'QUARANTINED' && (JSON.parse(reasons) as readonly unknown[]).length === 0)
        wrong.push(`a return of ${node_id} at ${station.name} ended in quarantine without a reason`)
    }
  }
  for (const node of world.nodes) {
    looked++
    if (!isAtRest(world, node)) wrong.push(`${node.name} is neither LIVE nor QUARANTINED`)
  }
  return { looked, wrong }
}

function commands({ witness, nodes }: World): CheckResult {
  const wrong = nodes.flatMap(toldTwice)
  for (const { node, commandId, nodeClockMs, expiresAtMs } of witness.begun)
    if (expiresAtMs !== null && nodeClockMs > expiresAtMs)
      wrong.push(`${node} began ${commandId} ${nodeClockMs - expiresAtMs} ms past its expiry`)
  for (const [name, begun] of Map.groupBy(witness.begun, ({ node, key }) => `${node}/${key}`)) {
    if (new Set(begun.map(({ commandId }) => commandId)).size > 1) wrong.push(`${name} was begun for more than one command`)
    if (begun.filter(({ semantics }) => semantics === 'AT_MOST_ONCE').length > 1)
      wrong.push(`${name} was to run at most once and was begun again`)
    if (hasBegunAttemptTwice(begun)) wrong.push(`${name} was begun twice as the same attempt`)
  }
  for (const [name, values] of witness.effects) if (values.length > 1) wrong.push(`${name} took effect ${values.length} times`)
  return { looked: witness.begun.length + witness.effects.size, wrong }
}

/** By the node's own log: what it says it began and did. */
function toldTwice(node: World['nodes'][number]): string[] {
  const store = node.disk.current()
  if (store === undefined) return []
  const told = readEventsAfter(store.reader, 0, lastPosition(store.reader)).flatMap(({ event }) => {
    const { commandId, attempt } = (event?.data ?? {}) as { readonly commandId?: string; readonly attempt?: number }
    if (event?.type === 'ibcf.command.started.v1') return [`began attempt ${attempt} of ${commandId}`]
    return event?.type === 'ibcf.command.applied.v1' ? [`did ${commandId}`] : []
  })
  return [...Map.groupBy(told, (line) => line)].flatMap(([line, times]) =>
    times.length > 1 ? [`${node.name} ${line} ${times.length} times`] : [],
  )
}

function hasBegunAttemptTwice(begun: readonly Begun[]): boolean {
  return new Set(begun.map(({ commandId, attempt }) => `${commandId} ${attempt}`)).size !== begun.length
}
