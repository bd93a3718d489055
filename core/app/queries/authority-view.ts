/** Who is master of record of a domain, as held here. */
import type { AuthorityView } from '../../contract/common.ts'
import type { HeldGrant } from '../../projections/authority.ts'
import type { ReadModel } from '../read-model.ts'
import { lineageOf } from './lineage.ts'

type Model = Pick<ReadModel, 'domain' | 'authority' | 'master' | 'masterId' | 'ports'>

/**
 * The grants of the nearest domain, upwards, that has any ([QY3]). Two masters at its highest epoch contest it; a grant that has run
 * out leaves nobody, because an epoch never goes back to an earlier holder.
 */
export function authorityOf(model: Model, domainId: string): AuthorityView {
  const source = grantsInForce(model, domainId)
  if (source === undefined) return nobody(null, null)
  const [holder] = source.grants
  if (holder === undefined) return nobody(source.epoch, source.domainId)
  if (source.grants.some(({ masterId }) => masterId !== holder.masterId)) return viewOf(model, source.domainId, holder, 'contested')
  if (hasRunOut(holder, model.ports.clock.now())) return nobody(holder.epoch, source.domainId)
  return viewOf(model, source.domainId, holder, holder.masterId === model.masterId ? 'held-here' : 'held-elsewhere')
}

/** The holder first, then who else claims the highest epoch. */
export function controllersOf(model: Model, domainId: string): string[] {
  const now = model.ports.clock.now()
  const grants = grantsInForce(model, domainId)?.grants ?? []
  return [...new Set(grants.filter((grant) => !hasRunOut(grant, now)).map(({ masterId }) => masterId))]
}

/**
 * The grant that this master held in an earlier life, where nobody holds the domain since: a restored master has no authority until it
 * is given some, and an epoch never rises by itself (design 2, Authority).
 */
export function lapsedGrantOf(model: Model, domainId: string): { readonly domainId: string; readonly grant: HeldGrant } | undefined {
  const source = grantsInForce(model, domainId)
  if (source === undefined || source.grants.length > 0) return undefined
  const grant = source.lapsed.find(({ masterId }) => masterId === model.masterId)
  return grant === undefined ? undefined : { domainId: source.domainId, grant }
}

type GrantsInForce = {
  readonly domainId: string
  readonly epoch: number
  readonly grants: readonly HeldGrant[]
  /** Given to masters that have begun another life since. */
  readonly lapsed: readonly HeldGrant[]
}

/** The grants at the highest epoch of the nearest domain that was granted to anybody. */
function grantsInForce(model: Model, domainId: string): GrantsInForce | undefined {
  for (const { id } of lineageOf(model, domainId)) {
    const all = model.authority(id)?.grants ?? []
    const epoch = all[0]?.epoch
    if (epoch === undefined) continue
    const highest = all.filter((grant) => grant.epoch === epoch)
    const grants = highest.filter((grant) => isOfThisLife(model, grant))
    return { domainId: id, epoch, grants, lapsed: highest.filter((grant) => !grants.includes(grant)) }
  }
  return undefined
}

function isOfThisLife(model: Model, { masterId, incarnation }: HeldGrant): boolean {
  return (model.master(masterId)?.incarnation?.id ?? null) === incarnation
}

function hasRunOut({ until }: HeldGrant, nowMs: number): boolean {
  return until !== null && Date.parse(until) <= nowMs
}

function viewOf(model: Model, grantedAtDomainId: string, grant: HeldGrant, standing: AuthorityView['standing']): AuthorityView {
  const { masterId, level, epoch, since } = grant
  return { masterId, masterName: model.master(masterId)?.name ?? null, level, epoch, since, grantedAtDomainId, standing }
}

function nobody(epoch: number | null, grantedAtDomainId: string | null): AuthorityView {
  return { masterId: null, masterName: null, level: null, epoch, since: null, grantedAtDomainId, standing: 'nobody' }
}
