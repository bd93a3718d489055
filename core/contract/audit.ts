/** The audit: every act of a person as it lies in the logs of masters, with what proves it ([AD1]..[AD3]). */
import { z } from 'zod'
import { id, instant, pageRequest } from './common.ts'

/** Parts that are given all have to hold. */
export const auditRequest = z.object({
  actorId: id.optional(),
  /** With its subtree. */
  domainId: id.optional(),
  /** What the acts are about: a node, a domain, a rollout, a command. */
  subjectId: id.optional(),
  /** By the time that the master wrote. */
  from: instant.optional(),
  to: instant.optional(),
  ...pageRequest,
})

export const auditEntry = z.object({
  eventId: id,
  type: z.string(),
  /** Plain words; empty of a type that is not known here. */
  sentence: z.string(),
  time: instant,
  recordedAt: instant,
  actorId: id,
  /** Null while the operator is not known here. */
  actorName: z.string().nullable(),
  actorRole: z.string().nullable(),
  masterId: id,
  masterName: z.string(),
  subjectId: id,
  /** What the subject is called, where it has a name. */
  subjectName: z.string().nullable(),
  subjectKind: z.enum(['node', 'command', 'domain', 'policy', 'rollout', 'operator', 'master', 'relay', 'other']),
  /** The node, or the one that the command is for. */
  subjectNodeId: id.nullable(),
  domainId: id.nullable(),
  domainName: z.string().nullable(),
  /** Where it lies. */
  log: z.string(),
  seq: z.number().int(),
  /** SHA-256 of the exact bytes of the event. */
  digest: z.string(),
  /** Whether the operator's signature over the act verifies by the key that is known here ([OP3]). */
  proof: z.enum(['verified', 'wrong', 'no-key', 'none']),
  /** The signature of the master that covers it reaches so far; false while its segment is not closed. */
  isSigned: z.boolean(),
})
export type AuditEntry = z.infer<typeof auditEntry>

/** A page looks at a bounded part of the logs: it may hold fewer than asked for and name a next one all the same. */
export const auditPage = z.object({ items: z.array(auditEntry), next: z.string().nullable() })
