/** Signs a statement that travels apart from logs, as a DSSE envelope that more keys may sign later. */
import type { Envelope } from '../fleet/authority/events.ts'
import { toBase64 } from '../kernel/hex.ts'
import type { Crypto } from '../kernel/ports.ts'
import { preAuthenticationEncoding } from '../log/dsse.ts'

export function signEnvelope(
  { sign }: Pick<Crypto, 'sign'>,
  { keyId, privateKey }: { readonly keyId: string; readonly privateKey: Uint8Array },
  payloadType: string,
  statement: unknown,
): Envelope {
  const payload = new TextEncoder().encode(JSON.stringify(statement))
  const sig = toBase64(sign(privateKey, preAuthenticationEncoding(payloadType, payload)))
  return { payloadType, payload: toBase64(payload), signatures: [{ keyid: keyId, sig }] }
}
