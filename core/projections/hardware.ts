/** The machines that were a node, those that ask to be it, and which tellings of its logs count: decisions of masters only ([HW1], [FK2]). */
import type { DecisionData } from '../fleet/decisions.ts'
import { defineProjection, foldsNothing, type FoldInput } from './projection.ts'

type MachineFacts = {
  readonly keyId: string
  readonly serial: string | null
  readonly manufacturer: string | null
  readonly model: string | null
}

export type HardwareOffer = MachineFacts & { readonly requestId: string; readonly publicKey: string; readonly offeredAt: string }
/** Oldest first; the last one is the node now. */
export type Machine = MachineFacts & { readonly since: string; readonly reason: string; readonly by: string | null }
export type ForkDecision = {
  readonly log: string
  readonly at: number
  readonly keep: { readonly seq: number; readonly head: string }
  readonly decidedAt: string
}

export type HardwareState = {
  readonly machines: readonly Machine[]
  readonly offers: readonly HardwareOffer[]
  readonly refused: readonly { readonly keyId: string; readonly requestId: string; readonly reason: string }[]
  readonly forks: readonly ForkDecision[]
}

/** Refusals that are remembered, so that who was turned away is told why. */
const rememberedRefusals = 16

const nothing: HardwareState = { machines: [], offers: [], refused: [], forks: [] }

export const hardwareProjection = defineProjection<null, HardwareState>({
  name: 'hardware',
  version: 1,
  handles: [
    'ibcf.enrolment.requested.v1',
    'ibcf.hardware.offered.v1',
    'ibcf.hardware.refused.v1',
    'ibcf.key.replaced.v1',
    'ibcf.fork.resolved.v1',
  ],
  facts: foldsNothing,
  decisions: { initial: nothing, apply },
  table: { name: 'hardware_nodes', columns: { machines: 'INTEGER', offers: 'INTEGER' }, indexes: [['offers']] },
  // Of most nodes there is nothing to say but what the enrolment says.
  row: (_subject, _facts, { machines, offers }) =>
    machines.length < 2 && offers.length === 0 ? undefined : { machines: machines.length, offers: offers.length },
})

function apply(state: HardwareState, { event }: FoldInput): HardwareState {
  switch (event.type) {
    case 'ibcf.enrolment.requested.v1': {
      if (state.machines.length > 0) return state
      const { keyId, serial, manufacturer, model } = event.data as DecisionData<'ibcf.enrolment.requested.v1'>
      return { ...state, machines: [{ keyId, serial, manufacturer, model, since: event.time, reason: 'Asked to join.', by: null }] }
    }
    case 'ibcf.hardware.offered.v1': {
      const { requestId, keyId, publicKey, serial, manufacturer, model } = event.data as DecisionData<'ibcf.hardware.offered.v1'>
      if (state.offers.some((offer) => offer.keyId === keyId)) return state
      const offer = { requestId, keyId, publicKey, serial, manufacturer, model, offeredAt: event.time }
      return { ...state, offers: [...state.offers, offer] }
    }
    case 'ibcf.hardware.refused.v1': {
      const { requestId, keyId, reason } = event.data as DecisionData<'ibcf.hardware.refused.v1'>
      return {
        ...state,
        offers: state.offers.filter((offer) => offer.requestId !== requestId),
        refused: [...state.refused, { keyId, requestId, reason }].slice(-rememberedRefusals),
      }
    }
    case 'ibcf.key.replaced.v1': {
      const { keyId, serial, manufacturer, model, reason } = event.data as DecisionData<'ibcf.key.replaced.v1'>
      const machine = { keyId, serial, manufacturer, model, since: event.time, reason, by: event.actor ?? null }
      return { ...state, machines: [...state.machines, machine], offers: state.offers.filter((offer) => offer.keyId !== keyId) }
    }
    case 'ibcf.fork.resolved.v1': {
      const { log, at, keep } = event.data as DecisionData<'ibcf.fork.resolved.v1'>
      const others = state.forks.filter((fork) => fork.log !== log || fork.at !== at)
      return { ...state, forks: [...others, { log, at, keep, decidedAt: event.time }] }
    }
    default:
      return state
  }
}
