/** Operators, enrolment, and the master itself. */
import { z } from 'zod'
import { masterLevels, nodeKinds } from '../fleet/node/node-record.ts'
import { heldFrontier, id, instant, longPageRequest, personName } from './common.ts'
import { filterOf } from './filter.ts'

export const operatorRoles = ['viewer', 'operator', 'engineer', 'authority'] as const
export const operatorView = z.object({ id, name: z.string(), role: z.enum(operatorRoles), keyId: z.string(), createdAt: instant })
export type OperatorView = z.infer<typeof operatorView>
export const createOperatorRequest = z.object({ name: personName, role: z.enum(operatorRoles) })

export const enrolmentView = z.object({
  requestId: id,
  nodeId: id,
  name: z.string(),
  kind: z.enum(nodeKinds),
  tags: z.array(z.string()),
  keyId: z.string(),
  /** Six words of the key, to be compared by voice with the one who stands at the node. */
  keyWords: z.array(z.string()),
  serial: z.string().nullable(),
  requestedAt: instant,
  status: z.enum(['PENDING', 'APPROVED', 'REFUSED']),
  decidedBy: z.string().nullable(),
  decidedAt: instant.nullable(),
})
/** `from` and `to`: when it was decided, else when it was asked. Those that wait come first, then the latest decided. */
export const enrolmentListRequest = filterOf('domainId', 'tags', 'anyTags', 'kinds', 'text', 'from', 'to', 'asOf').extend({
  status: z.enum(['PENDING', 'APPROVED', 'REFUSED']).optional(),
  ...longPageRequest,
})
export type EnrolmentView = z.infer<typeof enrolmentView>

export const masterView = z.object({
  id,
  name: z.string(),
  level: z.enum(masterLevels),
  rootDomainId: id,
  rootDomainName: z.string(),
  keyId: z.string(),
  /** How its private keys lie on disk. */
  keyProtection: z.enum(['os-key-store', 'passphrase', 'file-permissions']),
  startedAt: instant,
  now: instant,
  version: z.string(),
  /** Where nodes reach it; null while the listener is off. */
  gatewayUrl: z.string().nullable(),
  /** Why the listener that is wanted could not be opened; null when it could, or none is wanted. */
  gatewayProblem: z.object({ code: z.string(), sentence: z.string() }).nullable(),
  /** The workspace is a simulated island, not a fleet. */
  isDemo: z.boolean(),
  /** True until the first operator is made. */
  needsFirstOperator: z.boolean(),
  /** Why acts are refused now (disk full, clock behind its own log); null when they are not. */
  readOnlyReason: z.object({ code: z.string(), sentence: z.string() }).nullable(),
  frontier: heldFrontier,
})

export const workspaceView = z.object({
  name: z.enum(['main', 'demo']),
  state: z.enum(['absent', 'opening', 'open', 'failed']),
  problem: z.object({ code: z.string(), sentence: z.string() }).nullable(),
})
