/**
 * What a quarantined node may still do ([GW11]): be heard, return, send its logs and what belongs to them, since what is authentic is
 * stored whatever it is trusted for. It is told nothing new: no desired state, no content.
 */
import { refused, type Result } from '../kernel/result.ts'

export function quarantinedLimited(): Result<never> {
  return refused('QUARANTINED_LIMITED', 'The node is quarantined: until a person releases it, it may report but is given nothing.')
}
