/** `GET /v1`: who answers here. */
import { gatewayVersion } from '../../contract/gateway/wire.ts'
import { toBase64 } from '../../kernel/hex.ts'
import { accepted } from '../../kernel/result.ts'
import { instantOf, jsonResponse } from '../exchange.ts'
import type { Route } from '../route.ts'

export const greetingRoute: Route = {
  method: 'GET',
  path: '/v1',
  maxBodyBytes: 0,
  access: 'open',
  act: ({ master }) =>
    accepted(
      jsonResponse({
        masterId: master.masterId,
        name: master.name(),
        keyid: master.keyId,
        publicKey: toBase64(master.publicKey),
        versions: [gatewayVersion],
        now: instantOf(master.ports.clock.now()),
      }),
    ),
}
