/** Which decisions restrict, and so hold even while it is contested who may decide ([AU9]): what makes a fleet safer never waits. */

/** A decision as far as authority cares: by what it does to what may happen afterwards. */
export const restrictingKinds = ['quarantine', 'revoke', 'cancel', 'pause'] as const
export type DecisionKind = (typeof restrictingKinds)[number] | 'other'

export function isRestricting(kind: DecisionKind): boolean {
  return kind !== 'other'
}

/** What an event of a master is, by its type and data. */
export function kindOfDecision(type: string, data: Readonly<Record<string, unknown>>): DecisionKind {
  switch (type) {
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
