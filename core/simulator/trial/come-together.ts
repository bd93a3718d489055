/** The end of a trial: every fault stops, every machine is up with the right time, and everyone meets until nobody has anything new. */
import { authorityOf } from '../../app/queries/authority-view.ts'
import type { ReadModel } from '../../app/read-model.ts'
import type { DomainId, MasterId } from '../../kernel/ids.ts'
import { readFrontier } from '../../store/frontier.ts'
import type { FieldNode } from './field-node.ts'
import { empty } from './perform.ts'
import { homeOf, sharedNode } from './plan.ts'
import type { Station } from './station.ts'
import type { World } from './world.ts'

const stepMs = 60_000
/** The longest that a node waits of itself, many times over. */
const longestMs = 60 * 60_000
const mostRounds = 12

/** What is still not at rest when the time is over; empty when everybody is. */
export async function comeTogether(world: World, withinMs: number = longestMs): Promise<readonly string[]> {
  await mend(world)
  for (const station of world.stations) if (holdsLapsed(station)) station.act('authority.reclaim', { reason: 'Nobody else holds it.' })
  meetAll(world)
  settleContest(world)
  meetAll(world)
  const until = world.time.clock.now() + withinMs
  while (world.time.clock.now() < until) {
    await world.time.runUntil(world.time.clock.now() + stepMs)
    if (restless(world).length === 0) break
    meetAll(world)
    // What only a node still knew is known to everybody by now, and may need a person.
    settleContest(world)
    meetAll(world)
  }
  const rest = restless(world)
  meetAll(world)
  return [...rest, ...apart(world)]
}

async function mend(world: World): Promise<void> {
  const { network, wire, stations, nodes, twins } = world
  wire.clear()
  for (const twin of twins.values()) twin.crash({ at: 'now' }, false)
  for (const node of nodes) {
    network.restore(node.name)
    network.impair(node.name, 'trial', undefined)
  }
  for (const machine of [...stations, ...nodes]) {
    machine.hardware.setRight()
    empty(machine.disk.current())
    // What waits for a write to fail at never comes about any more.
    machine.crash({ at: 'now' }, false)
    await machine.start()
  }
}

function holdsLapsed(station: Station): boolean {
  return station.life() > 0
}

/** Until a round brings nothing new; no time passes meanwhile. */
export function meetAll({ stations, courier }: World): void {
  for (let round = 0; round < mostRounds; round++) {
    let isNew = false
    for (const [at, a] of stations.entries()) for (const b of stations.slice(at + 1)) isNew = courier.meet(a, b) || isNew
    if (!isNew) return
  }
}

/** The holder above decides, and the node of that domain is led to whoever it is. */
function settleContest(world: World): void {
  const domainId = world.shared()
  const [first] = world.stations
  const model = first?.running()?.master.model
  if (domainId === undefined || first === undefined || model === undefined) return
  const holder = model.holder(domainId)
  const [claimant] = holder.claimants
  if (holder.standing === 'contested' && claimant !== undefined) first.act('authority.resolve', { domainId, inFavourOf: claimant.masterId })
  const now = giveAnew(first, model, domainId)
  world.wire.turn(sharedNode, world.stations.find((station) => station.masterId() === now) ?? world.station(homeOf(sharedNode)))
}

/** Held by a life of a master that is over, the domain is given to that master again. Who holds it then. */
function giveAnew(first: Station, model: ReadModel, domainId: DomainId): string | null {
  const { standing, masterId } = model.holder(domainId)
  if (standing === 'held' && masterId !== null && authorityOf(model, domainId).standing === 'nobody')
    first.act('authority.grant', { domainId, to: { masterId: masterId as MasterId }, until: null, reason: 'It was restored.' })
  return model.holder(domainId).masterId
}

function restless(world: World): readonly string[] {
  return world.nodes.flatMap((node) => (isAtRest(world, node) ? [] : [`${node.name} is ${stateOf(node)}`]))
}

/** Attached with nothing left to tell, or kept apart with what it told. */
export function isAtRest(world: World, node: FieldNode): boolean {
  const view = node.view()
  const end = world.wire.end(node.name)?.running()?.master
  const phase = end?.model.lifecycle(node.nodeId())?.phase
  if (view === undefined || end === undefined) return false
  if (view.state === 'QUARANTINED') return true
  if (view.state === 'ATTACHED' && view.backlogMessages === 0) return end.model.connectivity(node.nodeId())?.mode === 'LIVE'
  // Its key is revoked: nobody talks to it, and it knows no better.
  return phase === 'QUARANTINED' && end.model.lifecycle(node.nodeId())?.isKeyRevoked === true
}

function stateOf(node: FieldNode): string {
  const view = node.view()
  return view === undefined
    ? 'down'
    : `${view.state}, ${view.backlogMessages} to tell${view.difficulty === undefined ? '' : ` (${view.difficulty.code})`}`
}

function apart({ stations }: World): readonly string[] {
  const frontiers = stations.map((station) => {
    const reader = station.running()?.master.store.reader
    return reader === undefined
      ? station.name
      : readFrontier(reader)
          .map(({ log, seq, head }) => `${log} ${seq} ${head}`)
          .join('\n')
  })
  return new Set(frontiers).size === 1 ? [] : ['the masters do not hold the same after they met']
}
