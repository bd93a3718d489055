/** Which acts of authority stand open on a domain, from the master's answer, and the reference to another master as it is typed. */
import type { Answers, Requests } from '../../client/rpc.ts'

export type DomainAuthority = Answers['domain']['authority']
export type MasterRef = Requests['authority']['grant']['to']
export type AuthorityAct = 'grant' | 'delegate' | 'claim' | 'break-glass' | 'resolve' | 'release' | 'review'

export type ActBarrier = 'not-held' | 'not-delegated' | 'not-contested' | 'already-held' | 'no-debt' | null

/** What the standing lets be; who may do it is another matter, and the master decides again. */
export function toAuthorityActs(
  view: DomainAuthority,
  ownId: string,
): readonly { readonly act: AuthorityAct; readonly barrier: ActBarrier }[] {
  const { standing } = view.authority
  const holds = standing === 'held-here'
  const claims = view.claimants.some(({ masterId }) => masterId === ownId)
  return [
    { act: 'resolve', barrier: standing === 'contested' ? null : 'not-contested' },
    { act: 'review', barrier: view.debts.length > 0 ? null : 'no-debt' },
    { act: 'grant', barrier: holds ? null : 'not-held' },
    { act: 'delegate', barrier: holds ? null : 'not-held' },
    {
      act: 'claim',
      barrier: holds ? 'already-held' : view.delegations.some(({ masterId }) => masterId === ownId) ? null : 'not-delegated',
    },
    { act: 'break-glass', barrier: holds ? 'already-held' : null },
    { act: 'release', barrier: holds || claims ? null : 'not-held' },
  ]
}

export type RefForm = { readonly masterId: string; readonly level: 'GLOBAL' | 'REGION' | 'LOCAL'; readonly publicKey: string }

/** Null while it names no master. */
export function readRef({ masterId, level, publicKey }: RefForm): MasterRef | null {
  const id = masterId.trim().toUpperCase()
  if (!/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/.test(id)) return null
  return { masterId: id, level, ...(publicKey.trim() === '' ? {} : { publicKey: publicKey.trim() }) }
}

/** How many of the named keys still have to sign. */
export function missingSignatures({
  threshold,
  keys,
}: Pick<Answers['authority']['drafts']['items'][number], 'threshold' | 'keys'>): number {
  return Math.max(0, threshold - keys.filter(({ hasSigned }) => hasSigned).length)
}
