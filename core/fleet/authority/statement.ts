/**
 * Authority as it travels to nodes: signed statements that can be checked without the logs they came from. DSSE envelopes of payload
 * type `application/vnd.ibcf.grant+json`; several signatures in one envelope are several keys that agree.
 */
import { z } from 'zod'
import { fromBase64 } from '../../kernel/hex.ts'
import { accepted, refused, type Result } from '../../kernel/result.ts'
import { parseUntrustedJson } from '../../kernel/untrusted-json.ts'
import { masterLevels } from '../node/node-record.ts'
import { type Envelope, quorumSchema } from './events.ts'

export const grantPayloadType = 'application/vnd.ibcf.grant+json'

const id = z.string().regex(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/)
const epoch = z
  .number()
  .int()
  .min(0)
  .max(2 ** 40)
const masterSchema = z.object({
  masterId: id,
  level: z.enum(masterLevels),
  keyId: z.string().max(100),
  publicKey: z.string().max(100),
  /** Null: the master's first life. */
  incarnation: id.nullable(),
})

/** Of glass that was broken at a node: which node it is, who stood there and why, signed by the node with everything else. */
export const glassSchema = z.object({
  glassId: id,
  nodeId: id,
  placement: epoch,
  by: z.string().max(200),
  reason: z.string().max(4000),
  at: z.iso.datetime(),
})
export type Glass = z.infer<typeof glassSchema>

export const grantStatementSchema = z.object({
  v: z.literal(1),
  kind: z.literal('grant'),
  domainId: id,
  parentId: id.nullable(),
  epoch,
  right: z.enum(['root', 'grant', 'claim', 'resolution', 'break-glass']),
  master: masterSchema,
  until: z.iso.datetime().nullable(),
  quorum: quorumSchema.nullable(),
  glass: glassSchema.optional(),
})
export type GrantStatement = z.infer<typeof grantStatementSchema>

/** Says beforehand that a master may claim the domain once `epoch` is the one in force. */
export const delegationStatementSchema = z.object({
  v: z.literal(1),
  kind: z.literal('delegation'),
  domainId: id,
  parentId: id.nullable(),
  epoch,
  master: masterSchema,
  until: z.iso.datetime().nullable(),
})
export type DelegationStatement = z.infer<typeof delegationStatementSchema>

const statementSchema = z.discriminatedUnion('kind', [grantStatementSchema, delegationStatementSchema])

/**
 * True when `signature` by `publicKey` covers the payload under the DSSE v1 encoding of its type. Made of the crypto port where the
 * encoding is known (core/trust); must not throw on malformed keys.
 */
export type CheckSignature = (publicKey: Uint8Array, payloadType: string, payload: Uint8Array, signature: Uint8Array) => boolean

const limits = { maxBytes: 64 * 1024, maxDepth: 8, maxFields: 1024 }

/** What the envelope says, signatures unseen. Codes: GRANT_TYPE_WRONG, GRANT_MALFORMED and those of untrusted JSON. */
export function openStatement(envelope: Envelope): Result<GrantStatement | DelegationStatement> {
  if (envelope.payloadType !== grantPayloadType) {
    return refused('GRANT_TYPE_WRONG', 'The statement is signed for another purpose than a grant.', { payloadType: envelope.payloadType })
  }
  const parsed = parseUntrustedJson(fromBase64(envelope.payload), limits)
  if (!parsed.ok) return parsed
  const checked = statementSchema.safeParse(parsed.value)
  if (!checked.success) return refused('GRANT_MALFORMED', 'The grant cannot be read by this version.')
  return accepted(checked.data)
}

/** Which of these public keys (base64) signed the envelope; each counts once, however often it signed. */
export function signersOf(envelope: Envelope, publicKeys: readonly string[], check: CheckSignature): readonly string[] {
  const payload = fromBase64(envelope.payload)
  const signatures = envelope.signatures.map(({ sig }) => fromBase64(sig))
  return [...new Set(publicKeys)].filter((publicKey) => {
    const key = fromBase64(publicKey)
    return signatures.some((signature) => check(key, envelope.payloadType, payload, signature))
  })
}
