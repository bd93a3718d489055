/** What every act of a person goes through: who it is, whether their role allows it, whether this master may decide there. */
import { operatorRoles } from '../../contract/people.ts'
import type { DecisionKind } from '../../fleet/authority/decision-kinds.ts'
import { mayDecide } from '../../fleet/authority/may-decide.ts'
import { AppError } from '../../kernel/app-error.ts'
import type { DomainId, NodeId, OperatorId } from '../../kernel/ids.ts'
import type { Result } from '../../kernel/result.ts'
import type { LifecycleState } from '../../projections/lifecycle.ts'
import type { Master } from '../master.ts'
import { authorityOf, epochFor, lapsedGrantOf } from '../queries/authority-view.ts'

export type OperatorRole = (typeof operatorRoles)[number]

export type Act = { readonly master: Master; readonly actor: OperatorId | undefined }
/** Enough to know who asks. */
export type Asking = { readonly master: Pick<Master, 'model'>; readonly actor: OperatorId | undefined }

/** Throws Unauthorised `OPERATOR_REQUIRED`, `OPERATOR_UNKNOWN` or `ROLE_TOO_LOW`. Roles include the ones before them. */
export function requireOperator({ master, actor }: Asking, least: OperatorRole): OperatorId {
  if (actor === undefined) {
    throw new AppError(
      'Unauthorised',
      'OPERATOR_REQUIRED',
      'Every act names its operator: make or choose one first (operator.create, then --operator NAME).',
    )
  }
  const operator = master.model.operator(actor)
  if (operator === undefined)
    throw new AppError('Unauthorised', 'OPERATOR_UNKNOWN', 'This operator is not known here.', { operatorId: actor })
  if (operatorRoles.indexOf(operator.role as OperatorRole) < operatorRoles.indexOf(least)) {
    throw new AppError('Unauthorised', 'ROLE_TOO_LOW', `${operator.name} is ${operator.role}; this needs ${least}.`, {
      role: operator.role,
      needed: least,
    })
  }
  return actor
}

/**
 * `nodeId`: what is decided is about that node, at which glass may be broken ([AU23]). Throws NotFound `DOMAIN_UNKNOWN`, Rejected
 * `AUTHORITY_NOT_HELD`, `AUTHORITY_LAPSED` or, of what restricts nothing, `GLASS_BROKEN`, of what restricts nothing, `CONTESTED` and
 * `FROZEN` ([AU9], [AU13]).
 */
export function requireAuthority({ master }: Act, domain: DomainId, kind: DecisionKind = 'other', nodeId?: string): void {
  if (master.model.domain(domain) === undefined)
    throw new AppError('NotFound', 'DOMAIN_UNKNOWN', 'No such domain is known here.', { domainId: domain })
  const { model, identity } = master
  const authority = authorityOf(model, domain, nodeId)
  const { masterId, incarnation } = identity
  const effect = mayDecide(model.book, { masterId, incarnation, epoch: epochFor(model, domain, nodeId), domainId: domain, nodeId, kind })
  // What restricts a node holds also while glass is broken at it for another.
  const isHeld =
    authority.standing === 'held-here' || authority.standing === 'contested' || authorityOf(model, domain).standing === 'held-here'
  if (isHeld && effect.effect === 'yes') return
  if (isHeld && (effect.effect === 'held' || (effect.effect === 'no' && effect.code === 'GLASS_BROKEN')))
    throw new AppError('Rejected', effect.code, `${effect.sentence} ${effect.wouldAllow}`, { domainId: domain, epoch: authority.epoch })
  if (lapsedGrantOf(master.model, domain) !== undefined) {
    throw new AppError(
      'Rejected',
      'AUTHORITY_LAPSED',
      'This master was restored from an older state and holds no authority until it is given some again. An operator of role authority can reclaim it (authority.reclaim) with a reason that is reviewed later.',
      { domainId: domain, epoch: authority.epoch, incarnation: master.model.master(master.model.masterId)?.incarnation?.id ?? null },
    )
  }
  throw new AppError(
    'Rejected',
    'AUTHORITY_NOT_HELD',
    `This master is not master of record there; ${authority.masterName ?? 'nobody'} is.`,
    { domainId: domain, holder: authority.masterId },
  )
}

/** Throws NotFound `NODE_UNKNOWN`. */
export function requireNode({ master }: Act, node: NodeId): LifecycleState {
  const state = master.model.lifecycle(node)
  if (state === undefined) throw new AppError('NotFound', 'NODE_UNKNOWN', 'No such node is known here.', { nodeId: node })
  return state
}

/** The value, or the refusal as Rejected: used inside a commit, so that a refused act writes nothing at all. */
export function must<Value>(result: Result<Value>): Value {
  if (result.ok) return result.value
  throw new AppError('Rejected', result.refusal.code, result.refusal.sentence, result.refusal.facts)
}
