/**
 * The way out of each reason for which a return ends in quarantine ([RT13]): acts that a person can do, the most fitting first. The words
 * for people stand with the finding; this table is what the console makes its buttons of.
 */

/** Each is an act of a master, or work at the machine that an act of a master then takes note of. */
export const waysOut = [
  /** A new key for the same machine: `ibcf node --re-key` there, `node.replaceHardware` here. */
  're-key',
  /** Another machine, or this one made anew, takes the identity: `ibcf node --take-over` there, `node.replaceHardware` here. */
  're-image',
  /** `waiver.grant`: what differs is accepted until a date. */
  'accept-waiver',
  /** `command.issue` of what sets it right, or a policy that it can take. */
  'correct',
  /** `node.resolveFork`: which of the two histories counts. */
  'resolve-fork',
  /** `command.settle`: a person says what came of a command. */
  'settle-command',
  /** `authority.resolve`, or word from the other master. */
  'settle-authority',
  /** `node.remediate`: it is let back in, with a reason. */
  'release',
  /** `node.decommission`, then `node.retire`. */
  'decommission',
] as const
export type WayOut = (typeof waysOut)[number]

export function isWayOut(text: string): text is WayOut {
  return (waysOut as readonly string[]).includes(text)
}

const ofMachine: readonly WayOut[] = ['re-image', 'release', 'decommission']
const ofSettings: readonly WayOut[] = ['correct', 'accept-waiver', 'release', 'decommission']

const byCode: Readonly<Record<string, readonly WayOut[]>> = {
  KEY_REVOKED: ['re-key', 're-image', 'decommission'],
  SEGMENT_FORKED: ['resolve-fork', 're-key', 'decommission'],
  NODE_CLONED: ['re-key', 're-image', 'release', 'decommission'],
  LANE_WITHHELD: ofMachine,
  AUTHORITY_UNKNOWN: ['settle-authority', 're-key', 'release', 'decommission'],
  DECISION_NOT_ALLOWED: ['correct', 'release', 'decommission'],
  DECISION_NOT_NAMED: ['correct', 'release', 'decommission'],
  DESIRED_REFUSED: ['correct', 'release', 'decommission'],
  DRIFT_BEYOND_LIMIT: ofSettings,
  COMMAND_NOT_ISSUED: ['settle-authority', 're-key', 'release', 'decommission'],
  COMMAND_TAKEN_BACK: ['correct', 'release', 'decommission'],
  COMMAND_UNSURE: ['settle-command', 'release', 'decommission'],
}

/** Of a trust finding that has no row of its own (a refused part of a log, by the verifier's code) the machine has to be looked at. */
export function waysOutOf(code: string, kind: 'notice' | 'drift' | 'trust'): readonly WayOut[] {
  const ways = Object.hasOwn(byCode, code) ? byCode[code] : undefined
  if (ways !== undefined) return kind === 'notice' ? ways.filter((way) => way !== 'release' && way !== 'decommission') : ways
  switch (kind) {
    case 'trust':
      return ofMachine
    case 'drift':
      return ofSettings
    case 'notice':
      return []
  }
}
