/** Facts that a node reports in its own logs, and which lane each belongs to. A node never moves its own phase or connectivity. */
import { z } from 'zod'
import { commandFacts } from '../command/events.ts'
import { relayFacts } from '../relay/relay-facts.ts'
import { healths, inventorySchema, linkQualitySchema } from './node-record.ts'

const text = z.string().max(2000)
const digest = z.string().regex(/^[0-9a-f]{64}$/)

/** The parts of a snapshot: each a blob of its own, so that what did not change is not stored again (design 2, Volume). */
export const snapshotParts = ['inventory', 'configuration', 'software', 'firmware', 'health'] as const
export type SnapshotPart = (typeof snapshotParts)[number]

export const snapshotPartSchema = z.object({ name: z.enum(snapshotParts), digest, sizeBytes: z.number().int().nonnegative() })

/** What the blob of each part holds, as JSON. */
export const partContents = {
  inventory: inventorySchema,
  configuration: z.record(z.string(), z.unknown()),
  software: z.object({
    version: text,
    artifact_id: text.optional(),
    sbom_ref: text.optional(),
    attestations: z.array(text).optional(),
    signature: text.optional(),
  }),
  firmware: z.object({ version: text, signature: text.optional(), provenance_ref: text.optional() }),
  health: z.object({ health: z.enum(healths), checks: z.array(z.object({ name: text, health: z.enum(healths), detail: text })) }),
} as const

export const nodeEvents = {
  'ibcf.log.opened.v1': {
    lane: 'control',
    data: z.object({ continues: z.array(z.object({ log: text, seq: z.number().int(), head: digest })), reason: text }),
  },
  'ibcf.connection.lost.v1': { lane: 'control', data: z.object({ since: z.iso.datetime(), attempts: z.number().int() }) },
  'ibcf.connection.regained.v1': { lane: 'control', data: z.object({ offlineSeconds: z.number().nonnegative() }) },
  'ibcf.decision.taken.v1': {
    lane: 'control',
    data: z.object({
      policy: text,
      decision: text,
      basis: text,
      policyBundleId: z.string().nullable(),
      /** What of its configuration it decided about, a JSON Pointer, where it was that. */
      path: text.optional(),
    }),
  },
  'ibcf.alarm.raised.v1': {
    lane: 'control',
    data: z.object({ name: text, severity: z.enum(['notice', 'warning', 'critical']), detail: text }),
  },
  'ibcf.agent.started.v1': {
    lane: 'control',
    data: z.object({ version: text, offlineSince: z.iso.datetime().nullable(), unclean: z.boolean() }),
  },
  'ibcf.desired.adopted.v1': {
    lane: 'control',
    data: z.object({
      policyBundleId: z.string(),
      policyVersion: text,
      placement: z.number().int(),
      epoch: z.number().int(),
      masterId: z.string(),
    }),
  },
  'ibcf.desired.refused.v1': { lane: 'control', data: z.object({ policyBundleId: z.string(), code: text, sentence: text }) },
  ...commandFacts,
  ...relayFacts,
  /** What it measured of itself after it took on a policy: what a rollout counts as success, and nothing else is. */
  'ibcf.desired.proven.v1': {
    lane: 'control',
    data: z.object({ policyBundleId: z.string(), version: text, isAfterRestart: z.boolean(), found: text }),
  },
  'ibcf.observation.recorded.v1': {
    lane: 'fact',
    data: z.object({ kind: text, values: z.record(z.string(), z.union([z.number(), z.string(), z.boolean()])), isAutonomous: z.boolean() }),
  },
  'ibcf.health.changed.v1': { lane: 'fact', data: z.object({ from: z.enum(healths), to: z.enum(healths), detail: text }) },
  'ibcf.link.measured.v1': {
    lane: 'fact',
    data: z.object({ link: linkQualitySchema, viaId: z.string().nullable(), isAutonomous: z.boolean() }),
  },
  'ibcf.snapshot.taken.v1': { lane: 'bulk', data: z.object({ parts: z.array(snapshotPartSchema), isAutonomous: z.boolean() }) },
} as const satisfies Record<string, { readonly lane: 'control' | 'fact' | 'bulk'; readonly data: z.ZodType }>

export type NodeEventType = keyof typeof nodeEvents
export type NodeEventData<Type extends NodeEventType> = z.infer<(typeof nodeEvents)[Type]['data']>
