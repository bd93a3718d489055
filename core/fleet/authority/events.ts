/**
 * What is said about who may decide, as events of masters. The subject is the domain. `ibcf.authority.granted.v1` itself stands in
 * decisions.ts; the terms that it may carry beside its first fields are here.
 */
import { z } from 'zod'
import { masterLevels } from '../node/node-record.ts'

const id = z.string().regex(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/)
const text = z.string().max(4000)
const keyId = z.string().max(100)
const publicKey = z.string().max(100)
const instant = z.iso.datetime()
/** Far above any real one, and still exact as a number. */
const epoch = z
  .number()
  .int()
  .min(0)
  .max(2 ** 40)

export const namedKeySchema = z.object({ keyId, publicKey, name: text })
/** So many (`threshold`) of these keys may together break glass, grant or resolve. */
export const quorumSchema = z.object({ threshold: z.number().int().min(1).max(50), keys: z.array(namedKeySchema).min(1).max(50) })
export type Quorum = z.infer<typeof quorumSchema>

/** What settles two claims at one epoch: nothing but a person, the higher level, or the rank of the delegations. */
export const contestRules = ['wait', 'level', 'rank'] as const
export type ContestRule = (typeof contestRules)[number]

/** DSSE (https://github.com/secure-systems-lab/dsse): several keys sign the same bytes by several signatures in one envelope. */
export const envelopeSchema = z.object({
  payloadType: z.string().max(200),
  /** Base64 of the exact bytes. */
  payload: z.string().max(64 * 1024),
  signatures: z.array(z.object({ keyid: keyId, sig: z.string().max(200) })).max(51),
})
export type Envelope = z.infer<typeof envelopeSchema>

/** Up to where what the one before decided keeps its effect; nothing named, all of it (design 3: a cut, never a moment). */
const cut = z.array(z.object({ log: text, seq: epoch, head: text })).max(200)

/** What every event that gives authority may say beside whom and at which epoch. */
export const grantTerms = {
  keyId: keyId.optional(),
  publicKey: publicKey.optional(),
  quorum: quorumSchema.nullable().optional(),
  onContest: z.enum(contestRules).optional(),
  cut: cut.optional(),
  /** Of break-glass at nodes: it holds for these alone, and each of them signed the statement. */
  nodeIds: z.array(id).max(50).optional(),
  /** The statement for the nodes, and the named keys among its signers. */
  statement: envelopeSchema.optional(),
  approvals: z.array(z.object({ keyId, publicKey })).max(100).optional(),
}

/** To which life of the master, absent or null: its first one; and why. As in `ibcf.authority.granted.v1`. */
const lifeAndReason = { incarnation: id.nullable().optional(), reason: text.optional() }

const control = 'control' as const

export const authorityEvents = {
  /** Says beforehand who may claim the domain when its holder cannot be reached. */
  'ibcf.authority.delegated.v1': {
    lane: control,
    data: z.object({
      masterId: id,
      level: z.enum(masterLevels),
      keyId,
      publicKey,
      /** Lower goes first, where the rule for contests is the rank. */
      rank: z.number().int().min(1).max(1000),
      until: instant.nullable(),
      statement: envelopeSchema.optional(),
    }),
  },
  'ibcf.authority.claimed.v1': {
    lane: control,
    data: z.object({ delegationId: id, level: z.enum(masterLevels), epoch, ...lifeAndReason, ...grantTerms }),
  },
  /**
   * A node showed what was signed when the domain was given, and no event of that is held here: lost with a restore ([AU24]). Whose
   * signatures are under it says `approvals`; they are checked wherever the event is read.
   */
  'ibcf.authority.witnessed.v1': {
    lane: control,
    data: z.object({ statement: envelopeSchema, approvals: z.array(z.object({ keyId, publicKey })).min(1).max(100) }),
  },
  /** A contest is decided: who was right at the disputed epoch, and who holds the domain from the next one on. */
  'ibcf.authority.resolved.v1': {
    lane: control,
    data: z.object({
      disputedEpoch: epoch,
      inFavourOf: id,
      masterId: id,
      level: z.enum(masterLevels),
      epoch,
      until: instant.nullable(),
      ...lifeAndReason,
      ...grantTerms,
    }),
  },
  /** The holder, or a claimant, gives up; `inherit` gives the domain back to the one above, which the nodes are told by the statement. */
  'ibcf.authority.released.v1': {
    lane: control,
    data: z.object({ epoch, inherit: z.boolean(), reason: text, statement: envelopeSchema.optional() }),
  },
  /** The date of a grant has passed on the clock of the master that says so. */
  'ibcf.authority.lapsed.v1': { lane: control, data: z.object({ masterId: id, epoch }) },
  /** A break-glass was looked into by somebody else; its debt is paid. */
  'ibcf.authority.reviewed.v1': {
    lane: control,
    data: z.object({
      reviewedEventId: id,
      verdict: z.enum(['upheld', 'withdrawn']),
      findings: text,
      /** For the node at which it was broken, which obeys the master of record again from then on (mend-statement.ts). */
      statement: envelopeSchema.optional(),
    }),
  },
} as const
