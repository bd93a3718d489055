/** Authority over domains: so far the one way to it for a master that was restored (design 2, Authority; [MA13]). */
import { AppError } from '../../kernel/app-error.ts'
import type { DomainId, EventId } from '../../kernel/ids.ts'
import { lapsedGrantOf } from '../queries/authority-view.ts'
import { type Act, requireOperator } from './act.ts'

/**
 * Break-glass: takes the domains that this master held in an earlier life at the next epoch, in the operator's name. It is shown until
 * it has been reviewed. Throws Rejected `AUTHORITY_NOT_LAPSED` when there is none to take.
 */
export function reclaimAuthority(act: Act, { reason }: { readonly reason: string }): EventId[] {
  const actor = requireOperator(act, 'authority')
  const { model, port } = act.master
  const lapsed = lapsedDomains(act)
  const incarnation = model.master(model.masterId)?.incarnation?.id
  if (lapsed.length === 0 || incarnation === undefined) {
    throw new AppError(
      'Rejected',
      'AUTHORITY_NOT_LAPSED',
      'There is no authority here to reclaim: this master held none, or holds it, or another one does.',
    )
  }
  return port.commit(({ decide }) =>
    lapsed.map(({ domainId, level, epoch }) =>
      decide({
        type: 'ibcf.authority.granted.v1',
        subject: domainId,
        domain: domainId,
        data: { masterId: model.masterId, level, epoch: epoch + 1, until: null, right: 'break-glass', incarnation, reason },
        actor,
      }),
    ),
  )
}

function lapsedDomains({ master: { model } }: Act) {
  return model.reader.all<{ subject: string }>('SELECT subject FROM authority_domains ORDER BY subject').flatMap(({ subject }) => {
    const lapsed = lapsedGrantOf(model, subject)
    return lapsed?.domainId === subject ? [{ ...lapsed.grant, domainId: subject as DomainId }] : []
  })
}
