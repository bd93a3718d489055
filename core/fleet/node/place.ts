/**
 * Where a node is, and how it got there ([AU14], [AU21]). A move is two decisions: who holds the domain that the node leaves lets it go
 * upward, naming where it is to go, and who holds that one takes it over. Each is judged by the authority over its own domain, so that
 * nobody can pull a node away from another master, nor push one onto it.
 */
import { z } from 'zod'
import { envelopeSchema } from '../authority/events.ts'

const id = z.string().regex(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/)
const count = z
  .number()
  .int()
  .min(0)
  .max(2 ** 40)
const reason = z.string().max(4000)

/** The subject is the node; the domain of each is the one of which its issuer speaks. */
export const placeEvents = {
  'ibcf.node.released.v1': {
    lane: 'control',
    data: z.object({
      /** Where it is to be taken over. */
      toDomainId: id,
      /** Where it is until then; null where there is no domain above: it stays. */
      upDomainId: id.nullable(),
      /** Of the placement number: up there, and where it is taken over. */
      base: count,
      toBase: count,
      reason,
      /** For the node, which moves only when the master that it obeys says so. */
      statement: envelopeSchema.optional(),
    }),
  },
  'ibcf.node.taken.v1': { lane: 'control', data: z.object({ releasedBy: id, reason }) },
} as const
export type NodeReleased = z.infer<(typeof placeEvents)['ibcf.node.released.v1']['data']>

export type Stay = { readonly domainId: string; readonly base: number }
export type Place = Stay & {
  /** It was let go and waits to be taken over. */
  readonly release: (Stay & { readonly eventId: string }) | null
  /** Everywhere it was, the present place last. */
  readonly stays: readonly Stay[]
  /** Of each release the event: what a node is shown that missed it. */
  readonly releases: readonly string[]
  /** Base64: every key that it was let in with, or was given since. */
  readonly keys: readonly string[]
}

/** Every event that says where a node is; with which keys, `ibcf.key.replaced.v1` says besides. */
export const placeTypes = ['ibcf.enrolment.approved.v1', 'ibcf.node.released.v1', 'ibcf.node.taken.v1'] as const

type PlaceEvent = {
  readonly id: string
  readonly type: string
  readonly domain?: string
  readonly data: Readonly<Record<string, unknown>>
}

/** A release by who does not hold where the node is, and a taking without a release to there, change nothing. */
export function evolvePlace(place: Place | null, { id: eventId, type, domain, data }: PlaceEvent): Place | null {
  if (type === 'ibcf.enrolment.approved.v1') {
    const keys = [...new Set([...(place?.keys ?? []), data['publicKey'] as string])].toSorted()
    if (place !== null) return { ...place, keys }
    const stay = { domainId: data['domainId'] as string, base: 0 }
    return { ...stay, release: null, stays: [stay], releases: [], keys }
  }
  if (place === null) return null
  if (type === 'ibcf.key.replaced.v1') return { ...place, keys: [...new Set([...place.keys, data['publicKey'] as string])].toSorted() }
  if (type === 'ibcf.node.released.v1') {
    const { toDomainId, upDomainId, base, toBase } = data as NodeReleased
    // Bases only rise: a placement that fell would let the past overrule the present.
    if (domain !== place.domainId || base <= place.base || toBase < base) return place
    const releases = [...place.releases, eventId]
    if (upDomainId === toDomainId) return { ...arrive(place, { domainId: toDomainId, base: toBase }), releases }
    const release = { domainId: toDomainId, base: toBase, eventId }
    return upDomainId === null ? { ...place, release, releases } : { ...arrive(place, { domainId: upDomainId, base }), release, releases }
  }
  if (type !== 'ibcf.node.taken.v1' || place.release === null || place.release.domainId !== domain) return place
  return arrive(place, { domainId: place.release.domainId, base: place.release.base })
}

function arrive(place: Place, stay: Stay): Place {
  return { ...place, ...stay, release: null, stays: [...place.stays, stay] }
}

/**
 * Whether it was decided where the node is known to have been, under a placement that it is known to have had there. `changes`: how often
 * that domain changed its inheritance, as known here. What was decided under 0 was decided before anything changed.
 */
export function isPlaceKnown(
  place: Place | null,
  decided: { readonly domainId: string; readonly placement: number },
  changes: number,
): boolean {
  if (decided.placement === 0) return true
  return place !== null && place.stays.some(({ domainId, base }) => domainId === decided.domainId && decided.placement <= base + changes)
}
