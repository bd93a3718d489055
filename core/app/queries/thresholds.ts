/** The thresholds that hold in a domain: what it sets, over what its ancestors set, over the defaults. */
import type { Thresholds } from '../../fleet/decisions.ts'
import { defaultThresholds } from '../../fleet/connectivity/assess.ts'
import type { DomainId } from '../../kernel/ids.ts'
import type { ReadModel } from '../read-model.ts'
import { lineageOf } from './lineage.ts'

/** `fromDomainId` is the nearest domain that sets any of them, else the top of the tree ([QY2]). */
export function thresholdsOf(
  model: Pick<ReadModel, 'domain'>,
  domainId: string,
): { readonly thresholds: Thresholds; readonly fromDomainId: DomainId } {
  const lineage = lineageOf(model, domainId)
  const source = lineage.find(({ state }) => Object.keys(state.thresholds).length > 0) ?? lineage.at(-1)
  const thresholds = lineage.reduceRight<Thresholds>((inherited, { state }) => ({ ...inherited, ...state.thresholds }), defaultThresholds)
  return { thresholds, fromDomainId: (source?.id ?? domainId) as DomainId }
}
