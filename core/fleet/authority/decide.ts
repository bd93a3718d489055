/**
 * Acts on authority: what is asked for becomes an event, or a refusal that says what would allow it. Whether it will count is found out
 * by taking it in as if it had been written, with the very rules that judge it everywhere else, so that the two never disagree.
 */
import type { Rejection, Result } from '../../kernel/result.ts'
import { chroniclesOf } from './chronicle.ts'
import { namedKeys } from './basis.ts'
import type { Quorum } from './events.ts'
import { type Draft, draftAuthority } from './draft.ts'
import { holderOf } from './holder.ts'
import { mayDecide } from './may-decide.ts'
import { emptyRecord, recordAct } from './record.ts'
import type { AuthorityRequest, DecidedAuthority, Decider } from './request.ts'
import type { AuthorityAct, AuthorityBook } from './types.ts'

export type AuthorityRefusal = Rejection & { readonly wouldAllow: string }

/**
 * `approvedBy`: public keys whose signature under the statement was checked; asked for without them, the refusal NO_PROOF comes with
 * nothing written, and `proposeStatement` gives what they would have to sign. Codes: those of basis.ts, and CONTESTED, FROZEN,
 * AUTHORITY_NOT_HELD, EPOCH_OVERTAKEN, RELEASED, NOT_RUN_OUT, NO_DEBT, REVIEW_BY_ONESELF, REASON_MISSING.
 */
export function decideAuthority(
  book: AuthorityBook,
  decider: Decider,
  request: AuthorityRequest,
  approvedBy: readonly string[] = [],
): Result<DecidedAuthority, AuthorityRefusal> {
  const drafted = draftAuthority(book, decider, request)
  const early = refuseEarly(book, decider, request, approvedBy)
  if (early !== undefined) return { ok: false, refusal: early }
  const act = actOf(decider, request.domainId, drafted, approvedBy)
  const after = withAct(book, act)
  const nodeId = request.kind === 'break-glass' ? request.nodeIds?.[0] : undefined
  const refusal = chroniclesOf(after, { domainId: request.domainId, nodeId })[0]?.refused.find((known) => known.act === act)
  if (refusal !== undefined) return reject(refusal.code, refusal.sentence, wouldAllow[request.kind])
  if (request.kind === 'lapse' && !hasLapsed(after, request.domainId, request.masterId))
    return reject(
      'AUTHORITY_NOT_HELD',
      'It is not for this master to say when that grant ends.',
      'The holder, the one above, or a delegate says it.',
    )
  if (request.kind === 'review' && holderOf(after, request.domainId).debts.some(({ eventId }) => eventId === request.eventId))
    return reject('AUTHORITY_NOT_HELD', 'Only the master of record, or of a domain above, ends what was broken.', wouldAllow.review)
  return { ok: true, value: drafted.decided }
}

/** The keys that were named last for the domain, or for one above it. */
export function quorumOver(book: AuthorityBook, domainId: string): Quorum | null {
  const [own, ...above] = chroniclesOf(book, { domainId })
  return namedKeys({ pages: own?.pages ?? [], above })
}

/** What the named keys would have to sign for the request to count. */
export function proposeStatement(book: AuthorityBook, decider: Decider, request: AuthorityRequest): DecidedAuthority['statement'] {
  return draftAuthority(book, decider, request).decided.statement
}

const wouldAllow: Readonly<Record<AuthorityRequest['kind'], string>> = {
  grant: 'The holder of the domain, or of the one above it, can give it; or enough of the named keys.',
  delegate: 'The holder of the domain can delegate it.',
  claim: 'A delegation by the holder that is in force; else glass has to be broken.',
  'break-glass': 'The signatures of enough of the named keys, or of the nodes themselves for those nodes alone.',
  resolve: 'The holder of the domain above, or enough of the named keys, can resolve it; or one of the parties gives up.',
  release: 'Only who holds or claims the domain can give it up.',
  lapse: 'The date has to have passed.',
  review: 'A person other than the one who broke the glass reviews it.',
}

function hasLapsed(book: AuthorityBook, domainId: string, masterId: string): boolean {
  const tenures = chroniclesOf(book, { domainId })[0]?.pages.at(-1)?.tenures ?? []
  return tenures.some(({ giving, ended }) => giving.masterId === masterId && ended === 'lapsed')
}

/** What must hold besides: a master that knows it is contested, or that it lacks what it speaks of, does not even try. */
function refuseEarly(
  book: AuthorityBook,
  decider: Decider,
  request: AuthorityRequest,
  approvedBy: readonly string[],
): AuthorityRefusal | undefined {
  const { domainId } = request
  const because = (code: string, sentence: string, allow = wouldAllow[request.kind]): AuthorityRefusal => ({
    code,
    sentence,
    facts: { domainId },
    wouldAllow: allow,
  })
  switch (request.kind) {
    case 'break-glass':
      return request.reason.trim() === '' ? because('REASON_MISSING', 'Who breaks glass says why, for those who review it.') : undefined
    case 'claim':
      return undefined
    case 'grant':
    case 'delegate':
    case 'resolve':
      return approvedBy.length > 0 ? undefined : refuseUnheld(book, decider, request)
    case 'release': {
      const holder = holderOf(book, domainId)
      const isParty = holder.grantedAtDomainId === domainId && holder.claimants.some(({ masterId }) => masterId === decider.card.masterId)
      return isParty ? undefined : because('AUTHORITY_NOT_HELD', 'This master holds nothing here that it could give up.')
    }
    case 'lapse': {
      const holder = holderOf(book, domainId)
      const until = holder.claimants.find(({ masterId }) => masterId === request.masterId)?.until ?? null
      const isOver = until !== null && decider.time > until
      return isOver ? undefined : because('NOT_RUN_OUT', 'No grant to that master has run out.')
    }
    case 'review': {
      const debt = holderOf(book, domainId).debts.find(({ eventId }) => eventId === request.eventId)
      if (debt === undefined) return because('NO_DEBT', 'There is no broken glass to look into, or it was looked into already.')
      const broken = book.record(domainId)?.acts.find(({ eventId }) => eventId === request.eventId)
      const isSelf = decider.actor === null || broken?.actor === decider.actor
      return isSelf ? because('REVIEW_BY_ONESELF', 'Who broke the glass does not review it.') : undefined
    }
  }
}

/** Over the domain itself, or over the one above it; nothing that widens while it is contested. */
function refuseUnheld(
  book: AuthorityBook,
  { card, incarnation }: Decider,
  { domainId, kind }: AuthorityRequest,
): AuthorityRefusal | undefined {
  const parentId = book.place(domainId)?.parentId ?? null
  const places = kind === 'resolve' ? [parentId] : [domainId, parentId]
  let refusal: AuthorityRefusal | undefined
  for (const id of places) {
    if (id === null) continue
    const epoch = holderOf(book, id).epoch ?? 0
    const effect = mayDecide(book, { masterId: card.masterId, incarnation, epoch, domainId: id, kind: 'other' })
    if (effect.effect === 'yes') return undefined
    refusal ??= { code: effect.code, sentence: effect.sentence, facts: { domainId, epoch }, wouldAllow: effect.wouldAllow }
  }
  return (
    refusal ?? {
      code: 'NO_PROOF',
      sentence: 'There is no domain above this one whose holder could decide it.',
      facts: { domainId },
      wouldAllow: wouldAllow[kind],
    }
  )
}

function actOf(
  { card, incarnation, hlc, time, actor }: Decider,
  domainId: string,
  { decided, word }: Draft,
  approvedBy: readonly string[],
): AuthorityAct {
  return {
    eventId: '',
    domainId,
    issuerId: card.masterId,
    incarnation,
    log: `${card.masterId}/${incarnation}/control/${domainId}`,
    seq: Number.MAX_SAFE_INTEGER,
    hlc,
    time,
    actor,
    epoch: decided.epoch,
    approvedBy,
    word,
  }
}

function withAct(book: AuthorityBook, act: AuthorityAct): AuthorityBook {
  return {
    ...book,
    record: (domainId) => (domainId === act.domainId ? recordAct(book.record(domainId) ?? emptyRecord, act) : book.record(domainId)),
  }
}

function reject(code: string, sentence: string, allow: string): Result<never, AuthorityRefusal> {
  return { ok: false, refusal: { code, sentence, facts: {}, wouldAllow: allow } }
}
