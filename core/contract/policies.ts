/** Desired state: immutable policy bundles and where they apply. */
import { z } from 'zod'
import { constraintsSchema } from '../fleet/node/node-record.ts'
import { id, instant, personName } from './common.ts'

export const publishPolicyRequest = z.object({
  name: personName,
  version: z.string().min(1).max(64),
  targetVersion: z.string().min(1).max(64),
  /** What the node's configuration is to be. */
  configuration: z.record(z.string(), z.unknown()),
  constraints: constraintsSchema.optional(),
})
export const policyView = z.object({
  id,
  name: z.string(),
  version: z.string(),
  targetVersion: z.string(),
  configuration: z.record(z.string(), z.unknown()),
  constraints: constraintsSchema,
  publishedAt: instant,
  publishedBy: z.string().nullable(),
  assignedDomainIds: z.array(id),
})
