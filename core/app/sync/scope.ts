/** What a domain is when it travels ([SB18]). */
import type { Reader } from '../../kernel/reader.ts'
import { parseLogId } from '../../log/log-id.ts'
import type { LogScope } from '../../sync/exchange.ts'
import { domainScope } from '../held/scopes.ts'
import { readDomainTree } from '../queries/domain-tree.ts'

/**
 * The domain with all below it, as for its fingerprint, and the control logs of those above it: without them nobody could say who may
 * decide in it. Throws NotFound `DOMAIN_UNKNOWN`.
 */
export function exchangeScope(reader: Reader, domainId: string): LogScope {
  const scope = domainScope(reader, domainId)
  const tree = readDomainTree({ reader })
  const above = new Set(tree.filter(({ subtreeIds }) => subtreeIds.includes(domainId)).map(({ id }) => id))
  return {
    name: scope.name,
    holds: (log) => {
      const { lane, domain } = parseLogId(log)
      return (lane === 'control' && above.has(domain)) || scope.holds(log)
    },
  }
}
