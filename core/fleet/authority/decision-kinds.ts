/**
 * What authority makes of a decision, by its kind. Those that restrict hold even while it is contested who may decide ([AU9]): what makes
 * a fleet safer never waits. What a master only bears witness to - how it hears a node, what it took in, who works at it - needs no authority but that of
 * having been there ([AU18]).
 */

/** A decision as far as authority cares: by what it does to what may happen afterwards. */
export const restrictingKinds = ['quarantine', 'revoke', 'cancel', 'pause'] as const
export type DecisionKind = (typeof restrictingKinds)[number] | 'witness' | 'other'

export function isRestricting(kind: DecisionKind): boolean {
  return kind !== 'other' && kind !== 'witness'
}

/** What an event of a master is, by its type and data. */
export function kindOfDecision(type: string, data: Readonly<Record<string, unknown>>): DecisionKind {
  switch (type) {
    case 'ibcf.authority.witnessed.v1':
    case 'ibcf.connectivity.assessed.v1':
    case 'ibcf.enrolment.requested.v1':
    case 'ibcf.operator.created.v1':
    case 'ibcf.session.opened.v1':
    case 'ibcf.session.closed.v1':
    case 'ibcf.segment.accepted.v1':
    case 'ibcf.evidence.parked.v1':
    case 'ibcf.presence.digested.v1':
    case 'ibcf.note.written.v1':
    case 'ibcf.bundle.packed.v1':
    case 'ibcf.bundle.departed.v1':
    case 'ibcf.bundle.lost.v1':
    case 'ibcf.bundle.imported.v1':
    case 'ibcf.bundle.receipt-back.v1':
      return 'witness'
    case 'ibcf.lifecycle.transitioned.v1':
      return data['to'] === 'QUARANTINED' ? 'quarantine' : 'other'
    case 'ibcf.key.revoked.v1':
      return 'revoke'
    case 'ibcf.command.cancelled.v1':
      return 'cancel'
    default:
      return /^ibcf\.rollout\.(paused|aborted)\.v\d+$/.test(type) ? 'pause' : 'other'
  }
}
