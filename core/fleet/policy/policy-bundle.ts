/**
 * A policy bundle: what a node is to be, with how strictly that is meant. Immutable once published; a change is another version. It is
 * signed as a DSSE statement over its canonical bytes, so that a node can check it on its own, whoever carried it ([PO1]).
 */
import canonicalize from 'canonicalize'
import { z } from 'zod'
import { constraintsSchema } from '../node/node-record.ts'
import { accepted, refused, type Result } from '../../kernel/result.ts'
import { type PolicyEnvelope, policyTermsShape } from './policy-events.ts'

const text = z.string().max(4000)
const document = z.record(z.string(), z.unknown())

/** DSSE payload type of a policy bundle, so that its signature is worth nothing for anything else. */
export const policyPayloadType = 'application/vnd.ibcf.policy-bundle+json'

export const policyContentSchema = z.object({
  name: text,
  /** SemVer of the bundle itself. */
  version: text,
  /** SemVer of the software that a node is to run. */
  targetVersion: text,
  configuration: document,
  constraints: constraintsSchema,
  ...policyTermsShape,
})
export type PolicyContent = z.infer<typeof policyContentSchema>

export type PolicyTerms = Pick<PolicyContent, keyof typeof policyTermsShape>

/** What a bundle says beyond what every one does. */
export function policyTermsOf(content: PolicyTerms): PolicyTerms {
  const { configurationSchema, comparators, delegatedPaths, attentionWeights, software } = content
  return {
    ...(configurationSchema === undefined ? {} : { configurationSchema }),
    ...(comparators === undefined ? {} : { comparators }),
    ...(delegatedPaths === undefined ? {} : { delegatedPaths }),
    ...(attentionWeights === undefined ? {} : { attentionWeights }),
    ...(software === undefined ? {} : { software }),
  }
}

/** Verifies one DSSE signature: over the pre-authentication encoding of the payload type and the exact payload bytes. */
export type VerifyStatement = (payloadType: string, payload: Uint8Array, keyid: string, signature: Uint8Array) => boolean

/** The bytes that are signed: the content in RFC 8785, with the id it is published under. */
export function policyPayload(policyBundleId: string, content: PolicyContent): Uint8Array {
  const canonical = canonicalize({ ...policyContentSchema.parse(content), policyBundleId })
  return new TextEncoder().encode(canonical ?? '')
}

/**
 * Accepts the keyids whose signature over exactly this bundle verifies. Refuses `POLICY_SIGNED_OTHERWISE` when the envelope is of
 * another type or about other content, `POLICY_SIGNATURE_INVALID` when no signature verifies.
 */
export function verifyPolicy(
  policyBundleId: string,
  content: PolicyContent,
  envelope: PolicyEnvelope,
  verify: VerifyStatement,
): Result<readonly string[]> {
  const payload = policyPayload(policyBundleId, content)
  const isSame = envelope.payloadType === policyPayloadType && sameBytes(payload, bytesOf(envelope.payload))
  if (!isSame) return refused('POLICY_SIGNED_OTHERWISE', 'What was signed is not this policy bundle.', { policyBundleId })
  const signers = envelope.signatures.filter(({ keyid, sig }) => verify(policyPayloadType, payload, keyid, bytesOf(sig)))
  if (signers.length === 0) return refused('POLICY_SIGNATURE_INVALID', 'No signature of the policy bundle verifies.', { policyBundleId })
  return accepted([...new Set(signers.map(({ keyid }) => keyid))])
}

/** By hand, because the page that shares these rules has no Buffer. Undecodable text is no bytes, and so never the same ones. */
function bytesOf(base64: string): Uint8Array {
  try {
    return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))
  } catch {
    return new Uint8Array()
  }
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at])
}
