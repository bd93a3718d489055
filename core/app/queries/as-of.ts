/**
 * The read model of a past instant, as that instant is known today ([PJ12]): the same queries over it give the same shapes. What only
 * lives in memory (presence) or outside of the projections (open returns, logs) has no past here, and is left out by who asks.
 */
import { AppError } from '../../kernel/app-error.ts'
import { projections, readTables } from '../../projections/all.ts'
import type { NodesRow } from '../../projections/nodes.ts'
import type { States } from '../../projections/read-table.ts'
import { readAsOf, readRowAsOf } from '../projecting/read-as-of.ts'
import { readFreezers } from '../projecting/read-states.ts'
import type { ReadModel } from '../read-model.ts'
import { createHolders } from './holders.ts'

/** `at` is RFC 3339. Throws Invalid `AS_OF_IN_FUTURE`. */
export function modelAsOf(model: ReadModel, at: string): ReadModel {
  const atMs = Date.parse(at)
  if (atMs > model.ports.clock.now()) throw new AppError('Invalid', 'AS_OF_IN_FUTURE', 'That instant has not come yet.', { at })
  const { reader } = model
  const read = rememberedReads((name, subject) => {
    const projection = projections.find((candidate) => candidate.name === name)
    return projection === undefined ? undefined : readAsOf(reader, model.ports.crypto, projection, subject, atMs)
  })
  const decided =
    <State>(projection: string) =>
    (subject: string): State | undefined =>
      (read(projection, subject)?.decisions ?? undefined) as State | undefined
  return {
    ...model,
    ports: { ...model.ports, clock: { ...model.ports.clock, now: () => atMs } },
    presence: { of: () => undefined, follow: () => undefined },
    lifecycle: decided('lifecycle'),
    connectivity: decided('connectivity'),
    actual: (node) => (read('actual', node)?.facts ?? undefined) as ReturnType<ReadModel['actual']>,
    domain: decided('domains'),
    authority: decided('authority'),
    ...createHolders({
      authority: decided('authority'),
      domain: decided('domains'),
      lives: decided('lives'),
      place: decided('places'),
      freezers: () => readFreezers(reader),
    }),
    operator: decided('operators'),
    master: decided('masters'),
    policy: decided('policies'),
    command: decided('commands'),
    commandReports: (node) => (read('command_reports', node)?.facts ?? undefined) as ReturnType<ReadModel['commandReports']>,
    assignments: decided('assignments'),
    waivers: decided('waivers'),
    rollout: decided('rollouts'),
    relay: decided('relays'),
    bundle: decided('bundles'),
    cares: decided('attention'),
    attentionWeights: decided('attention_weights'),
    maintenance: decided('maintenance'),
    notes: decided('log_book'),
    reconciliation: decided('reconciliation'),
    hardware: decided('hardware'),
    proofs: (node) => (read('proofs', node)?.facts ?? undefined) as ReturnType<ReadModel['proofs']>,
    localDecisions: (node) => (read('local_decisions', node)?.facts ?? undefined) as ReturnType<ReadModel['localDecisions']>,
    pastRowOf: (node) => readRowAsOf(reader, model.ports.crypto, { projections, readTables }, 'nodes', node, atMs) as NodesRow | undefined,
  }
}

/** One answer asks for the same domain many times over, and each fold costs reading its events. */
function rememberedReads(read: (name: string, subject: string) => States | undefined): typeof read {
  const known = new Map<string, States | undefined>()
  return (name, subject) => {
    const key = `${name}/${subject}`
    if (!known.has(key)) known.set(key, read(name, subject))
    return known.get(key)
  }
}
