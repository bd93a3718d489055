/**
 * What was signed when a domain was given, and of which no event is held any more: a master was restored to before it, and nobody but a
 * node ever learnt of it ([AU24]). The statement counts by who signed it, whoever bears witness to it and whenever, so that every master
 * that holds the event judges alike. It gives what the lost event gave, and to the life that it was given to.
 */
import { accepted, refused, type Result } from '../../kernel/result.ts'
import { type Basis, type Candidate, hasProof, heldAbove, heldHere, isNext, judgeDelegation, namedKeys, notNext } from './basis.ts'
import type { AuthorityAct, AuthorityBook, Chronicle, EpochPage } from './types.ts'

/** The delegation that a lost claim rests on: to that master, by the key that signed the claim, at the epoch before, and lasting as long. */
export function delegationOf(book: AuthorityBook, line: readonly string[], { word, approvedBy }: AuthorityAct): AuthorityAct | undefined {
  if (word.kind !== 'witness' || word.right !== 'claim') return undefined
  const { masterId, epoch, until } = word.giving
  return line
    .flatMap((id) => book.record(id)?.acts ?? [])
    .find((known) => {
      const { word: said } = known
      if (said.kind !== 'delegate' || said.masterId !== masterId || known.epoch + 1 !== epoch) return false
      const isWithin = said.until === null || (until !== null && Date.parse(until) <= Date.parse(said.until))
      return isWithin && approvedBy.includes(said.publicKey)
    })
}

/**
 * Its rank, as `judgeCandidate` has it. When it was signed nobody can tell, so no date is asked for: it lasts no longer than what it rests
 * on. Codes: NOT_DELEGATED, NOT_HELD, GRANTED_AWAY, NO_PROOF, EPOCH_NOT_NEXT and those of the delegation.
 */
export function judgeWitnessed(basis: Basis, { act, right, giving, delegation }: Candidate): Result<number> {
  if (right === 'claim') {
    if (delegation?.word.kind !== 'delegate') {
      return refused('NOT_DELEGATED', 'No delegation is held that this claim, with this signature, could rest on.')
    }
    const own = heldHere(basis, delegation)
    if (!own.ok && !heldAbove(basis, delegation).ok) return own
    return judgeDelegation(basis, delegation) ?? accepted(delegation.word.rank)
  }
  if (hasProof(basis, act, giving.epoch)) return accepted(0)
  const givers = right === 'break-glass' ? foundersOf(basis, act) : holdersBefore(basis, act, right === 'resolution')
  if (givers.length === 0) return refused('NO_PROOF', 'It is not signed by anybody who, as is known here, could give the domain.')
  return givers.some((under) => isNext(basis, giving.epoch, under)) ? accepted(0) : notNext(basis, giving.epoch)
}

/** The epochs of those, above or here, whose key signed it. Nobody here gives to itself, nor resolves its own contest. */
function holdersBefore({ pages, above }: Basis, { word, approvedBy }: AuthorityAct, isResolution: boolean): readonly number[] {
  if (word.kind !== 'witness') return []
  const { epoch, masterId } = word.giving
  const hasSigned = (page: EpochPage, isAbove: boolean): boolean =>
    page.tenures.some(({ giving }) => {
      const isLoser = page.outcome.kind === 'settled' && page.outcome.masterId !== giving.masterId
      const isSelf = !isAbove && giving.masterId === masterId
      return !isLoser && !isSelf && giving.nodeIds === null && giving.publicKey !== undefined && approvedBy.includes(giving.publicKey)
    })
  const over = above.flatMap((chronicle: Chronicle) => chronicle.pages.filter((page) => hasSigned(page, true)))
  const own = isResolution ? [] : pages.filter((page) => page.epoch + 1 === epoch && hasSigned(page, false))
  return [...over, ...own].map((page) => page.epoch)
}

/** Where no keys were ever named, glass is broken by who founded the domain, or the one at the top. */
function foundersOf(basis: Basis, { word, approvedBy }: AuthorityAct): readonly number[] {
  if (word.kind !== 'witness' || namedKeys(basis) !== null) return []
  const { masterId, epoch } = word.giving
  const pages = [basis.pages, ...basis.above.map((chronicle) => chronicle.pages)].flat()
  const isFounder = pages.some(({ tenures }) =>
    tenures.some(
      ({ right, giving }) =>
        right === 'root' && giving.masterId === masterId && giving.publicKey !== undefined && approvedBy.includes(giving.publicKey),
    ),
  )
  // By itself it raises what is held by one, and leaps over nothing.
  return isFounder ? pages.filter((page) => page.epoch + 1 === epoch).map((page) => page.epoch) : []
}
