/** What a fingerprint can be limited to: one domain with all below it, so that two places compare the part that both hold. */
import type { NodeId } from '../../kernel/ids.ts'
import type { Reader } from '../../kernel/reader.ts'
import { parseLogId } from '../../log/log-id.ts'
import { readState } from '../projecting/read-states.ts'
import { placeOf, readDomainTree } from '../queries/domain-tree.ts'
import type { LifecycleState } from '../../projections/lifecycle.ts'
import type { Scope } from './fingerprint.ts'

/**
 * The logs that masters keep for the domain and those below it, and all logs of the nodes that are in them by the events held here.
 * Throws NotFound `DOMAIN_UNKNOWN`.
 */
export function domainScope(reader: Reader, domainId: string): Scope {
  const domains = new Set(placeOf(readDomainTree({ reader }), domainId).subtreeIds)
  // The logs of one origin are neighbours.
  let node: { readonly id: NodeId; readonly isIn: boolean } | undefined
  const isIn = (id: NodeId): boolean => {
    if (node?.id !== id) node = { id, isIn: domains.has(domainOf(reader, id) ?? '') }
    return node.isIn
  }
  return {
    name: `domain ${domainId}`,
    holds: (name) => {
      const { origin, domain } = parseLogId(name)
      return domain === '-' ? isIn(origin as NodeId) : domains.has(domain)
    },
  }
}

function domainOf(reader: Reader, node: NodeId): string | undefined {
  return (readState(reader, 'lifecycle', node)?.decisions as LifecycleState | null | undefined)?.domainId
}
