/** Layers 0 and 1 of the seed's interface: the fleet as a whole, and a domain with all below it. */
import { z } from 'zod'
import { commandKindNames } from '../fleet/command/kinds.ts'
import { thresholdsSchema } from '../fleet/decisions.ts'
import { connectivityModes, masterLevels } from '../fleet/node/node-record.ts'
import { handling } from './attention.ts'
import { filterOf } from './filter.ts'
import { relayView } from './relays.ts'
import { authoritySchema, doubt, healthCounts, heldFrontier, id, instant, modeCounts, personName, phaseCounts } from './common.ts'

/** When a node counts as late, served from caches, alone, or beyond its budget (design 2, Lifecycle). */
export const domainThresholds = thresholdsSchema

const healthLine = z.object({
  nodes: z.number().int().nonnegative(),
  modes: modeCounts,
  phases: phaseCounts,
  healths: healthCounts,
  backlogMessages: z.number().int().nonnegative(),
  /** The longest silence among its nodes, seconds. */
  worstSecondsBehind: z.number().nonnegative(),
  /** Mean drift of the nodes whose drift is known; null when none is. */
  driftScore: z.number().nullable(),
  driftKnown: z.number().int().nonnegative(),
  quarantined: z.number().int().nonnegative(),
  /** The oldest evidence that these figures rest on. */
  oldestEvidenceAt: instant.nullable(),
  newestEvidenceAt: instant.nullable(),
})

export const domainRow = z.object({
  id,
  parentId: id.nullable(),
  name: z.string(),
  level: z.enum(masterLevels),
  /** 0 for the root; rows come in tree order. */
  depth: z.number().int().nonnegative(),
  authority: authoritySchema,
  /** Its own nodes. */
  own: healthLine,
  /** With all domains below. */
  subtree: healthLine,
})
export type DomainRow = z.infer<typeof domainRow>

/**
 * `domainId`: that domain and below. `text`: part of its name or id. `modes`, `phases`, `healths`: domains whose subtree has a node of each
 * part that is given.
 */
export const domainListRequest = filterOf('domainId', 'text', 'modes', 'phases', 'healths', 'asOf').extend({
  cursor: id.optional(),
  /** All of them, where it is left out: a tree is drawn whole. */
  limit: z.coerce.number().int().min(1).max(10_000).default(10_000),
})

export const attentionItem = z.object({
  id: z.string(),
  /** 0..100. */
  score: z.number().min(0).max(100),
  kind: z.enum(['quarantined', 'health', 'sync-debt', 'evidence', 'authority', 'stale', 'drift', 'courier', 'unreadable']),
  nodeId: id.nullable(),
  domainId: id,
  title: z.string(),
  /** Why, term by term: what each adds to the score. */
  terms: z.array(z.object({ term: z.string(), points: z.number() })),
  since: instant.nullable(),
  /** What people did about it; absent while nobody did anything. */
  handling: handling.optional(),
})
export type AttentionItem = z.infer<typeof attentionItem>

/** What is open, the worst first; behind all of it what people are at. */
export const attentionPage = z.object({
  items: z.array(attentionItem),
  /** Where the next page begins; null: nothing comes behind these. */
  next: z.string().nullable(),
  /**
   * False: a bounded number of nodes was looked at and there may be more. With a `next` it goes on there; without one the search ended,
   * because something is weighed in its own way or too much is being worked on.
   */
  isComplete: z.boolean(),
})

/** The seven bands over time, one line per digest. */
export const spectrumPoint = z.object({ at: instant, modes: modeCounts })

export const fleetOverview = z.object({
  /** The instant of this answer, by the master's clock. */
  at: instant,
  nodes: z.number().int().nonnegative(),
  pendingEnrolments: z.number().int().nonnegative(),
  openSessions: z.number().int().nonnegative(),
  line: healthLine,
  spectrum: z.array(spectrumPoint),
  domains: z.array(domainRow),
  authority: z.object({
    heldHere: z.number().int(),
    heldElsewhere: z.number().int(),
    contested: z.number().int(),
    nobody: z.number().int(),
  }),
  policies: z.array(
    z.object({
      id,
      name: z.string(),
      version: z.string(),
      targetVersion: z.string(),
      nodes: z.number().int(),
      onTarget: z.number().int(),
      unknown: z.number().int(),
    }),
  ),
  attention: z.array(attentionItem),
  /** Input that was refused since the start, by code, newest first. */
  refusals: z.array(z.object({ code: z.string(), count: z.number().int(), lastAt: instant, sentence: z.string() })),
  store: heldFrontier.extend({ events: z.number().int(), sizeBytes: z.number().int() }),
})
export type FleetOverview = z.infer<typeof fleetOverview>

/** As many as a drawing of a page has room for, unless more are asked for. */
export const topologyRequest = z.object({ domainId: id, limit: z.number().int().min(1).max(5000).optional() })

export const topologyView = z.object({
  at: instant,
  /** Relays, gateways and (up to a bound) edges with the parent they reach the master through; null = directly. */
  vertices: z.array(
    z.object({
      id,
      name: z.string(),
      kind: z.string(),
      mode: z.enum(connectivityModes),
      health: z.string(),
      viaId: id.nullable(),
      rttMs: z.number().nullable(),
      lossPct: z.number().nullable(),
    }),
  ),
  /** Nodes not drawn because there are too many. */
  omitted: z.number().int().nonnegative(),
  /** Relays with the health of their paths and what each would hide, what hides most first. */
  relays: z.array(relayView).optional(),
})

export const domainDetail = z.object({
  at: instant,
  /** Of what it sets itself; each node has its own. */
  doubts: z.array(doubt),
  row: domainRow,
  path: z.array(z.object({ id, name: z.string() })),
  children: z.array(domainRow),
  thresholds: domainThresholds,
  /** The ancestor that the thresholds are inherited from, or this domain. */
  thresholdsFromDomainId: id,
  attention: z.array(attentionItem),
  spectrum: z.array(spectrumPoint),
  /** Sync debt over time, one line per digest. */
  debt: z.array(z.object({ at: instant, backlogMessages: z.number().int(), worstSecondsBehind: z.number() })),
})
export type DomainDetail = z.infer<typeof domainDetail>
export type TopologyView = z.infer<typeof topologyView>

export const createDomainRequest = z.object({ name: personName, parentId: id, level: z.enum(masterLevels) })
export const configureDomainRequest = z.object({
  domainId: id,
  thresholds: domainThresholds.partial(),
  /** Kinds of commands that two people are asked for here, besides those that always are; null: as the domain above has it. */
  twoOperatorKinds: z.array(z.enum(commandKindNames)).max(20).nullable().optional(),
})
