/** `POST /v1/glass`: a node says that glass was broken at it for this master ([AU23]). Whoever brings it: it is signed by the node's key. */
import { glassRequest } from '../../contract/gateway/glass.ts'
import { accepted, refused } from '../../kernel/result.ts'
import type { NodeId } from '../../kernel/ids.ts'
import { jsonResponse } from '../exchange.ts'
import { readJson } from '../read-input.ts'
import type { Route } from '../route.ts'

export const glassRoute: Route = {
  method: 'POST',
  path: '/v1/glass',
  maxBodyBytes: 128 * 1024,
  access: 'open',
  act: ({ master }, { body }) => {
    const asked = readJson(glassRequest, body)
    if (!asked.ok) return asked
    const { nodeId, statement } = asked.value
    const standing = master.standing(nodeId as NodeId)
    if (standing === undefined || master.takeGlass === undefined)
      return refused('NODE_UNKNOWN', 'This master does not know the node, and can take nothing in about it.', { nodeId })
    const taken = master.takeGlass(nodeId as NodeId, statement)
    return taken.ok ? accepted(jsonResponse({ taken: true })) : taken
  },
}
