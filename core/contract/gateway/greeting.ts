/** `GET /v1`: who answers here. */
import { z } from 'zod'
import { id, instant } from '../common.ts'
import { base64, keyId } from './statement.ts'

export const gatewayGreeting = z.object({
  masterId: id,
  name: z.string(),
  keyid: keyId,
  publicKey: base64,
  versions: z.array(z.number().int()),
  now: instant,
})
