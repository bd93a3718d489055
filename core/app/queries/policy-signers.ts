/** Whose signature over a policy bundle verifies here: by the keys of the masters that are known ([PO4]). */
import { verifyPolicy } from '../../fleet/policy/policy-bundle.ts'
import { fromBase64 } from '../../kernel/hex.ts'
import { keyIdOf, preAuthenticationEncoding } from '../../log/dsse.ts'
import type { PolicyState } from '../../projections/policies.ts'
import type { ReadModel } from '../read-model.ts'

/** Key ids; empty for a bundle that is not signed, or by nobody who is known here. */
export function signersOf(model: Pick<ReadModel, 'ports' | 'master'>, policyBundleId: string, policy: PolicyState): string[] {
  const { envelope, publisherId } = policy
  const publisher = model.master(publisherId)
  if (envelope === undefined || publisher === undefined) return []
  const { crypto } = model.ports
  const publicKey = fromBase64(publisher.publicKey)
  const keyId = publicKey.length === 32 ? keyIdOf(crypto, publicKey) : ''
  const verified = verifyPolicy(
    policyBundleId,
    policy,
    envelope,
    (payloadType, payload, keyid, signature) =>
      keyid === keyId && crypto.verify(publicKey, preAuthenticationEncoding(payloadType, payload), signature),
  )
  return verified.ok ? [...verified.value] : []
}
