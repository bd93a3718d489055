/** Who is master of record of a domain, as held here. */
import type { AuthorityView } from '../../contract/common.ts'
import type { Claimant, Holder } from '../../fleet/authority/holder.ts'
import type { ReadModel } from '../read-model.ts'

type Model = Pick<ReadModel, 'holder' | 'holderAt' | 'master' | 'masterId' | 'ports'>

/**
 * By what is held of authority, from the nearest domain, upwards, that somebody holds ([QY3]). A grant that has run out leaves nobody, and
 * so does one to a master that began another life since: an epoch never goes back to an earlier holder. `nodeId`: of that node, where glass
 * may be broken at it ([AU23]).
 */
export function authorityOf(model: Model, domainId: string, nodeId?: string): AuthorityView {
  const holder = nodeId === undefined ? model.holder(domainId) : model.holderAt(domainId, nodeId)
  const [first] = holder.claimants
  if (holder.standing === 'nobody' || first === undefined) return nobody(holder)
  if (holder.standing === 'contested') return viewOf(model, holder, first, 'contested')
  if (!isOfThisLife(model, first) || hasRunOut(first, model.ports.clock.now())) return nobody(holder)
  return viewOf(model, holder, first, first.masterId === model.masterId ? 'held-here' : 'held-elsewhere')
}

/** Under which epoch this master decides about the node: its own at that node where glass was broken there for it, else that of the domain. */
export function epochFor(model: Model, domainId: string, nodeId: string | undefined): number {
  const at = authorityOf(model, domainId, nodeId)
  if (nodeId === undefined || at.standing === 'held-here') return at.epoch ?? 0
  return authorityOf(model, domainId).epoch ?? 0
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
  const life = model.master(masterId)?.incarnation?.id ?? null
  // In its first life a master may be named with it or without.
  return life === incarnation || life === null
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
