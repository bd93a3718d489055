/**
 * `GET /v1/authority`: the chain of grants behind whoever is master of a domain. No secret: each link is signed, and checked by who asks.
 * `POST`: the chain that a node obeys, which this master may have lost a link of with a restore ([AU24]).
 */
import { authorityQuery, authorityShown } from '../../contract/gateway/authority.ts'
import type { DomainId, NodeId } from '../../kernel/ids.ts'
import { accepted, refused } from '../../kernel/result.ts'
import { jsonResponse } from '../exchange.ts'
import { readJson, readShape } from '../read-input.ts'
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

export const authorityShownRoute: Route = {
  method: 'POST',
  path: '/v1/authority',
  maxBodyBytes: 256 * 1024,
  access: 'open',
  act: ({ master }, { body }) => {
    const asked = readJson(authorityShown, body)
    if (!asked.ok) return asked
    const taken = master.takeShown?.(asked.value.chain) ?? refused('CHAIN_NOT_TAKEN', 'This master takes nothing in about authority.')
    return taken.ok ? accepted(jsonResponse({ taken: taken.value })) : taken
  },
}
