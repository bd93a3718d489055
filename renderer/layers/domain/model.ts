/** What the domain layer says about a domain, derived from the master's answer. */
import { sum } from 'd3'
import type { Answers } from '../../client/rpc.ts'
import type { Phase } from '../../i18n/words.ts'
import { groupBy } from '../../state/group-by.ts'

export type DomainDetail = Answers['domain']['get']
type Line = DomainDetail['row']['subtree']

export type DomainHead = {
  readonly nodes: number
  readonly live: number
  readonly late: number
  readonly onTheirOwn: number
  readonly comingBack: number
  readonly needsPerson: number
}

export function toDomainHead({ subtree, authority }: DomainDetail['row']): DomainHead {
  const { modes } = subtree
  return {
    nodes: subtree.nodes,
    live: modes.LIVE,
    late: modes.DELAYED + modes.EDGE_CACHED,
    onTheirOwn: modes.AUTONOMOUS + modes.DISCONNECTED,
    comingBack: modes.RETURNING + modes.REPLAYING,
    needsPerson: subtree.quarantined + subtree.healths.FAILED + (authority.standing === 'contested' ? 1 : 0),
  }
}

/** Phases other than active that some node is in, in the order of a life. */
export function unusualPhases(line: Line): readonly { readonly phase: Phase; readonly count: number }[] {
  const order: readonly Phase[] = ['PROVISIONING', 'ENROLLED', 'UPDATING', 'DEGRADED', 'QUARANTINED', 'DECOMMISSIONING', 'RETIRED']
  return order.map((phase) => ({ phase, count: line.phases[phase] })).filter(({ count }) => count > 0)
}

/** Nodes whose health is anything but OK and known. */
export function unhealthy(line: Line): number {
  return sum([line.healths.DEGRADED, line.healths.FAILED])
}

/** The domain and everything below it, from rows in any order. */
export function subtreeIds(
  rows: readonly { readonly id: string; readonly parentId: string | null }[],
  domainId: string,
): ReadonlySet<string> {
  const childrenOf = groupBy(rows, ({ parentId }) => parentId)
  const found = new Set([domainId])
  for (const id of found) for (const child of childrenOf.get(id) ?? []) found.add(child.id)
  return found
}
