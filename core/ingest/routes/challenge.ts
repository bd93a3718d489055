/** `POST /v1/challenge`: a nonce to prove one's identity over. */
import { challengeRequest } from '../../contract/gateway/attach.ts'
import type { NodeId } from '../../kernel/ids.ts'
import { accepted } from '../../kernel/result.ts'
import { jsonResponse } from '../exchange.ts'
import { nonceLifeSeconds } from '../nonces.ts'
import { mayTalk } from '../prove-identity.ts'
import { readJson } from '../read-input.ts'
import type { Route } from '../route.ts'

export const challengeRoute: Route = {
  method: 'POST',
  path: '/v1/challenge',
  maxBodyBytes: 1024,
  access: 'open',
  act: ({ master, nonces }, { body }) => {
    const asked = readJson(challengeRequest, body)
    if (!asked.ok) return asked
    const nodeId = asked.value.nodeId as NodeId
    const standing = mayTalk(master, nodeId)
    if (!standing.ok) return standing
    return accepted(jsonResponse({ nonce: nonces.issue(nodeId), masterId: master.masterId, expiresInSeconds: nonceLifeSeconds }))
  },
}
