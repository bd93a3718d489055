/**
 * The life of the island: what goes wrong and mends itself, by chance and at a calm pace, for as long as somebody may be looking.
 * A fault is begun only where nothing else is wrong, and every one of them ends.
 */
import { remediateNode } from '../app/acts/nodes.ts'
import type { NodeId } from '../kernel/ids.ts'
import { cutLink, engineerOf, type Island, restartNode, restoreLink, slowLink } from './island.ts'
import type { SeededRandom } from './seeded-random.ts'
import type { SimulatedNode } from './simulated-node.ts'

const minuteMs = 60_000
const cause = 'life'
const shadow = 'shadow'

/** Minutes between faults, and minutes that they last, each from..to. */
export type Tempo = { readonly everyMinutes: readonly [number, number]; readonly lastsMinutes: readonly [number, number] }

export const pastTempo: Tempo = { everyMinutes: [6, 12], lastsMinutes: [26, 60] }
export const liveTempo: Tempo = { everyMinutes: [1 / 3, 1], lastsMinutes: [3, 14] }

/** Of a hundred things that happen. */
const weights = { cut: 30, slow: 18, ail: 25, restart: 12, release: 10, relay: 3, tamper: 2 } as const
/** Minutes a roving machine is in the open, and in the shadow of the radio. */
const roving = { first: [0.2, 9], open: [4, 9], shadow: [2.5, 4.5] } as const
/** The engineer lets one back in when so many are in quarantine. */
const mostQuarantined = 5

export type IslandLife = { readonly setTempo: (tempo: Tempo) => void; readonly startRoving: () => void }

export function startLife(island: Island, random: SeededRandom, firstTempo: Tempo): IslandLife {
  const { network, scheduler, nodes, master } = island
  let tempo = firstTempo
  let cancelNext = planNext()

  function minutes([least, most]: readonly [number, number], act: () => void): () => void {
    return scheduler.after(random.between(least, most) * minuteMs, act)
  }

  function planNext(): () => void {
    return minutes(tempo.everyMinutes, () => {
      cancelNext = planNext()
      happen()
    })
  }

  /** A node of the fleet, no relay, with which all is well as far as the island knows. */
  function pickSound(): SimulatedNode | undefined {
    return random.pick(
      nodes.filter(
        ({ plan, machine, isRunning, nodeId }) =>
          !plan.isRelay &&
          plan.asksMinutesAgo === undefined &&
          isRunning() &&
          !machine.isAiling() &&
          network.isReachable(plan.name) &&
          isInService(nodeId),
      ),
    )
  }

  function isInService(node: NodeId): boolean {
    return master.model.lifecycle(node)?.phase === 'ACTIVE' && master.model.connectivity(node)?.mode !== 'RETURNING'
  }

  function happen(): void {
    const kind = pickWeighted(random)
    if (kind === 'release') return release()
    if (kind === 'relay') {
      const relay = random.pick(nodes.filter(({ plan }) => plan.isRelay && network.isReachable(plan.name)))
      return relay === undefined ? undefined : cutFor(relay, [1.5, 3])
    }
    const node = pickSound()
    if (node === undefined) return
    switch (kind) {
      case 'cut':
        return cutFor(node, tempo.lastsMinutes)
      case 'slow':
        network.impair(node.plan.name, cause, slowLink)
        minutes(tempo.lastsMinutes, () => network.impair(node.plan.name, cause, undefined))
        return
      case 'ail':
        node.machine.ail(random.chance(0.15) ? 'FAILED' : 'DEGRADED')
        minutes(tempo.lastsMinutes, node.machine.heal)
        return
      case 'restart':
        return restartNode(island, node, random.between(4000, 20_000))
      case 'tamper':
        cutFor(node, tempo.lastsMinutes)
        minutes([1, 2], node.tamper)
        return
    }
  }

  function cutFor(node: SimulatedNode, lasts: readonly [number, number]): void {
    cutLink(island, node, cause)
    minutes(lasts, () => restoreLink(island, node, cause))
  }

  function release(): void {
    const quarantined = master.model.reader.all("SELECT subject FROM lifecycle_nodes WHERE phase = 'QUARANTINED' ORDER BY subject")
    const nodeId = random.pick(quarantined)?.['subject']
    if (quarantined.length < mostQuarantined || nodeId === undefined) return
    const reason = 'Looked at on site: its storage was replaced, the machine is sound.'
    remediateNode(engineerOf(island), { nodeId: String(nodeId) as NodeId, reason })
  }

  function rove(node: SimulatedNode, inTheOpen: readonly [number, number]): void {
    minutes(inTheOpen, () => {
      cutLink(island, node, shadow)
      minutes(roving.shadow, () => {
        restoreLink(island, node, shadow)
        rove(node, roving.open)
      })
    })
  }

  return {
    setTempo: (next) => {
      tempo = next
      cancelNext()
      cancelNext = planNext()
    },
    startRoving: () => {
      for (const node of nodes) if (node.plan.isRoving) rove(node, roving.first)
    },
  }
}

type Happening = keyof typeof weights

function pickWeighted(random: SeededRandom): Happening {
  const entries = Object.entries(weights) as [Happening, number][]
  let left = random.next() * entries.reduce((sum, [, weight]) => sum + weight, 0)
  for (const [kind, weight] of entries) {
    left -= weight
    if (left < 0) return kind
  }
  return 'cut'
}
