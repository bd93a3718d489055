/**
 * What freezes authority: an event marked critical, of a type that this version does not know, by a master that held the domain. Others
 * cannot freeze what they never held ([AU13]).
 */
import { findTenures, isOfLife } from './tenure.ts'
import type { AuthorityBook, Chronicle } from './types.ts'

export type Freeze = {
  readonly eventId: string
  readonly type: string
  readonly epoch: number
  readonly hlc: string
  readonly masterId: string
}

/** For the first domain of the line: its own and those of the domains above it, earliest decision first. */
export function freezingActs(book: AuthorityBook, line: readonly Chronicle[]): readonly Freeze[] {
  const freezes = line.flatMap(({ domainId }, at) =>
    (book.record(domainId)?.acts ?? []).flatMap((act): Freeze[] => {
      if (act.word.kind !== 'unknown-critical') return []
      const found = findTenures(line.slice(at), act.issuerId, act.epoch)
      const isHeld = found.some(({ tenures }) => tenures.some((tenure) => isOfLife(book, tenure, act.incarnation)))
      const { eventId, epoch, hlc, issuerId } = act
      return isHeld ? [{ eventId, type: act.word.type, epoch, hlc, masterId: issuerId }] : []
    }),
  )
  return freezes.toSorted((a, b) => compareDecisions(a, b))
}

/** Epoch, then clock, then master: the order in which decisions fold, as far as it is known here. */
export function compareDecisions(
  a: { readonly epoch: number; readonly hlc: string; readonly masterId: string },
  b: { readonly epoch: number; readonly hlc: string; readonly masterId: string },
): number {
  if (a.epoch !== b.epoch) return a.epoch - b.epoch
  if (a.hlc !== b.hlc) return a.hlc < b.hlc ? -1 : 1
  if (a.masterId === b.masterId) return 0
  return a.masterId < b.masterId ? -1 : 1
}
