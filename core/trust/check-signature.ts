/** Checks signatures under statements that travel apart from logs: grants, and what is signed for nodes. */
import type { CheckSignature } from '../fleet/authority/statement.ts'
import type { Crypto } from '../kernel/ports.ts'
import { preAuthenticationEncoding } from '../log/dsse.ts'

/** Over the DSSE v1 encoding of the payload and its type. Keys and signatures of another length are wrong ones, not failures. */
export function createCheckSignature({ verify }: Pick<Crypto, 'verify'>): CheckSignature {
  return (publicKey, payloadType, payload, signature) => verify(publicKey, preAuthenticationEncoding(payloadType, payload), signature)
}
