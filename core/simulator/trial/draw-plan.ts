/** Draws the schedule of a trial from its seed: people at work, and between them the faults that were asked for. */
import { createSeededRandom, type SeededRandom } from '../seeded-random.ts'
import { type FaultKind, type Happening, orders, stickFates, type Timed, wireFaults } from './happening.ts'
import { masterNamesOf, nodeNamesOf, sharedNode, type TrialPlan } from './plan.ts'

export type DrawOptions = {
  readonly seed: string
  readonly islands: number
  readonly nodes: number
  readonly hours: number
  readonly relays?: number
  readonly faults: readonly FaultKind[]
}

/** Of each kind, on average, for each island and hour. */
const workPerHour = 5
const faultsPerHour = 6
const minuteMs = 60_000

type Place = {
  readonly random: SeededRandom
  readonly sealing: SeededRandom
  readonly masters: readonly string[]
  readonly nodes: readonly string[]
  keys: number
  ports: number
}

export function drawPlan({ seed, islands, nodes, hours, relays = 0, faults }: DrawOptions): TrialPlan {
  const random = createSeededRandom(`${seed}/plan`)
  const shape = { islands, nodes, relays }
  const place: Place = {
    random,
    sealing: random.fork('sealing'),
    masters: masterNamesOf(shape),
    nodes: nodeNamesOf(shape),
    keys: 0,
    ports: 1000,
  }
  const spanMs = hours * 3_600_000
  const often = (perHour: number): number => Math.max(1, Math.round(perHour * islands * hours * random.between(0.6, 1.4)))
  const happenings: Timed[] = []
  const add = (what: Happening, atMs = Math.floor(random.between(0, spanMs * 0.9))): void => void happenings.push({ atMs, what })
  for (let count = often(workPerHour); count > 0; count--) for (const what of drawWork(place)) add(what)
  if (faults.length > 0)
    for (let count = often(faultsPerHour); count > 0; count--) drawFault(place, random.pick(faults) as FaultKind, add, spanMs)
  return {
    v: 1,
    seed,
    islands,
    nodes,
    hours,
    ...(relays > 0 ? { relays } : {}),
    happenings: happenings.toSorted((a, b) => a.atMs - b.atMs),
  }
}

function pick<Item>({ random }: Place, items: readonly Item[]): Item {
  return random.pick(items) as Item
}

function drawWork(place: Place): readonly Happening[] {
  const { random, masters, nodes } = place
  const master = pick(place, masters)
  const draw = random.next()
  if (draw < 0.45) {
    const node = pick(
      place,
      nodes.filter((name) => name.startsWith(`${master}-`)),
    )
    return [commandFor(place, master, node)]
  }
  if (draw < 0.5 && nodes.includes(sharedNode)) return [commandFor(place, master, sharedNode)]
  if (draw < 0.62) return [{ kind: 'policy', master, port: ++place.ports }]
  if (draw < 0.68) return [{ kind: 'domain', master, name: `Section ${++place.keys}` }]
  if (draw < 0.73) return [{ kind: 'quarantine', node: pick(place, nodes) }]
  if (draw < 0.85) return [{ kind: 'remediate', node: pick(place, nodes) }]
  return masters.length > 1 ? [stick(place, 'arrives')] : [{ kind: 'backup', master }]
}

function commandFor(place: Place, master: string, node: string): Happening {
  const { random } = place
  // Now and then the same key again: a person who did not see the answer presses once more.
  const key = `k${random.chance(0.2) ? place.keys : ++place.keys}`
  const expiresInMs = random.chance(0.5) ? Math.floor(random.between(1, 60) * minuteMs) : null
  return { kind: 'command', master, node, order: pick(place, orders), key, isOnce: random.chance(0.3), expiresInMs }
}

function stick(place: Place, fate: (typeof stickFates)[number]): Happening {
  const from = pick(place, place.masters)
  const to = pick(
    place,
    place.masters.filter((name) => name !== from),
  )
  const takesMs = Math.floor(place.random.between(1, 60) * minuteMs)
  return { kind: 'carry', from, to, takesMs, fate, ...(place.sealing.chance(0.5) ? { sealed: true } : {}) }
}

function minutes({ random }: Place, least: number, most: number): number {
  return Math.floor(random.between(least, most) * minuteMs)
}

type Add = (what: Happening, atMs?: number) => void

function drawFault(place: Place, kind: FaultKind, add: Add, spanMs: number): void {
  const { random, masters, nodes } = place
  const node = pick(place, nodes)
  const master = pick(place, masters)
  const machine = random.chance(0.5) ? node : master
  switch (kind) {
    case 'cut':
      return add({ kind: 'cut', node, forMs: minutes(place, 1, 45) })
    case 'weaken':
      return add({
        kind: 'weaken',
        node,
        forMs: minutes(place, 2, 30),
        addRttMs: Math.floor(random.between(0, 6000)),
        addLossPct: Math.floor(random.between(0, 60)),
        mostKbps: Math.floor(random.between(8, 200)),
      })
    case 'wire':
      return add({ kind: 'wire', node, fault: pick(place, wireFaults), times: Math.floor(random.between(1, 4)) })
    case 'crash': {
      const at = random.next()
      const point =
        at < 0.3
          ? { at: 'now' as const }
          : at < 0.7
            ? { at: 'write' as const, writes: Math.floor(random.between(1, 60)) }
            : { at: 'commit' as const }
      return add({ kind: 'crash', machine, point, downMs: minutes(place, 0, 10), torn: random.chance(0.4) })
    }
    case 'clock-jump':
      return add({ kind: 'clock-jump', machine, byMs: Math.floor(random.between(-90, 90) * minuteMs) })
    case 'clock-drift':
      return add({ kind: 'clock-drift', machine, percent: Math.round(random.between(-5, 5)), forMs: minutes(place, 5, 60) })
    case 'disk-full':
      return add({ kind: 'disk-full', machine, forMs: minutes(place, 1, 15) })
    case 'tamper':
      return random.chance(0.3) ? add({ kind: 'tamper', node }) : undefined
    case 'clone':
      return random.chance(0.3) ? add({ kind: 'clone', node, forMs: minutes(place, 5, 30) }) : undefined
    case 'steal-key': {
      if (!random.chance(0.3)) return
      const atMs = Math.floor(random.between(0, spanMs * 0.7))
      add({ kind: 'steal-key', node }, atMs)
      return random.chance(0.5) ? add({ kind: 'revoke', node }, atMs + minutes(place, 1, 20)) : undefined
    }
    case 'restore': {
      if (!random.chance(0.4)) return
      const atMs = Math.floor(random.between(0, spanMs * 0.6))
      add({ kind: 'backup', master }, atMs)
      const backAt = atMs + minutes(place, 5, 40)
      add({ kind: 'restore', master, silently: random.chance(0.5) }, backAt)
      return add({ kind: 'reclaim', master }, backAt + minutes(place, 1, 10))
    }
    case 'sticks':
      return masters.length > 1 ? add(stick(place, pick(place, stickFates))) : undefined
    case 'withhold':
      return add({ kind: 'withhold', node, lane: pick(place, ['control', 'fact', 'bulk'] as const), forMs: minutes(place, 2, 20) })
    case 'claims': {
      if (masters.length < 2 || !random.chance(0.4)) return
      const claimant = pick(place, masters.slice(1))
      const atMs = Math.floor(random.between(0, spanMs * 0.6))
      add({ kind: 'claim', master: claimant }, atMs)
      add({ kind: 'turn', node: sharedNode, to: claimant }, atMs + minutes(place, 0, 5))
      // Whoever looks after the link leads it back to where it led before, and the old holder goes on as if nothing had been.
      if (random.chance(0.5)) {
        const backAt = atMs + minutes(place, 10, 30)
        add({ kind: 'turn', node: sharedNode, to: masters[0] as string }, backAt)
        add(commandFor(place, masters[0] as string, sharedNode), backAt + minutes(place, 0, 5))
      }
      return random.chance(0.5) ? add({ kind: 'resolve', inFavourOf: claimant }, atMs + minutes(place, 10, 40)) : undefined
    }
  }
}
