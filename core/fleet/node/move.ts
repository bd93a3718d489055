/** Whether a node may be moved, and by which events ([AU21]). */
import { accepted, refused, type Result } from '../../kernel/result.ts'
import type { Effect } from '../authority/may-decide.ts'
import type { ConnectivityMode, Phase } from './node-record.ts'
import type { Place } from './place.ts'

export type MoveFacts = {
  readonly phase: Phase
  readonly mode: ConnectivityMode | null
  readonly place: Place
  /** Null: the node is in a domain at the top. */
  readonly upDomainId: string | null
  readonly from: Effect
  readonly to: Effect
  /** Somebody is master of record where it is to go. */
  readonly isHeldThere: boolean
  /** The placement at present, and how often each domain changed its inheritance. */
  readonly placement: number
  readonly changesUp: number
  readonly changesThere: number
}

export type MoveStep = {
  /** Null: it was let go before, towards there. */
  readonly release: { readonly upDomainId: string | null; readonly base: number; readonly toBase: number } | null
  readonly isTaken: boolean
}

/**
 * Both domains held here: let go and taken over at once. Only the one it is in: handed upward, to be taken over by who holds the other.
 * Only the other: taken over, if it was let go towards there. Codes: NODE_NOT_IN_SERVICE, RETURN_OPEN, MOVE_NOWHERE, NOBODY_HOLDS_IT,
 * NOT_RELEASED, and those of `mayDecide`.
 */
export function decideMove(toDomainId: string, facts: MoveFacts): Result<MoveStep> {
  const { phase, mode, place, upDomainId, from, to } = facts
  if (phase === 'RETIRED' || phase === 'DECOMMISSIONING' || phase === 'PROVISIONING')
    return refused('NODE_NOT_IN_SERVICE', `The node is ${phase}; only one that is in service is moved.`, { phase })
  if (mode === 'RETURNING' || mode === 'REPLAYING')
    return refused('RETURN_OPEN', 'The node is coming back just now; move it once its return has ended.', { mode })
  if (place.domainId === toDomainId) return refused('MOVE_NOWHERE', 'The node is in that domain already.', { domainId: toDomainId })
  if (place.release?.domainId === toDomainId && to.effect === 'yes') return accepted({ release: null, isTaken: true })
  if (from.effect !== 'yes') {
    if (to.effect === 'yes' && from.code === 'AUTHORITY_NOT_HELD')
      return refused('NOT_RELEASED', 'Who holds the domain that the node is in has not let it go towards there yet.', {
        domainId: place.domainId,
      })
    return refused(from.code, `${from.sentence} ${from.wouldAllow}`, { domainId: place.domainId })
  }
  if (!facts.isHeldThere)
    return refused('NOBODY_HOLDS_IT', 'Nobody is master of the domain where the node is to go; it would obey nobody.', {
      domainId: toDomainId,
    })
  const base = Math.max(place.base + 1, facts.placement + 1 - facts.changesUp)
  const toBase = Math.max(base + (upDomainId === toDomainId ? 0 : 1), base + facts.changesUp + 1 - facts.changesThere)
  const isUp = upDomainId === toDomainId
  return accepted({ release: { upDomainId, base, toBase }, isTaken: to.effect === 'yes' && !isUp })
}
