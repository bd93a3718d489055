/**
 * Who stands outside of the simulated world and writes down what was said: every acknowledgement that left a machine, every effect on a
 * machine, every forgery that was made. What the checks compare with, and what no part of the world can change.
 */
import type { Facts } from '../../kernel/app-error.ts'

/** A master told a node that it holds the log so far. `life` counts the times that its database was put back. */
export type AcknowledgedLog = { readonly master: string; readonly life: number; readonly log: string; readonly seq: number }
/** A master told a person that the decision is on the record. */
export type AcknowledgedAct = { readonly master: string; readonly life: number; readonly eventId: string }
/** A node began a command. */
export type Begun = {
  readonly node: string
  readonly commandId: string
  readonly key: string
  readonly semantics: string
  readonly attempt: number
  readonly placement: number
  readonly epoch: number
  readonly masterId: string
  /** What the node obeyed before. */
  readonly fence: { readonly placement: number; readonly epoch: number; readonly masterId: string } | undefined
  readonly nodeClockMs: number
  readonly expiresAtMs: number | null
}
export type Obeyed = { readonly node: string; readonly placement: number; readonly epoch: number; readonly masterId: string }
/** Bytes that their origin never said, at a place of its log, brought to a master in one of its lives, which holds them apart. */
export type Forged = { readonly master: string; readonly life: number; readonly log: string; readonly seq: number; readonly leaf: string }
/** Bytes that were changed on their way, and whether who got them refused them. */
export type Altered = { readonly where: string; readonly wasRefused: boolean }
export type Trouble = { readonly who: string; readonly message: string; readonly facts: Facts | undefined }

export type Witness = {
  readonly acknowledgedLogs: AcknowledgedLog[]
  readonly acknowledgedActs: AcknowledgedAct[]
  readonly begun: Begun[]
  readonly obeyed: Obeyed[]
  readonly forged: Forged[]
  readonly altered: Altered[]
  /** Node by node, the values that each key gave its machine, in order; the same one twice in a row is once. */
  readonly effects: Map<string, string[]>
  /** Reported as a fault of ours by a machine that had power. */
  readonly troubles: Trouble[]
  /** Faults that came about, by name. */
  readonly faults: Map<string, number>
  /** The domains that each master knew when the faults stopped, before everyone met: `master/name`. */
  readonly known: Set<string>
  /** Whole pieces that were left with relays, by the relay's name. */
  readonly left: Map<string, number>
  /** Refusals that a person or a node was told, by code. */
  readonly refusals: Map<string, number>
}

export function createWitness(): Witness {
  return {
    acknowledgedLogs: [],
    acknowledgedActs: [],
    begun: [],
    obeyed: [],
    forged: [],
    altered: [],
    effects: new Map(),
    troubles: [],
    faults: new Map(),
    known: new Set(),
    left: new Map(),
    refusals: new Map(),
  }
}

export function tally(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1)
}
