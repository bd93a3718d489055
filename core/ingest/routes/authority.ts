/** `GET /v1/authority`: the chain of grants behind whoever is master of a domain. No secret: each link is signed, and checked by who asks. */
import { authorityQuery } from '../../contract/gateway/authority.ts'
import type { DomainId, NodeId } from '../../kernel/ids.ts'
import { accepted } from '../../kernel/result.ts'
import { jsonResponse } from '../exchange.ts'
import { readShape } from '../read-input.ts'
import type { Route } from '../route.ts'

export const authorityRoute: Route = {
  method: 'GET',
  path: '/v1/authority',
  maxBodyBytes: 0,
  access: 'open',
  act: ({ master }, { query }) => {
    const asked = readShape(authorityQuery, query)
    if (!asked.ok) return asked
    const { domainId, nodeId } = asked.value
    return accepted(
      jsonResponse({
        chain: master.grantChain?.(domainId as DomainId) ?? [],
        moves: master.moves?.(domainId as DomainId, nodeId as NodeId | undefined) ?? [],
      }),
    )
  },
}
