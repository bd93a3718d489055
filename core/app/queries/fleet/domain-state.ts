/** Figures of nodes together that hold until something changes; what only the clock moves is found when it is asked for. */
import { type HealthLine, noSums, type Sums } from '../health-line.ts'

export type DomainState = Omit<Sums, 'worstSecondsBehind'> & {
  /** When the first of them should have been heard again, wall milliseconds. */
  readonly dueMs: number | null
  /** Nodes whose version nobody told. */
  readonly unknownVersion: number
  /** Nodes that report the version that is desired of them. */
  readonly onTarget: number
}

const { worstSecondsBehind: _worst, ...none } = noSums()
export const noState: DomainState = { ...none, dueMs: null, unknownVersion: 0, onTarget: 0 }

/** Figures of a domain by itself and with all below it, and as they are shown. */
export type Lines = {
  readonly own: DomainState
  readonly ownLine: HealthLine
  readonly subtree: DomainState
  readonly subtreeLine: HealthLine
}

export function addStates(states: readonly DomainState[]): DomainState {
  const total = noSums()
  let dueMs: number | null = null
  let unknownVersion = 0
  let onTarget = 0
  for (const state of states) {
    total.nodes += state.nodes
    addInto(total.modes, state.modes)
    addInto(total.phases, state.phases)
    addInto(total.healths, state.healths)
    total.backlogMessages += state.backlogMessages
    total.driftTotal += state.driftTotal
    total.driftKnown += state.driftKnown
    total.oldestMs = least(total.oldestMs, state.oldestMs)
    total.newestMs = most(total.newestMs, state.newestMs)
    dueMs = least(dueMs, state.dueMs)
    unknownVersion += state.unknownVersion
    onTarget += state.onTarget
  }
  const { worstSecondsBehind: _silence, ...sums } = total
  return { ...sums, dueMs, unknownVersion, onTarget }
}

/** The longest silence is the one figure that grows by itself. */
export function worstAt(dueMs: number | null, nowMs: number): number {
  return dueMs === null ? 0 : Math.max(0, Math.floor((nowMs - dueMs) / 1000))
}

export function sumsAt({ dueMs, unknownVersion: _unknown, onTarget: _target, ...state }: DomainState, nowMs: number): Sums {
  return { ...state, worstSecondsBehind: worstAt(dueMs, nowMs) }
}

export function least(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.min(a, b)
}

export function most(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.max(a, b)
}

function addInto<Name extends string>(into: Record<Name, number>, from: Readonly<Record<Name, number>>): void {
  for (const name in from) into[name] += from[name]
}
