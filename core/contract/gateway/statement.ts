/**
 * A signed statement is the exact bytes that were signed, in base64, with the key and the signature over the DSSE PAE of their payload
 * type. Here with the shapes that statements share.
 */
import { z } from 'zod'
import { gatewayLimits } from './wire.ts'

/** Payload types under DSSE PAE, so that a signature given for one purpose is worth nothing for another. */
export const statementTypes = {
  enrolment: 'application/vnd.ibcf.enrolment+json',
  proof: 'application/vnd.ibcf.proof+json',
  approval: 'application/vnd.ibcf.approval+json',
  lock: 'application/vnd.ibcf.reconciliation-lock+json',
  desired: 'application/vnd.ibcf.desired+json',
  commands: 'application/vnd.ibcf.commands+json',
} as const

export const base64 = z
  .string()
  .max(512 * 1024)
  .regex(/^[A-Za-z0-9+/]*={0,2}$/)

export const digest = z.string().regex(/^[0-9a-f]{64}$/)

export const keyId = z.string().regex(/^ed25519:[0-9a-f]{32}$/)

export const signedStatement = z.object({ document: base64, keyid: keyId, signature: base64 })
export type SignedStatement = z.infer<typeof signedStatement>

export const headSchema = z.object({ log: z.string().max(120), seq: z.number().int().min(0).max(gatewayLimits.maxEvents), head: digest })
