/** What a policy bundle may say beyond what every one does, and the decisions about desired state beyond publishing and assigning to a whole domain. */
import { z } from 'zod'
import { attentionWeightsSchema } from '../attention/weights.ts'
import { comparatorRuleSchema, pointerSchema } from '../drift/comparator-schema.ts'
import { commandData } from '../command/kinds.ts'
import { policySelectorSchema } from './selector.ts'

const id = z.string().regex(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/)
const text = z.string().max(4000)

/** A DSSE envelope as JSON (payload and signatures in base64). */
export const envelopeSchema = z.object({
  payloadType: z.string().max(200),
  payload: z.base64(),
  signatures: z
    .array(z.object({ keyid: z.string().max(200), sig: z.base64() }))
    .min(1)
    .max(16),
})
export type PolicyEnvelope = z.infer<typeof envelopeSchema>

/** What bundles may have beyond the fields that all of them have. Absent: compared exactly, nothing delegated, weights of the domain. */
export const policyTermsShape = {
  /** JSON Schema 2020-12 for `configuration`, of the keywords in configuration-schema.ts. */
  configurationSchema: z.record(z.string(), z.unknown()).optional(),
  comparators: z.array(comparatorRuleSchema).max(1000).optional(),
  /** Where a node may decide for itself while it is alone. */
  delegatedPaths: z.array(pointerSchema).max(1000).optional(),
  attentionWeights: attentionWeightsSchema.optional(),
  /** What brings nodes to the target version: a rollout installs it, and counts what each found after it started it ([RO12]). */
  software: commandData['install-artifact'].optional(),
} as const

/** The subject is the domain. */
export const policyEvents = {
  'ibcf.policy.targeted.v1': {
    lane: 'control',
    data: z.object({ assignmentId: id, policyBundleId: id, selector: policySelectorSchema, reason: text }),
  },
  'ibcf.policy.withdrawn.v1': { lane: 'control', data: z.object({ assignmentId: id, reason: text }) },
} as const
