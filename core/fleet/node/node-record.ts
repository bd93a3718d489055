/** The Node of the seed's canonical schema (fleet-core-design-v0, section 1), field by field and in its own names. */
import { z } from 'zod'

const ulid = z.string().regex(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/)
const instant = z.iso.datetime()
const reference = z.string()

export const nodeKinds = ['EDGE', 'DC', 'GATEWAY', 'RELAY', 'VIRTUAL'] as const
export const connectivityModes = ['LIVE', 'DELAYED', 'EDGE_CACHED', 'AUTONOMOUS', 'DISCONNECTED', 'RETURNING', 'REPLAYING'] as const
export const healths = ['OK', 'DEGRADED', 'FAILED', 'UNKNOWN'] as const
export const phases = ['PROVISIONING', 'ENROLLED', 'ACTIVE', 'UPDATING', 'DEGRADED', 'QUARANTINED', 'DECOMMISSIONING', 'RETIRED'] as const
export const masterLevels = ['GLOBAL', 'REGION', 'LOCAL'] as const

export type NodeKind = (typeof nodeKinds)[number]
export type ConnectivityMode = (typeof connectivityModes)[number]
export type Health = (typeof healths)[number]
export type Phase = (typeof phases)[number]
export type MasterLevel = (typeof masterLevels)[number]

export const linkQualitySchema = z.object({
  rtt_ms: z.number().nonnegative(),
  loss_pct: z.number().min(0).max(100),
  bandwidth_kbps: z.number().nonnegative(),
})
export type LinkQuality = z.infer<typeof linkQualitySchema>

export const syncDebtSchema = z.object({
  seconds_behind: z.number().nonnegative(),
  backlog_messages: z.number().int().nonnegative(),
  replay_required: z.boolean(),
})
export type SyncDebt = z.infer<typeof syncDebtSchema>

export const inventorySchema = z.object({
  cpu: z.string(),
  ram_gb: z.number().nonnegative(),
  storage_gb: z.number().nonnegative(),
  gpus: z.array(z.string()),
})

export const constraintsSchema = z.object({
  maintenance_window: z.string(),
  requires_online: z.boolean(),
  min_battery_pct: z.number().min(0).max(100),
})

export const supplyChainSchema = z.object({
  hardware: z.object({ serial: z.string(), manufacturer: z.string(), model: z.string(), bom_ref: reference }),
  firmware: z.object({ version: z.string(), signature: z.string(), provenance_ref: reference }),
  software: z.object({ artifact_id: z.string(), sbom_ref: reference, attestations: z.array(reference), signature: z.string() }),
})

/** A field that nothing has been heard of is null, never an invented value. */
export const nodeRecordSchema = z.object({
  id: ulid,
  name: z.string(),
  kind: z.enum(nodeKinds),
  tags: z.array(z.string()),
  domain_id: ulid,
  authority: z.object({
    master_of_record: z.enum(masterLevels).nullable(),
    /** The holder first, then valid claimants. */
    controller_ids: z.array(ulid),
    last_authoritative_update_ts: instant.nullable(),
  }),
  connectivity: z.object({
    mode: z.enum(connectivityModes),
    last_seen_ts: instant.nullable(),
    link_quality: linkQualitySchema.nullable(),
    sync_debt: syncDebtSchema,
  }),
  desired_state: z.object({
    policy_bundle_id: ulid.nullable(),
    target_version: z.string().nullable(),
    constraints: constraintsSchema.nullable(),
  }),
  actual_state: z.object({
    reported_version: z.string().nullable(),
    runtime: z.object({
      health: z.enum(healths),
      last_heartbeat_ts: instant.nullable(),
      uptime_s: z.number().nonnegative().nullable(),
    }),
    inventory: inventorySchema.nullable(),
  }),
  drift: z.object({
    /** 0..1, weighted share out of specification; null while the evidence is missing. */
    score: z.number().min(0).max(1).nullable(),
    objects_out_of_spec: z.number().int().nonnegative().nullable(),
    details_ref: reference.nullable(),
    last_evaluated_ts: instant.nullable(),
  }),
  supply_chain: supplyChainSchema.nullable(),
  lifecycle: z.object({
    phase: z.enum(phases),
    state: z.string(),
    last_transition_ts: instant.nullable(),
    reason: z.string(),
  }),
  observations: z.object({
    last_snapshot_ref: reference.nullable(),
    last_event_ref: reference.nullable(),
  }),
})
export type NodeRecord = z.infer<typeof nodeRecordSchema>
