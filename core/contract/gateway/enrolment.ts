/** `POST /v1/enrol`: a node asks to be let in, and how that stands. */
import { z } from 'zod'
import { nodeKinds } from '../../fleet/node/node-record.ts'
import { id, instant, personName } from '../common.ts'
import { base64, signedStatement } from './statement.ts'

/** Inside the statement of `POST /v1/enrol`, which is sent again to ask how the request stands. The node makes its own id and key. */
export const enrolmentDocument = z.object({
  v: z.literal(1),
  nodeId: id,
  name: personName,
  kind: z.enum(nodeKinds),
  tags: z.array(z.string().max(100)).max(50),
  publicKey: base64,
  serial: z.string().max(200).optional(),
  manufacturer: z.string().max(200).optional(),
  model: z.string().max(200).optional(),
  /** It means to be heard at least this often. */
  contactEverySeconds: z
    .number()
    .int()
    .min(1)
    .max(60 * 60 * 24 * 60),
  /** How long it can go on alone; 0 = not at all. */
  autonomyBudgetSeconds: z
    .number()
    .int()
    .min(0)
    .max(60 * 60 * 24 * 365),
  /** The relay it reaches the master through, if any. */
  viaId: id.optional(),
  /** It asks to be a node that is known already, under this key: the machine was replaced, or given a new key. */
  takesOver: z.boolean().optional(),
  at: instant,
})
export type EnrolmentDocument = z.infer<typeof enrolmentDocument>

/** Inside the approval, signed by the master. The node keeps it: it is how it knows whom to obey. */
export const approvalDocument = z.object({
  v: z.literal(1),
  nodeId: id,
  domainId: id,
  masterId: id,
  masterName: z.string(),
  masterPublicKey: base64,
  /** Fencing: a node refuses a lower (placement, epoch), or another master at the same one. */
  placement: z.number().int().nonnegative(),
  epoch: z.number().int().nonnegative(),
  /** The node's domain and those above it: whoever is given one of these may direct the node. Absent: its domain alone. */
  domainLine: z.array(id).max(64).optional(),
  /** The domain of the line whose grant is in force: the node's own, or the one that it inherits from. Absent: not known. */
  heldAtDomainId: id.optional(),
  /** Who holds the domain, where that is another than the one who says this: whose commands count there, and who may give it on ([CM27]). */
  holder: z.object({ masterId: id, publicKey: base64 }).optional(),
  at: instant,
})
export type ApprovalDocument = z.infer<typeof approvalDocument>

export const enrolmentAnswer = z.object({
  requestId: id,
  status: z.enum(['PENDING', 'APPROVED', 'REFUSED']),
  reason: z.string().nullable(),
  approval: signedStatement.nullable(),
})
