/** Who may decide for a domain: what is shown of it, and what people can ask for (design 2, Authority). */
import { z } from 'zod'
import { contestRules } from '../fleet/authority/events.ts'
import { masterLevels } from '../fleet/node/node-record.ts'
import { authoritySchema, id, instant } from './common.ts'

const count = z.number().int().nonnegative()
const reason = z.string().trim().min(1).max(1000)
const right = z.enum(['root', 'grant', 'claim', 'resolution', 'break-glass'])
const named = { masterId: id, masterName: z.string().nullable() }

/** One who holds or claims it, and the event that says so. */
const claimant = z.object({
  ...named,
  level: z.enum(masterLevels),
  right,
  since: instant,
  until: instant.nullable(),
  /** The life of the master that it was given to; null: its first. */
  incarnation: id.nullable(),
  eventId: id,
})

export const domainAuthority = z.object({
  at: instant,
  domainId: id,
  domainName: z.string(),
  authority: authoritySchema,
  right: right.nullable(),
  until: instant.nullable(),
  /** One sentence. */
  why: z.string(),
  /** The holder first; of a contest all parties. */
  claimants: z.array(claimant),
  /** Epochs that more than one master claimed, oldest first, and what settled each; null while it waits. */
  disputes: z.array(
    z.object({
      epoch: count,
      claimants: z.array(claimant),
      settled: z.object({ ...named, by: z.enum(['level', 'rank', 'release', 'resolution', 'later-epoch']) }).nullable(),
    }),
  ),
  /** Broken glass that nobody has looked into yet. */
  debts: z.array(
    z.object({
      ...named,
      eventId: id,
      epoch: count,
      since: instant,
      actorId: id.nullable(),
      /** Broken at these nodes themselves, for them alone; null: for the whole domain. */
      nodes: z.array(z.object({ nodeId: id, name: z.string().nullable() })).nullable(),
    }),
  ),
  /** An event marked critical whose meaning is not known here: what widens waits. */
  frozenBy: z.object({ eventId: id, type: z.string() }).nullable(),
  /** Who may claim it when its holder cannot be reached. */
  delegations: z.array(z.object({ ...named, eventId: id, rank: count, epoch: count, until: instant.nullable() })),
  /** Acts on its authority that are held without effect. */
  refused: z.array(z.object({ ...named, eventId: id, epoch: count, at: instant, code: z.string(), sentence: z.string() })),
  /** Decisions in it without effect, newest first; the first hundred. */
  powerless: z.array(
    z.object({
      ...named,
      eventId: id,
      type: z.string(),
      subjectId: id,
      epoch: count,
      code: z.string(),
      sentence: z.string(),
      wouldAllow: z.string(),
    }),
  ),
  /** Whether this master may decide here now, and if not, what would allow it. */
  here: z.object({
    mayDecide: z.boolean(),
    code: z.string().nullable(),
    sentence: z.string().nullable(),
    wouldAllow: z.string().nullable(),
  }),
})
export type DomainAuthority = z.infer<typeof domainAuthority>

/** Another master: one that is known here by its id alone, or by what its card says. */
const masterRef = z.object({
  masterId: id,
  level: z.enum(masterLevels).optional(),
  /** Base64 of the raw Ed25519 key. */
  publicKey: z.string().max(100).optional(),
  incarnation: id.nullable().optional(),
})
export type MasterRef = z.infer<typeof masterRef>

const byDomain = z.object({ domainId: id })
const until = instant.nullable().default(null)

/** So many of these keys may together break glass, grant or resolve, whoever is away. */
const quorumAsked = z
  .object({
    threshold: z.number().int().min(1).max(50),
    keys: z
      .array(z.object({ publicKey: z.string().max(100), name: z.string().trim().min(1).max(200) }))
      .min(1)
      .max(50),
  })
  .refine(({ threshold, keys }) => threshold <= keys.length, 'More keys have to agree than are named.')

export const grantRequest = byDomain.extend({
  to: masterRef,
  until,
  onContest: z.enum(contestRules).optional(),
  quorum: quorumAsked.nullable().optional(),
  reason: reason.optional(),
})
export const delegateRequest = byDomain.extend({ to: masterRef, rank: z.number().int().min(1).max(1000).default(1), until })
/** Without a delegation named: the newest one to this master. */
export const claimRequest = byDomain.extend({ delegationId: id.optional(), reason })
export const breakGlassRequest = byDomain.extend({ reason })
/** `to` holds it from the next epoch on; the one it is resolved for, unless said otherwise. */
export const resolveAuthorityRequest = byDomain.extend({ inFavourOf: id, to: masterRef.optional(), reason: reason.optional() })
/** `inherit`: given back to the domain above, whose holder then decides here too; else nobody does. */
export const releaseRequest = byDomain.extend({ inherit: z.boolean().default(false), reason })
export const reviewRequest = byDomain.extend({ eventId: id, verdict: z.enum(['upheld', 'withdrawn']), findings: reason })

const draftTerms = byDomain.extend({ until, reason })
/** What waits for the agreement of named keys. */
export const draftRequest = z.discriminatedUnion('kind', [
  draftTerms.extend({ kind: z.literal('grant'), to: masterRef }),
  draftTerms.extend({ kind: z.literal('break-glass') }),
  draftTerms.extend({ kind: z.literal('resolve'), inFavourOf: id, to: masterRef.optional() }),
])
/** Base64 of the exact bytes to be signed, under the DSSE encoding of their type. */
const payload = z.string().max(64 * 1024)
export const drafted = z.object({ draftId: id, payloadType: z.string(), payload })
/** Base64. */
export const countersignature = z.object({ publicKey: z.string().max(100), sig: z.string().max(200) })
/** Without a signature: with the key of who asks. */
export const signDraftRequest = z.object({ draftId: id, signature: countersignature.optional() })
export const countersignRequest = z.object({ payload })
export const finishDraftRequest = z.object({ draftId: id })
export const authorityDraft = drafted.extend({
  kind: z.enum(['grant', 'break-glass', 'resolve']),
  domainId: id,
  domainName: z.string(),
  toMasterId: id,
  toMasterName: z.string().nullable(),
  epoch: count,
  reason: z.string().nullable(),
  threshold: count,
  keys: z.array(z.object({ keyId: z.string(), publicKey: z.string(), name: z.string(), hasSigned: z.boolean() })),
  draftedAt: instant,
  draftedBy: id,
})
