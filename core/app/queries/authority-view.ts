/** Who is master of record of a domain, as held here. */
import type { AuthorityView } from '../../contract/common.ts'
import type { Claimant, Holder } from '../../fleet/authority/holder.ts'
import type { ReadModel } from '../read-model.ts'

type Model = Pick<ReadModel, 'holder' | 'master' | 'masterId' | 'ports'>

/**
 * By what is held of authority, from the nearest domain, upwards, that somebody holds ([QY3]). A grant that has run out leaves nobody, and
 * so does one to a master that began another life since: an epoch never goes back to an earlier holder.
 */
export function authorityOf(model: Model, domainId: string): AuthorityView {
  const holder = model.holder(domainId)
  const [first] = holder.claimants
  if (holder.standing === 'nobody' || first === undefined) return nobody(holder)
  if (holder.standing === 'contested') return viewOf(model, holder, first, 'contested')
  if (!isOfThisLife(model, first) || hasRunOut(first, model.ports.clock.now())) return nobody(holder)
  return viewOf(model, holder, first, first.masterId === model.masterId ? 'held-here' : 'held-elsewhere')
}

/** The holder first, then who else claims it. */
export function controllersOf(model: Model, domainId: string): string[] {
  const now = model.ports.clock.now()
  return model
    .holder(domainId)
    .claimants.filter((claimant) => isOfThisLife(model, claimant) && !hasRunOut(claimant, now))
    .map(({ masterId }) => masterId)
}

/**
 * What this master held in an earlier life, where nobody holds the domain since: a restored master has no authority until it is given
 * some, and an epoch never rises by itself ([AU12]).
 */
export function lapsedGrantOf(
  model: Model,
  domainId: string,
): { readonly domainId: string; readonly grant: Claimant & { readonly epoch: number } } | undefined {
  const { standing, grantedAtDomainId, epoch, claimants } = model.holder(domainId)
  const [holder] = claimants
  if (standing !== 'held' || holder === undefined || grantedAtDomainId === null || epoch === null) return undefined
  if (holder.masterId !== model.masterId || isOfThisLife(model, holder)) return undefined
  return { domainId: grantedAtDomainId, grant: { ...holder, epoch } }
}

export function isOfThisLife(model: Pick<Model, 'master'>, { masterId, incarnation }: Pick<Claimant, 'masterId' | 'incarnation'>): boolean {
  return (model.master(masterId)?.incarnation?.id ?? null) === incarnation
}

function hasRunOut({ until }: Pick<Claimant, 'until'>, nowMs: number): boolean {
  return until !== null && Date.parse(until) <= nowMs
}

function viewOf(model: Model, holder: Holder, { masterId, level, since }: Claimant, standing: AuthorityView['standing']): AuthorityView {
  const { epoch, grantedAtDomainId } = holder
  return { masterId, masterName: model.master(masterId)?.name ?? null, level, epoch, since, grantedAtDomainId, standing }
}

function nobody({ epoch, grantedAtDomainId }: Holder): AuthorityView {
  return { masterId: null, masterName: null, level: null, epoch, since: null, grantedAtDomainId, standing: 'nobody' }
}
