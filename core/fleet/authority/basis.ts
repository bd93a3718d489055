/**
 * Whether an act that gives a domain counts: who said it, under which epoch, with whose agreement. An epoch is only ever one above one
 * that was held, so that nobody can leap to a huge one ([AU5]).
 */
import { accepted, refused, type Result } from '../../kernel/result.ts'
import type { Quorum } from './events.ts'
import { findTenures, governing, hlcMs, isOfLife } from './tenure.ts'
import type { AuthorityAct, AuthorityBook, Chronicle, DomainPlace, EpochPage, Giving, Right, Tenure } from './types.ts'

export type Candidate = {
  readonly act: AuthorityAct
  readonly right: Right
  readonly giving: Giving
  /** Of a claim: what it rests on, if that is held. */
  readonly delegation: AuthorityAct | undefined
}

/** What is already known when a candidate is judged: the domains above, the lower epochs, and what was found valid at this one. */
export type Basis = {
  readonly book: AuthorityBook
  readonly place: DomainPlace
  readonly acts: readonly AuthorityAct[]
  readonly pages: readonly EpochPage[]
  /** Nearest first. */
  readonly above: readonly Chronicle[]
  readonly beside: readonly Tenure[]
}

/**
 * The rank the candidate has in a contest, 0 unless it is a claim. Codes: NOT_THE_FOUNDER, EPOCH_NOT_NEXT, NOT_HELD, GRANT_TO_ONESELF,
 * GRANTED_AWAY, GRANT_RUN_OUT, CONTEST_LOST, NOT_DELEGATED, DELEGATION_RUN_OUT, NO_PROOF, NOTHING_DISPUTED, LIFE_WRONG.
 */
export function judgeCandidate(basis: Basis, candidate: Candidate): Result<number> {
  switch (candidate.right) {
    case 'root':
      return judgeRoot(basis, candidate)
    case 'claim':
      return judgeClaim(basis, candidate)
    case 'break-glass':
      return judgeBrokenGlass(basis, candidate)
    case 'resolution':
      return judgeResolution(basis, candidate)
    case 'grant':
      return judgeGrant(basis, candidate)
  }
}

function judgeRoot({ place }: Basis, { act, giving }: Candidate): Result<number> {
  const isFounder = place.founderId === null || place.founderId === act.issuerId
  if (place.parentId !== null || !isFounder || giving.masterId !== act.issuerId) {
    return refused('NOT_THE_FOUNDER', 'Only the master that founded a domain at the top holds it by founding.')
  }
  return giving.epoch === 1 ? accepted(0) : refused('EPOCH_NOT_NEXT', 'A founding begins at epoch 1.')
}

function judgeGrant(basis: Basis, { act, giving }: Candidate): Result<number> {
  if (hasProof(basis, act, giving.epoch)) return accepted(0)
  const over = heldAbove(basis, act)
  if (over.ok) return isNext(basis, giving.epoch, act.epoch) ? accepted(0) : notNext(basis, giving.epoch)
  const own = heldHere(basis, act)
  if (!own.ok) return own.refusal.code === 'NOT_HELD' ? over : own
  if (giving.epoch !== act.epoch + 1) return notNext(basis, giving.epoch)
  if (giving.masterId === act.issuerId) {
    return refused('GRANT_TO_ONESELF', 'Nobody raises its own epoch: who holds a domain already is given nothing by itself.')
  }
  const isSecond = basis.beside.some((tenure) => tenure.act.log === act.log && tenure.right === 'grant')
  return isSecond ? refused('GRANTED_AWAY', 'The master had given the domain away before that.') : accepted(0)
}

function judgeResolution(basis: Basis, { act, giving }: Candidate): Result<number> {
  if (act.word.kind !== 'resolve') return refused('NOTHING_DISPUTED', 'There is nothing to resolve.')
  const { disputedEpoch, inFavourOf } = act.word
  const page = basis.pages.find(({ epoch }) => epoch === disputedEpoch)
  if (page?.outcome.kind !== 'contested' || !page.outcome.masterIds.includes(inFavourOf)) {
    return refused('NOTHING_DISPUTED', 'Nobody contests that epoch, or the one it is decided for is no party to it.', { disputedEpoch })
  }
  const over = heldAbove(basis, act)
  if (!over.ok && !hasProof(basis, act, giving.epoch)) return over
  return isNext(basis, giving.epoch, over.ok ? act.epoch : null) ? accepted(0) : notNext(basis, giving.epoch)
}

function judgeClaim(basis: Basis, { act, giving, delegation }: Candidate): Result<number> {
  const { book } = basis
  if (delegation?.word.kind !== 'delegate' || delegation.word.masterId !== act.issuerId) {
    return refused('NOT_DELEGATED', 'No delegation to this master is held that the claim could rest on.')
  }
  const { until, rank } = delegation.word
  if (until !== null && hlcMs(act.hlc) > Date.parse(until)) {
    return refused('DELEGATION_RUN_OUT', `The delegation ended on ${until}.`, { until })
  }
  if (!isOfLife(book, { giving }, act.incarnation)) return lifeWrong()
  const own = heldHere(basis, delegation)
  if (!own.ok && !heldAbove(basis, delegation).ok) return own
  if (giving.epoch !== delegation.epoch + 1) return notNext(basis, giving.epoch)
  return judgeDelegation(basis, delegation) ?? accepted(rank)
}

/** Why nothing can rest on the delegation, if so: who delegated it had given the domain away before. */
export function judgeDelegation({ acts }: Pick<Basis, 'acts'>, delegation: AuthorityAct): Result<never> | undefined {
  const wasGivenAway = acts.some(
    ({ word, log, seq, epoch }) =>
      log === delegation.log && seq < delegation.seq && epoch === delegation.epoch && word.kind === 'give' && word.right === 'grant',
  )
  return wasGivenAway ? refused('GRANTED_AWAY', 'Who delegated it had given the domain away before that.') : undefined
}

function judgeBrokenGlass(basis: Basis, { act, giving }: Candidate): Result<number> {
  const { book, place } = basis
  if (giving.masterId !== act.issuerId) return refused('NO_PROOF', 'Glass is broken by the master that then holds the domain.')
  if (!isOfLife(book, { giving }, act.incarnation)) return lifeWrong()
  // At a node it stands beside the epoch that the node goes by, and raises none.
  if (!isNext(basis, giving.nodeIds === null ? giving.epoch : giving.epoch + 1, null)) return notNext(basis, giving.epoch)
  if (giving.nodeIds !== null) {
    const areAllThere = giving.nodeIds.every((nodeId) => book.nodeKeys(nodeId).some((key) => act.approvedBy.includes(key)))
    return areAllThere && giving.nodeIds.length > 0
      ? accepted(0)
      : refused('NO_PROOF', 'A local act counts for the nodes that signed it themselves, and for no others.')
  }
  if (hasProof(basis, act, giving.epoch)) return accepted(0)
  // Where no keys were ever named, the person at the founder's machine is who there is.
  const founderId = place.founderId ?? governing(basis.above)?.pages[0]?.tenures[0]?.giving.masterId
  const isFounder = namedKeys(basis) === null && founderId === act.issuerId && act.actor !== null
  return isFounder ? accepted(0) : refused('NO_PROOF', 'Breaking glass takes the agreement of the keys that were named for it.')
}

/** The issuer holds this very domain at the epoch it speaks under. */
export function heldHere(basis: Basis, act: AuthorityAct): Result<EpochPage> {
  const page = basis.pages.find(({ epoch }) => epoch === act.epoch)
  return page === undefined ? notHeld(act) : holdsIn(basis.book, page, act)
}

export function heldAbove({ book, above }: Basis, act: AuthorityAct): Result<EpochPage> {
  const held = findTenures(above, act.issuerId, act.epoch).map(({ page }) => holdsIn(book, page, act))
  return held.find(({ ok }) => ok) ?? held[0] ?? notHeld(act)
}

function holdsIn(book: AuthorityBook, page: EpochPage, act: AuthorityAct): Result<EpochPage> {
  const tenures = page.tenures.filter((tenure) => tenure.giving.masterId === act.issuerId && tenure.giving.nodeIds === null)
  if (tenures.length === 0) return notHeld(act)
  if (!tenures.some((tenure) => isOfLife(book, tenure, act.incarnation))) return lifeWrong()
  if (page.outcome.kind === 'settled' && page.outcome.masterId !== act.issuerId) {
    return refused('CONTEST_LOST', 'The rule for contests gave that epoch to another master.', { epoch: page.epoch })
  }
  const isInTime = tenures.some(({ giving }) => giving.until === null || hlcMs(act.hlc) <= Date.parse(giving.until))
  if (!isInTime) return refused('GRANT_RUN_OUT', 'The grant that it rests on had run out by its own clock.', { epoch: page.epoch })
  return accepted(page)
}

/** Enough of the keys that were named last, here or above, signed it. */
export function hasProof(basis: Basis, { approvedBy }: AuthorityAct, epoch: number): boolean {
  const quorum = namedKeys(basis)
  if (quorum === null || !isNext(basis, epoch, null)) return false
  return new Set(quorum.keys.map(({ publicKey }) => publicKey).filter((key) => approvedBy.includes(key))).size >= quorum.threshold
}

export function namedKeys({ pages, above }: Pick<Basis, 'pages' | 'above'>): Quorum | null {
  for (const line of [pages, ...above.map((chronicle) => chronicle.pages)]) {
    for (const { tenures } of line.toReversed()) {
      const quorum = tenures.find(({ giving }) => giving.quorum !== null && giving.nodeIds === null)?.giving.quorum
      if (quorum !== undefined && quorum !== null) return quorum
    }
  }
  return null
}

/** One above an epoch held here or, where the domain inherits or `under` is of the domain above, one above that. */
export function isNext({ pages, above }: Basis, epoch: number, under: number | null): boolean {
  if (pages.some((page) => page.epoch + 1 === epoch) || (under !== null && under + 1 === epoch)) return true
  // Any of the domains above may have been the one that it inherited from when this was said.
  const isInheriting = pages.length === 0 || pages.at(-1)?.outcome.kind === 'inherits'
  return isInheriting && above.some((chronicle) => chronicle.pages.some((page) => page.epoch + 1 === epoch))
}

function notHeld({ epoch }: AuthorityAct): Result<never> {
  return refused('NOT_HELD', `Who said it did not hold the domain, nor the one above it, at epoch ${epoch}.`, { epoch })
}

export function notNext({ pages }: Basis, epoch: number): Result<never> {
  const last = pages.at(-1)?.epoch ?? 0
  return refused('EPOCH_NOT_NEXT', `Epoch ${epoch} does not follow one that was held; epochs rise one by one.`, { epoch, last })
}

function lifeWrong(): Result<never> {
  return refused('LIFE_WRONG', 'The master was restored since; its new life holds nothing until it is given something.')
}
