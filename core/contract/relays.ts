/** Relays, their paths and what hangs on them ([RL1]..[RL6]). */
import { z } from 'zod'
import { healths, linkQualitySchema } from '../fleet/node/node-record.ts'
import { relayDirections, relayKinds } from '../fleet/relay/relay-record.ts'
import { id, instant, pageRequest, personName } from './common.ts'
import { filterOf } from './filter.ts'

const reason = z.string().trim().min(1).max(1000)

export const registerRelayRequest = z.object({
  /** Of a node that forwards for others; absent for a bare link, which gets an id of its own. */
  nodeId: id.optional(),
  name: personName,
  kind: z.enum(relayKinds),
  domainId: id,
  /** The next hop towards the master; null where it reaches the master itself. */
  upstreamId: id.nullable(),
  direction: z.enum(relayDirections).default('BOTH'),
})
export const rerouteRelayRequest = z.object({ relayId: id, upstreamId: id.nullable(), reason })
export const retireRelayRequest = z.object({ relayId: id, reason })

/** `domainId`: of that domain and below, with the relays of others that they are reached through. `healths`: of the path. */
export const relayListRequest = filterOf('domainId', 'healths', 'text', 'asOf').extend(pageRequest)

/** What a relay said last of what it carries; held there is not with the master. */
export const relayCarrying = z.object({
  at: instant,
  isUpstreamHere: z.boolean(),
  heldEvents: z.number().nonnegative(),
  heldBytes: z.number().nonnegative(),
  heldOrigins: z.number().nonnegative(),
  /** Of its bound. */
  queueUsedPct: z.number().nonnegative(),
  /** In all: had to make room, found no room, were refused by the next hop. */
  droppedEvents: z.number().nonnegative(),
  notTakenEvents: z.number().nonnegative(),
  refusedEvents: z.number().nonnegative(),
})

export const relayView = z.object({
  id,
  name: z.string(),
  /** GATEWAY or RELAY of a node that was not registered as one. */
  kind: z.string(),
  isNode: z.boolean(),
  /** Its next hops; null is the master. Several where it is a node and was registered with another way. */
  upstreamIds: z.array(id.nullable()),
  /** The shortest way to the master, without the relay itself; null when there is none. */
  path: z.array(id).nullable(),
  health: z.enum(healths),
  /** Why, in sentences. */
  reasons: z.array(z.string()),
  /** Medians of what was measured over it lately. */
  link: linkQualitySchema.nullable(),
  ageSeconds: z.number().nullable(),
  /** That reach the master through it, of the whole fleet. */
  nodesBehind: z.number().int().nonnegative(),
  nodesHeard: z.number().int().nonnegative(),
  /** That have no other way: what its failure would hide. */
  hiddenNodes: z.number().int().nonnegative(),
  hiddenRelayIds: z.array(id),
  /** What it measured of its own way to the next hop; null where it is no node of ours, or measured nothing. */
  upstreamLink: linkQualitySchema.nullable(),
  /** Null where it runs no relay of ours. */
  carrying: relayCarrying.nullable(),
})
