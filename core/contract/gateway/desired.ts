/** `GET /v1/desired`: what a node is to be. */
import { z } from 'zod'
import { constraintsSchema } from '../../fleet/node/node-record.ts'
import { envelopeSchema, policyTermsShape } from '../../fleet/policy/policy-events.ts'
import { id, instant } from '../common.ts'
import { base64, keyId } from './statement.ts'

/** Inside the statement of `GET /v1/desired`; 204 while nothing is desired. */
export const desiredDocument = z.object({
  v: z.literal(1),
  nodeId: id,
  masterId: id,
  domainId: id,
  placement: z.number().int(),
  epoch: z.number().int(),
  policyBundleId: id,
  policyName: z.string(),
  policyVersion: z.string(),
  targetVersion: z.string(),
  configuration: z.record(z.string(), z.unknown()),
  constraints: constraintsSchema,
  /** What the policy says beyond that. */
  terms: z.object(policyTermsShape).optional(),
  /**
   * Signatures over the policy bundle as a DSSE statement of its own; the payload is made again from what is told here. The keys of
   * those who signed are vouched for by whoever signed this document. Absent: the bundle was published unsigned.
   */
  bundle: z
    .object({
      signatures: envelopeSchema.shape.signatures,
      keys: z.array(z.object({ keyid: keyId, publicKey: base64 })).max(16),
    })
    .optional(),
  at: instant,
  /** The master's own clock, which only grows: of two documents the later one holds, in whatever order they are handed over. */
  hlc: z
    .string()
    .regex(/^[0-9a-f]{12}-[0-9a-f]{4}$/)
    .optional(),
})
export type DesiredDocument = z.infer<typeof desiredDocument>
