/** LifecycleProjection: who a node is, the phase it is in, since when and why. Decisions of masters only. */
import type { DecisionData } from '../fleet/decisions.ts'
import type { ContactSchedule } from '../fleet/connectivity/connectivity-events.ts'
import { evolvePlace, type Place, placeTypes } from '../fleet/node/place.ts'
import type { NodeKind, Phase } from '../fleet/node/node-record.ts'
import { defineProjection, foldsNothing, type FoldInput } from './projection.ts'

export type LifecycleState = {
  readonly requestId: string
  readonly enrolment: 'PENDING' | 'APPROVED' | 'REFUSED'
  readonly requestedAt: string
  readonly decidedAt: string | null
  readonly decidedBy: string | null
  readonly name: string
  readonly kind: NodeKind
  readonly tags: readonly string[]
  readonly keyId: string
  readonly publicKey: string
  readonly isKeyRevoked: boolean
  readonly serial: string | null
  readonly manufacturer: string | null
  readonly model: string | null
  readonly contactEverySeconds: number
  readonly autonomyBudgetSeconds: number
  /** When it is expected to be heard; null: so often as it named when it asked to join. */
  readonly contactSchedule: ContactSchedule | null
  readonly viaId: string | null
  readonly domainId: string
  /** Null until it was let in. */
  readonly place: Place | null
  readonly phase: Phase
  readonly phaseSince: string
  readonly reason: string
  /** The event of the phase machine that led here. */
  readonly event: string
  readonly code: string | null
  readonly lastDecisionId: string
}

export const lifecycleProjection = defineProjection<null, LifecycleState | null>({
  name: 'lifecycle',
  version: 4,
  handles: [
    'ibcf.enrolment.requested.v1',
    'ibcf.enrolment.refused.v1',
    'ibcf.lifecycle.transitioned.v1',
    'ibcf.key.revoked.v1',
    'ibcf.key.replaced.v1',
    'ibcf.node.scheduled.v1',
    ...placeTypes,
  ],
  facts: foldsNothing,
  decisions: { initial: null, apply },
  table: {
    name: 'lifecycle_nodes',
    columns: {
      domain: 'TEXT',
      name: 'TEXT',
      kind: 'TEXT',
      tags: 'TEXT',
      serial: 'TEXT',
      phase: 'TEXT',
      phase_since: 'TEXT',
      event: 'TEXT',
      reason: 'TEXT',
      enrolment: 'TEXT',
      request_id: 'TEXT',
      key_id: 'TEXT',
      via: 'TEXT',
      contact_every_s: 'REAL',
      autonomy_budget_s: 'REAL',
    },
    indexes: [['domain', 'phase'], ['enrolment'], ['request_id']],
  },
  row: (_subject, _facts, state) =>
    state === null
      ? undefined
      : {
          domain: state.domainId,
          name: state.name,
          kind: state.kind,
          tags: JSON.stringify(state.tags),
          serial: state.serial,
          phase: state.phase,
          phase_since: state.phaseSince,
          event: state.event,
          reason: state.reason,
          enrolment: state.enrolment,
          request_id: state.requestId,
          key_id: state.keyId,
          via: state.viaId,
          contact_every_s: state.contactEverySeconds,
          autonomy_budget_s: state.autonomyBudgetSeconds,
        },
})

function apply(state: LifecycleState | null, { event }: FoldInput): LifecycleState | null {
  if (event.type === 'ibcf.enrolment.requested.v1') {
    if (state !== null) return state
    const data = event.data as DecisionData<'ibcf.enrolment.requested.v1'>
    return {
      requestId: data.requestId,
      enrolment: 'PENDING',
      requestedAt: event.time,
      decidedAt: null,
      decidedBy: null,
      name: data.name,
      kind: data.kind,
      tags: data.tags,
      keyId: data.keyId,
      publicKey: data.publicKey,
      isKeyRevoked: false,
      serial: data.serial,
      manufacturer: data.manufacturer,
      model: data.model,
      contactEverySeconds: data.contactEverySeconds,
      autonomyBudgetSeconds: data.autonomyBudgetSeconds,
      contactSchedule: null,
      viaId: data.viaId,
      domainId: event.domain ?? '',
      place: null,
      phase: 'PROVISIONING',
      phaseSince: event.time,
      reason: 'Asked to join.',
      event: 'requested',
      code: null,
      lastDecisionId: event.id,
    }
  }
  if (state === null) return null
  switch (event.type) {
    case 'ibcf.enrolment.approved.v1': {
      const data = event.data as DecisionData<'ibcf.enrolment.approved.v1'>
      return {
        ...state,
        enrolment: 'APPROVED',
        domainId: data.domainId,
        place: evolvePlace(state.place, event),
        keyId: data.keyId,
        publicKey: data.publicKey,
        decidedAt: event.time,
        decidedBy: event.actor ?? null,
        lastDecisionId: event.id,
      }
    }
    case 'ibcf.enrolment.refused.v1':
      return { ...state, enrolment: 'REFUSED', decidedAt: event.time, decidedBy: event.actor ?? null, lastDecisionId: event.id }
    case 'ibcf.lifecycle.transitioned.v1': {
      const data = event.data as DecisionData<'ibcf.lifecycle.transitioned.v1'>
      return {
        ...state,
        phase: data.to,
        phaseSince: event.time,
        reason: data.reason,
        event: data.event,
        code: data.code,
        lastDecisionId: event.id,
      }
    }
    case 'ibcf.node.released.v1':
    case 'ibcf.node.taken.v1': {
      const place = evolvePlace(state.place, event)
      return place === state.place || place === null ? state : { ...state, place, domainId: place.domainId, lastDecisionId: event.id }
    }
    case 'ibcf.node.scheduled.v1':
      return { ...state, contactSchedule: (event.data as DecisionData<'ibcf.node.scheduled.v1'>).schedule, lastDecisionId: event.id }
    case 'ibcf.key.replaced.v1': {
      const { keyId, publicKey, serial, manufacturer, model } = event.data as DecisionData<'ibcf.key.replaced.v1'>
      return { ...state, keyId, publicKey, isKeyRevoked: false, serial, manufacturer, model, lastDecisionId: event.id }
    }
    case 'ibcf.key.revoked.v1': {
      const data = event.data as DecisionData<'ibcf.key.revoked.v1'>
      return data.keyId === state.keyId ? { ...state, isKeyRevoked: true, lastDecisionId: event.id } : state
    }
    default:
      return state
  }
}
