/** Desired state: immutable policy bundles and where they apply. */
import { z } from 'zod'
import { constraintsSchema } from '../fleet/node/node-record.ts'
import { policyTermsShape } from '../fleet/policy/policy-events.ts'
import { policySelectorSchema } from '../fleet/policy/selector.ts'
import { id, instant, longPageRequest, personName } from './common.ts'
import { filterOf } from './filter.ts'

/** SemVer 2.0.0 as its authors give it, with nothing before or after it. */
const semver =
  /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(?:\.(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*)?(?:\+[0-9a-zA-Z-]+(?:\.[0-9a-zA-Z-]+)*)?$/

const version = z.string().max(64).regex(semver, 'a version is three numbers with dots, such as 2.1.0 (SemVer)')
const reason = z.string().trim().max(1000)

export const publishPolicyRequest = z.object({
  name: personName,
  version,
  targetVersion: version,
  /** What the node's configuration is to be. */
  configuration: z.record(z.string(), z.unknown()),
  constraints: constraintsSchema.optional(),
  ...policyTermsShape,
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
  /** Domains in which it is assigned to any node. */
  assignedDomainIds: z.array(id),
  ...policyTermsShape,
  /** Keys whose signature over it verifies here. */
  signedBy: z.array(z.string()),
})

/** The empty selection, or none, is every node of the domain and below. */
export const assignPolicyRequest = z.object({
  policyBundleId: id,
  domainId: id,
  selector: policySelectorSchema.optional(),
  reason: reason.optional(),
})
export const rollBackPolicyRequest = z.object({ domainId: id, selector: policySelectorSchema.optional(), reason: reason.min(1) })
export const withdrawPolicyRequest = z.object({ domainId: id, assignmentId: id, reason: reason.min(1) })

/** What an assignment does to those nodes, compared with what the same selection had there. */
export const assignedPolicy = z.object({
  eventIds: z.array(id),
  assignmentId: id,
  policyBundleId: id,
  direction: z.enum(['first', 'forward', 'rollback', 'again', 'other']),
})

/**
 * `domainId`: made in that domain itself, and with `withBelow` in all below it as well. `from` and `to`: when it was made. `text`: part of
 * the reason or of the bundle's name. `asOf`: what was assigned then.
 */
export const assignmentListRequest = filterOf('domainId', 'policyBundleId', 'text', 'from', 'to', 'asOf').extend({
  withBelow: z.coerce.boolean().default(false),
  ...longPageRequest,
})

export const assignmentView = z.object({
  assignmentId: id,
  policyBundleId: id,
  /** Null while the bundle is not held here. */
  policyName: z.string().nullable(),
  policyVersion: z.string().nullable(),
  domainId: id,
  selector: policySelectorSchema,
  /** "every node", "nodes with pump and north". */
  selected: z.string(),
  at: instant,
  by: z.string().nullable(),
  reason: z.string(),
  /** The newest of its selection in its domain. */
  isNewest: z.boolean(),
})
