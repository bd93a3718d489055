/** Lets one happening happen: each does the real thing to the simulated world. What lasts a while ends by itself through `later`. */
import { alterBacklog } from '../backlog-thief.ts'
import { commandKinds } from '../../fleet/command/kinds.ts'
import { assertNever } from '../../kernel/assert-never.ts'
import type { DomainId, NodeId } from '../../kernel/ids.ts'
import type { Store } from '../../store/open.ts'
import { flipBit, packBundle, readBundleAt } from './bundles.ts'
import type { FieldNode } from './field-node.ts'
import { type Happening, faultNameOf } from './happening.ts'
import { homeOf } from './plan.ts'
import type { Station } from './station.ts'
import type { Stick } from './courier.ts'
import { forge } from './thief.ts'
import { tally } from './witness.ts'
import type { World } from './world.ts'

/** Something that follows in so many milliseconds; settled when nothing of it is under way. */
export type Later = (afterMs: number, act: () => void | Promise<void>) => void

const cause = 'trial'
/** A crash at a write comes by then, even if nothing is written. */
const longestUntilCrashMs = 10 * 60_000

/** False when it could not come about: the machine is down, there is no backup, nobody is there. */
export async function perform(world: World, what: Happening, later: Later): Promise<boolean> {
  const isCountedLater = what.kind === 'wire' || what.kind === 'withhold'
  const name = isCountedLater ? undefined : faultNameOf(what)
  const hasHappened = await happen(world, what, later)
  if (hasHappened && name !== undefined) tally(world.witness.faults, name)
  return hasHappened
}

async function happen(world: World, what: Happening, later: Later): Promise<boolean> {
  const { network, wire } = world
  switch (what.kind) {
    case 'cut':
      network.cut(what.node, cause)
      later(what.forMs, () => network.restore(what.node, cause))
      return true
    case 'weaken': {
      const { addRttMs, addLossPct, mostKbps } = what
      network.impair(what.node, cause, { addRttMs, addLossPct, mostKbps })
      later(what.forMs, () => network.impair(what.node, cause, undefined))
      return true
    }
    case 'wire':
      wire.inject(what.node, what.fault, what.times)
      return true
    case 'withhold':
      wire.withhold(what.node, what.lane)
      later(what.forMs, () => wire.withhold(what.node, undefined))
      return true
    case 'crash':
      return crash(world, what, later)
    case 'clock-jump':
      machineOf(world, what.machine).hardware.jump(what.byMs)
      return true
    case 'clock-drift': {
      const machine = machineOf(world, what.machine)
      setDrift(machine, what.percent)
      later(what.forMs, () => setDrift(machine, 0))
      return true
    }
    case 'disk-full': {
      const machine = machineOf(world, what.machine)
      const store = machine.disk.current()
      if (store === undefined) return false
      fill(store)
      later(what.forMs, () => empty(machine.disk.current()))
      return true
    }
    case 'tamper': {
      const node = world.node(what.node)
      const store = node.disk.current()
      return store !== undefined && alterBacklog(store, node.nodeId()) !== undefined
    }
    case 'clone':
      return clone(world, what.node, what.forMs, later)
    case 'steal-key':
      return forge(world, world.node(what.node))
    case 'backup':
      world.station(what.master).keepBackup()
      return true
    case 'restore': {
      const station = world.station(what.master)
      if (!station.putBack(what.silently)) return false
      world.begin(station.start)
      return true
    }
    case 'carry':
      return what.sealed === true ? carryBundle(world, what, later) : carry(world, what, later)
    default:
      return actOf(world, what)
  }
}

type ByPeople = Extract<
  Happening,
  { kind: 'command' | 'cancel' | 'policy' | 'domain' | 'quarantine' | 'remediate' | 'turn' | 'claim' | 'resolve' | 'reclaim' | 'revoke' }
>

function actOf(world: World, what: ByPeople): boolean {
  switch (what.kind) {
    case 'command':
      return command(world, what)
    case 'cancel': {
      const station = world.station(what.master)
      const issued = station
        .running()
        ?.master.store.reader.get<{ subject: string }>('SELECT subject FROM commands WHERE idempotency_key = ? LIMIT 1', what.key)
      return issued !== undefined && station.act('command.cancel', { commandId: issued.subject, reason: 'No longer wanted.' }) !== undefined
    }
    case 'policy':
      return policy(world, world.station(what.master), what.port)
    case 'domain': {
      const station = world.station(what.master)
      const parentId = station.rootDomainId()
      return station.act('domain.create', { name: what.name, parentId, level: 'LOCAL' }) !== undefined
    }
    case 'quarantine':
      return holderOf(world, what.node).act('node.quarantine', { nodeId: idOf(world, what.node), reason: 'To be looked at.' }) !== undefined
    case 'remediate':
      return holderOf(world, what.node).act('node.remediate', { nodeId: idOf(world, what.node), reason: 'Looked at.' }) !== undefined
    case 'revoke':
      return holderOf(world, what.node).act('node.revokeKey', { nodeId: idOf(world, what.node), reason: 'Stolen.' }) !== undefined
    case 'turn':
      world.wire.turn(what.node, world.station(what.to))
      return true
    case 'claim': {
      const domainId = world.shared()
      return (
        domainId !== undefined && world.station(what.master).act('authority.claim', { domainId, reason: 'Nobody answers.' }) !== undefined
      )
    }
    case 'resolve': {
      const domainId = world.shared()
      const inFavourOf = world.station(what.inFavourOf).masterId()
      return domainId !== undefined && world.stations[0]?.act('authority.resolve', { domainId, inFavourOf }) !== undefined
    }
    case 'reclaim':
      return world.station(what.master).act('authority.reclaim', { reason: 'Restored; nobody else holds it.' }) !== undefined
    default:
      return assertNever(what)
  }
}

function idOf(world: World, node: string): NodeId {
  return world.node(node).nodeId()
}

function holderOf(world: World, node: string): Station {
  return world.wire.end(node) ?? world.station(homeOf(node))
}

function machineOf(world: World, name: string): Station | FieldNode {
  return world.stations.find((station) => station.name === name) ?? world.node(name)
}

function setDrift(machine: Station | FieldNode, percent: number): void {
  machine.hardware.setDrift(percent)
  machine.setPace(machine.hardware.pace())
}

/** The disk has no room for one more page. */
function fill({ reader }: Store): void {
  const pages = Number(reader.get('PRAGMA page_count')?.['page_count'] ?? 0)
  reader.get(`PRAGMA max_page_count = ${pages}`)
}

export function empty(store: Store | undefined): void {
  store?.reader.get('PRAGMA max_page_count = 1073741823')
}

function crash(world: World, what: Extract<Happening, { kind: 'crash' }>, later: Later): boolean {
  const machine = machineOf(world, what.machine)
  const isUp = 'isRunning' in machine ? machine.isRunning() : machine.running() !== undefined
  if (!isUp) return false
  let isGone = false
  const gone = (): void => {
    isGone = true
    world.ports.scheduler.after(what.downMs, () => world.begin(machine.start))
  }
  machine.crash(what.point, what.torn, gone)
  if (what.point.at !== 'now')
    later(longestUntilCrashMs, () => {
      if (!isGone) machine.crash({ at: 'now' }, what.torn, gone)
    })
  return true
}

function clone(world: World, name: string, forMs: number, later: Later): boolean {
  const node = world.node(name)
  const twinName = `${name}~twin`
  if (!node.isRunning() || world.twins.has(twinName)) return false
  const twin = world.makeTwin(node, twinName)
  const end = world.wire.end(name)
  if (end !== undefined) world.wire.turn(twinName, end)
  const over = world.wire.via(name)
  if (over !== undefined) world.wire.lead(twinName, over)
  world.twins.set(twinName, twin)
  world.begin(twin.start)
  later(forMs, () => twin.crash({ at: 'now' }, false))
  return true
}

async function carryBundle(world: World, what: Carried, later: Later): Promise<boolean> {
  const { random, witness, real } = world
  const to = world.station(what.to)
  const bundle = await packBundle(world.station(what.from), to, real)
  if (bundle === undefined) return false
  const read = (bytes: Uint8Array, at: Station = to): Promise<boolean> => readBundleAt(at, bytes, world)
  const arrive = async (): Promise<void> => void (await read(bundle))
  switch (what.fate) {
    case 'lost':
      return true
    case 'arrives':
      later(what.takesMs, arrive)
      return true
    case 'twice':
      later(what.takesMs, arrive)
      later(what.takesMs * 3, arrive)
      return true
    case 'pulled':
      later(what.takesMs, async () => void (await read(bundle.subarray(0, bundle.length >> 1))))
      return true
    case 'flipped':
      later(what.takesMs, async () => {
        const wasTaken = await read(flipBit(bundle, random))
        witness.altered.push({ where: `a bundle for ${to.name}`, wasRefused: !wasTaken })
        await read(bundle)
      })
      return true
    case 'detour':
      // Whoever it is not sealed for cannot read it.
      for (const other of world.stations)
        if (other !== to && other.name !== what.from) later(what.takesMs / 2, async () => void (await read(bundle, other)))
      later(what.takesMs, arrive)
      return true
    default:
      return assertNever(what.fate)
  }
}

type Carried = Extract<Happening, { kind: 'carry' }>

function carry(world: World, what: Carried, later: Later): boolean {
  const { courier } = world
  const to = world.station(what.to)
  const stick = courier.pack(world.station(what.from), to)
  if (stick === undefined) return false
  const arrive = (carried: Stick, at: Station = to): void => void courier.deliver(at, carried)
  switch (what.fate) {
    case 'lost':
      return true
    case 'arrives':
      later(what.takesMs, () => arrive(stick))
      return true
    case 'twice':
      later(what.takesMs, () => arrive(stick))
      later(what.takesMs * 3, () => arrive(stick))
      return true
    case 'pulled':
      later(what.takesMs, () => arrive(courier.firstPart(stick)))
      return true
    case 'flipped':
      if (stick.pieces.length === 0) return false
      later(what.takesMs, () => arriveDamaged(world, to, stick))
      return true
    case 'detour':
      for (const other of world.stations) if (other !== to && other.name !== what.from) later(what.takesMs / 2, () => arrive(stick, other))
      later(what.takesMs, () => arrive(stick))
      return true
    default:
      return assertNever(what.fate)
  }
}

/** Read with a flipped bit, and then again, as people do when it was refused. */
function arriveDamaged({ courier, witness }: World, to: Station, stick: Stick): void {
  const damaged = courier.damage(stick)
  const taken = courier.deliver(to, damaged)
  const at = damaged.pieces.findIndex((piece, place) => piece !== stick.pieces[place])
  const answer = taken[at]
  if (answer !== undefined)
    // What is held already is not looked at again: nothing of it is taken, altered or not.
    witness.altered.push({ where: `a stick for ${to.name}`, wasRefused: answer.kind !== 'stored' && answer.kind !== 'forked' })
  courier.deliver(to, stick)
}

function command(world: World, { master, node, order, key, isOnce, expiresInMs }: Extract<Happening, { kind: 'command' }>): boolean {
  const station = world.station(master)
  const nowMs = station.running()?.master.config.ports.clock.now()
  if (nowMs === undefined) return false
  const kind = order === 'set' ? 'set-config' : order === 'snapshot' ? 'run-snapshot' : 'restart'
  const data = {
    set: { changes: [{ path: `/keys/${key}`, value: `${key} of ${master}` }] },
    snapshot: { parts: ['configuration'] },
    restart: { scope: 'agent' },
  }[order]
  const issued = station.act('command.issue', {
    nodeId: idOf(world, node),
    kind,
    data,
    ...(isOnce && commandKinds[kind].semantics === 'AT_LEAST_ONCE' ? { semantics: 'AT_MOST_ONCE' as const } : {}),
    expiresAt: expiresInMs === null ? null : new Date(nowMs + expiresInMs).toISOString(),
    reason: 'For the trial.',
    idempotencyKey: key,
  })
  return issued !== undefined
}

function policy(world: World, station: Station, port: number): boolean {
  const holdsShared = station === world.stations[0] && world.shared() !== undefined
  const policyBundleId = station.act('policy.publish', {
    name: `Port ${port}`,
    version: '1.0.0',
    targetVersion: '1.0.0',
    configuration: { port },
  } as never)
  if (policyBundleId === undefined) return false
  const domains: readonly DomainId[] = [station.rootDomainId(), ...(holdsShared ? [world.shared() as DomainId] : [])]
  return domains.some((domainId) => station.act('policy.assign', { policyBundleId, domainId }) !== undefined)
}
