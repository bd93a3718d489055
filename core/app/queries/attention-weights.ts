/** How much each thing counts for a node: by its policy, then its domain, then the nearest above that says ([AT4]). */
import { type AttentionWeights, type AttentionWeightsSet, defaultAttentionWeights, inheritWeights } from '../../fleet/attention/weights.ts'
import type { ReadModel } from '../read-model.ts'
import type { DesiredPolicy } from './domain-rule.ts'
import { lineageOf } from './lineage.ts'

type Model = Pick<ReadModel, 'domain' | 'attentionWeights'>

export function weightsFor(model: Model, domainId: string, desired: DesiredPolicy | undefined): AttentionWeights {
  const sets = lineageOf(model, domainId).flatMap(({ id }) => model.attentionWeights(id) ?? [])
  const own = desired?.policy.attentionWeights
  return inheritWeights(own === undefined ? sets : [own, ...sets])
}

/**
 * How many times more than by the defaults anything may count anywhere, at least 1. Rows are kept in the order of the defaults; whoever
 * looks for the worst in that order goes on for so much longer.
 */
export function mostOverDefault(model: Pick<ReadModel, 'reader' | 'policy' | 'attentionWeights'>): number {
  const ofDomains = model.reader
    .all<{ subject: string }>('SELECT subject FROM weighing_domains')
    .map(({ subject }) => model.attentionWeights(subject))
  const ofPolicies = model.reader
    .all<{ subject: string }>('SELECT subject FROM policies WHERE weighs = 1')
    .map(({ subject }) => model.policy(subject)?.attentionWeights)
  return [...ofDomains, ...ofPolicies].reduce((most, set) => Math.max(most, shareOf(set ?? {})), 1)
}

/** Whether a domain or a policy sets weights of its own, higher or lower ones. */
export function isAnythingWeighed({ reader }: Pick<ReadModel, 'reader'>): boolean {
  const any = 'SELECT 1 FROM weighing_domains UNION ALL SELECT 1 FROM policies WHERE weighs = 1 LIMIT 1'
  return reader.get(any) !== undefined
}

function shareOf(set: AttentionWeightsSet): number {
  const names = Object.keys(defaultAttentionWeights) as (keyof AttentionWeights)[]
  return Math.max(...names.map((name) => (set[name] ?? 0) / defaultAttentionWeights[name]))
}
