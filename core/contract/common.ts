/** Shapes that many procedures share. Instants are RFC 3339 in UTC; identifiers are ULIDs as text. */
import { z } from 'zod'
import { connectivityModes, healths, masterLevels, phases } from '../fleet/node/node-record.ts'

export const id = z.string().regex(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/)
export const instant = z.iso.datetime()
/** What people may call things: hostile until shown as text, so only its length is bounded here. */
export const personName = z.string().trim().min(1).max(200)

/** How many nodes are in each connectivity mode, in the seed's order; every mode is present. */
export const modeCounts = z.record(z.enum(connectivityModes), z.number().int().nonnegative())
export const phaseCounts = z.record(z.enum(phases), z.number().int().nonnegative())
export const healthCounts = z.record(z.enum(healths), z.number().int().nonnegative())

/** Who is master of record of a domain here, by what right, and whether anyone disagrees. */
export const authoritySchema = z.object({
  masterId: id.nullable(),
  masterName: z.string().nullable(),
  level: z.enum(masterLevels).nullable(),
  epoch: z.number().int().nonnegative().nullable(),
  since: instant.nullable(),
  /** The domain whose grant is in force: this one, or the ancestor it is inherited from. */
  grantedAtDomainId: id.nullable(),
  standing: z.enum(['held-here', 'held-elsewhere', 'contested', 'nobody']),
})
export type AuthorityView = z.infer<typeof authoritySchema>

/** Why what is shown of a thing may change by itself soon, or lacks something. */
export const doubt = z.enum(['being-rejudged', 'parked-events'])
export type Doubt = z.infer<typeof doubt>

/** All that is held, in six words that another place gives for the same events. No words, and `asOf` null, while they are being found. */
export const heldFrontier = z.object({
  logs: z.number().int(),
  fingerprint: z.array(z.string()),
  /** Found in the background on a large fleet: of the first so many events, at that instant. */
  asOf: z.object({ events: z.number().int(), at: instant }).nullable(),
})

/** Keyset paging: hand `next` back as `cursor` to go on; null at the end. */
export const pageRequest = { cursor: z.string().max(200).optional(), limit: z.coerce.number().int().min(1).max(500).default(100) }

/** Of lists that are mostly short: all of them at once, as far as they go. */
export const longPageRequest = { cursor: z.string().max(200).optional(), limit: z.coerce.number().int().min(1).max(500).default(500) }

export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.object({ items: z.array(item), next: z.string().nullable(), total: z.number().int().nonnegative() })
}
