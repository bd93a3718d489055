/** What a scenario can look at when it is over. Each answers with what does not hold, in words. */
import { readFrontier } from '../../store/frontier.ts'
import type { Station } from '../trial/station.ts'
import type { World } from '../trial/world.ts'

type Look = (world: World) => readonly string[]

export function all(...looks: readonly Look[]): Look {
  return (world) => looks.flatMap((look) => look(world))
}

function endOf(world: World, node: string): Station {
  return world.wire.end(node) ?? world.station(node)
}

function phaseOf(world: World, node: string): string | undefined {
  return endOf(world, node).running()?.master.model.lifecycle(world.node(node).nodeId())?.phase
}

export function isLive(node: string): Look {
  return (world) => {
    const { mode } = endOf(world, node).running()?.master.model.connectivity(world.node(node).nodeId()) ?? {}
    const phase = phaseOf(world, node)
    return mode === 'LIVE' && phase === 'ACTIVE' ? [] : [`${node} is ${phase}, ${mode}, and not ACTIVE and LIVE`]
  }
}

export function isQuarantined(node: string): Look {
  return (world) => (phaseOf(world, node) === 'QUARANTINED' ? [] : [`${node} is ${phaseOf(world, node)} and not QUARANTINED`])
}

/** It came about: without it the scenario would prove nothing. */
export function cameAbout(fault: string, times = 1): Look {
  return ({ witness }) => ((witness.faults.get(fault) ?? 0) >= times ? [] : [`${fault} did not come about ${times} times`])
}

export function tookEffect(node: string, key: string): Look {
  return ({ witness }) => (witness.effects.has(`${node}/${key}`) ? [] : [`the command ${key} took no effect at ${node}`])
}

export function tookNoEffect(node: string, key: string): Look {
  return ({ witness }) => (witness.effects.has(`${node}/${key}`) ? [`the command ${key} took effect at ${node}`] : [])
}

export function begunTimes(node: string, key: string, times: number): Look {
  return ({ witness }) => {
    const begun = witness.begun.filter((one) => one.node === node && one.key === key).length
    return begun === times ? [] : [`the command ${key} was begun ${begun} times at ${node}, not ${times}`]
  }
}

/** Shown at its master as told twice. */
export function isForked(node: string): Look {
  return (world) => {
    const reader = endOf(world, node).running()?.master.store.reader
    const origin = world.node(node).nodeId()
    const isShown = reader !== undefined && readFrontier(reader, { origin }).some(({ branch }) => branch > 0)
    return isShown ? [] : [`nobody shows that the log of ${node} was told twice`]
  }
}

/** Parked as evidence at the master, under this code. */
export function wasNoticed(master: string, code: string): Look {
  return (world) => {
    const reader = world.station(master).running()?.master.store.reader
    const row = reader?.get('SELECT 1 FROM evidence WHERE code = ?', code)
    return row === undefined ? [`${master} noticed nothing (${code})`] : []
  }
}

export function wasLeftWith(relay: string): Look {
  return ({ witness }) => (witness.left.has(relay) ? [] : [`nothing was left with ${relay}`])
}

/** Who holds the domain that more than one may hold. */
export function holdsShared(master: string): Look {
  return (world) => {
    const domainId = world.shared()
    const holder = domainId === undefined ? undefined : world.stations[0]?.running()?.master.model.holder(domainId)
    const wanted = world.station(master).masterId()
    return holder?.standing === 'held' && holder.masterId === wanted
      ? []
      : [`${master} does not hold the common domain (${holder?.standing})`]
  }
}

export function knowsDomain(master: string, name: string): Look {
  return (world) => {
    const reader = world.station(master).running()?.master.store.reader
    const row = reader?.get('SELECT 1 FROM domains WHERE name = ?', name)
    return row === undefined ? [`${master} does not know the domain ${name}`] : []
  }
}

/** Before everyone met: the courier brought it. */
export function knewDomain(master: string, name: string): Look {
  return ({ witness }) => (witness.known.has(`${master}/${name}`) ? [] : [`${master} did not know the domain ${name} before everyone met`])
}
