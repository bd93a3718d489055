/** The PolicyBundle of the seed's canonical objects: configuration, version and constraints that are desired. */
import { z } from 'zod'
import { constraintsSchema } from '../node/node-record.ts'
import { policyTermsShape } from './policy-events.ts'

const ulid = z.string().regex(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/)

export const policyBundleRecordSchema = z.object({
  id: ulid,
  name: z.string(),
  version: z.string(),
  target_version: z.string(),
  config: z.record(z.string(), z.unknown()),
  config_schema: z.record(z.string(), z.unknown()).nullable(),
  constraints: constraintsSchema,
  comparators: policyTermsShape.comparators.unwrap(),
  delegated_paths: policyTermsShape.delegatedPaths.unwrap(),
  attention_weights: policyTermsShape.attentionWeights.unwrap(),
  /** The keys whose signature over it was verified here. */
  signed_by: z.array(z.string()),
  published_ts: z.iso.datetime(),
})
