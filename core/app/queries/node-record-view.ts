/** A node in the fields of the seed's canonical schema. What nothing was heard of is null, never invented. */
import type { NodeRecord } from '../../fleet/node/node-record.ts'
import type { SessionStep } from '../../fleet/lifecycle/state.ts'
import { blobRef, eventRef } from '../../kernel/event.ts'
import type { ActualState } from '../../projections/actual.ts'
import type { LifecycleState } from '../../projections/lifecycle.ts'
import type { ReadModel } from '../read-model.ts'
import { authorityOf, controllersOf } from './authority-view.ts'
import { desiredPolicyOf } from './desired-policy.ts'
import type { DesiredPolicy } from './domain-rule.ts'
import { driftOf, reportedVersion } from './drift-of-node.ts'
import { instantOf, instantOrNull } from './instants.ts'
import { stateOfNode } from './node-state.ts'
import { type NodeView, shownMode, syncDebtOf } from './node-view.ts'
import { requireNode } from './require-node.ts'
import { partContentOf } from './snapshot-parts.ts'

/** `step`: where its open return stands. Throws NotFound `NODE_UNKNOWN`. */
export function recordOf(model: ReadModel, view: NodeView, step: SessionStep | null): NodeRecord {
  const lifecycle = requireNode(model, view.id)
  const heard = model.presence.of(view.id)
  const actual = model.actual(view.id)
  const desired = desiredPolicyOf(model, view)
  const drift = driftOf(model, view, desired)
  return {
    id: view.id,
    name: view.name,
    kind: view.kind,
    tags: [...view.tags],
    domain_id: view.domainId,
    authority: {
      master_of_record: authorityOf(model, view.domainId, view.id).level,
      controller_ids: controllersOf(model, view.domainId),
      last_authoritative_update_ts: lastDecision(view, lifecycle, desired),
    },
    connectivity: {
      mode: shownMode(view),
      last_seen_ts: instantOrNull(view.lastSeenMs),
      link_quality: view.link,
      sync_debt: syncDebtOf(view),
    },
    desired_state: {
      policy_bundle_id: desired?.policyBundleId ?? null,
      target_version: desired?.policy.targetVersion ?? null,
      constraints: desired?.policy.constraints ?? null,
    },
    actual_state: {
      reported_version: reportedVersion(model, view) ?? null,
      runtime: {
        health: view.health,
        last_heartbeat_ts: instantOrNull(heard?.heartbeatAt ?? view.lastSeenMs),
        uptime_s: heard?.uptimeSeconds ?? null,
      },
      inventory: partContentOf(model, 'inventory', actual?.parts['inventory']?.digest) ?? null,
    },
    drift: {
      score: drift.score,
      objects_out_of_spec: drift.outOfSpec,
      details_ref: drift.score === null || view.configurationDigest === null ? null : blobRef(view.configurationDigest),
      last_evaluated_ts: drift.score === null ? null : instantOf(model.ports.clock.now()),
    },
    supply_chain: supplyChainOf(model, lifecycle, actual),
    lifecycle: { phase: view.phase, state: stateOfNode(view, step), last_transition_ts: view.phaseSince, reason: view.phaseReason },
    observations: {
      last_snapshot_ref: actual?.snapshotId == null ? null : eventRef(actual.snapshotId),
      last_event_ref: actual?.lastEventId == null ? null : eventRef(actual.lastEventId),
    },
  }
}

/** The latest instant at which a master decided anything that holds for the node now. */
function lastDecision(view: NodeView, lifecycle: LifecycleState, desired: DesiredPolicy | undefined): string | null {
  const instants = [view.phaseSince, view.modeSince, lifecycle.decidedAt, desired?.assignedAt ?? null].filter((instant) => instant !== null)
  return instants.sort().at(-1) ?? null
}

/** Null when neither its enrolment nor its snapshots say anything of what it is made of; an empty text is a field nobody filled. */
function supplyChainOf(
  model: ReadModel,
  { serial, manufacturer, model: modelName }: LifecycleState,
  actual: ActualState | undefined,
): NodeRecord['supply_chain'] {
  const firmware = partContentOf(model, 'firmware', actual?.parts['firmware']?.digest)
  const software = partContentOf(model, 'software', actual?.parts['software']?.digest)
  const isSilent = serial === null && manufacturer === null && modelName === null && firmware === undefined && software === undefined
  if (isSilent) return null
  return {
    hardware: { serial: serial ?? '', manufacturer: manufacturer ?? '', model: modelName ?? '', bom_ref: '' },
    firmware: { version: firmware?.version ?? '', signature: firmware?.signature ?? '', provenance_ref: firmware?.provenance_ref ?? '' },
    software: {
      artifact_id: software?.artifact_id ?? '',
      sbom_ref: software?.sbom_ref ?? '',
      attestations: [...(software?.attestations ?? [])],
      signature: software?.signature ?? '',
    },
  }
}
