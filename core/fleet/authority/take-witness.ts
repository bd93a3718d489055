/**
 * A master takes in one link of the chain that a node shows it ([AU24]): known already, or lost here and signed by who could give it, or
 * refused. Nobody here decides it; it was decided, and only forgotten.
 */
import type { DecisionData } from '../decisions.ts'
import { accepted, refused, type Result } from '../../kernel/result.ts'
import { quorumOver } from './decide.ts'
import { chroniclesOf } from './chronicle.ts'
import type { Envelope } from './events.ts'
import { lineOf } from './line.ts'
import { emptyRecord, recordAct } from './record.ts'
import type { Decider } from './request.ts'
import { type CheckSignature, type GrantStatement, openStatement, signersOf } from './statement.ts'
import type { AuthorityAct, AuthorityBook, Giving } from './types.ts'

export type TakenWitness =
  | { readonly kind: 'known' }
  | {
      readonly kind: 'new'
      readonly domainId: string
      /** Under which it is said: the one in force as far as is known here. */
      readonly epoch: number
      readonly data: DecisionData<'ibcf.authority.witnessed.v1'>
    }

/** Codes: DOMAIN_UNKNOWN, GRANT_TYPE_WRONG, GRANT_MALFORMED, NO_PROOF, and those of `judgeWitnessed`. */
export function takeWitness(
  book: AuthorityBook,
  decider: Decider,
  envelope: Envelope,
  check: CheckSignature,
  keyIdOf: (publicKey: string) => string,
): Result<TakenWitness> {
  const opened = openStatement(envelope)
  if (!opened.ok) return opened
  const statement = opened.value
  // A delegation is worth what is claimed by it, and a founding is known wherever the domain is.
  if (statement.kind === 'delegation' || statement.right === 'root') return accepted({ kind: 'known' })
  const { domainId, right, glass } = statement
  if (glass !== undefined) return refused('GRANT_TYPE_WRONG', 'Glass that was broken at a node leads nobody to a domain.')
  if (book.place(domainId) === undefined) return refused('DOMAIN_UNKNOWN', 'No such domain is known here.', { domainId })
  if (isKnown(book, statement)) return accepted({ kind: 'known' })
  const publicKeys = signersOf(envelope, keysAbout(book, statement), check)
  if (publicKeys.length === 0) return refused('NO_PROOF', 'It is not signed by anybody who, as is known here, could give the domain.')
  const act = actOf(decider, statement, right, publicKeys)
  const [own] = chroniclesOf(withAct(book, act), { domainId })
  const refusal = own?.refused.find((known) => known.act === act)
  if (refusal !== undefined) return refused(refusal.code, refusal.sentence, { domainId, epoch: statement.epoch })
  const approvals = publicKeys.map((publicKey) => ({ keyId: keyIdOf(publicKey), publicKey }))
  return accepted({ kind: 'new', domainId, epoch: act.epoch, data: { statement: envelope, approvals } })
}

/** That master held that epoch, by whatever right: what the node remembers of it is true here too. */
function isKnown(book: AuthorityBook, { domainId, epoch, master }: GrantStatement): boolean {
  const page = chroniclesOf(book, { domainId })[0]?.pages.find((known) => known.epoch === epoch)
  return page?.tenures.some(({ giving }) => giving.masterId === master.masterId) ?? false
}

/** Whoever could ever have signed something about the domain; who of them could sign this is for the rules to say. */
function keysAbout(book: AuthorityBook, { domainId }: GrantStatement): readonly string[] {
  const acts = lineOf(book, domainId).flatMap((id) => book.record(id)?.acts ?? [])
  const known = acts.flatMap(({ word }) => {
    if (word.kind === 'delegate') return [word.publicKey]
    return 'giving' in word && word.giving.publicKey !== undefined ? [word.giving.publicKey] : []
  })
  const named = quorumOver(book, domainId)?.keys.map(({ publicKey }) => publicKey) ?? []
  return [...new Set([...known, ...named])]
}

function actOf(
  decider: Decider,
  statement: GrantStatement,
  right: 'grant' | 'claim' | 'resolution' | 'break-glass',
  approvedBy: readonly string[],
): AuthorityAct {
  const { card, incarnation, hlc, time } = decider
  const { domainId, epoch, until, quorum, master } = statement
  const giving: Giving = {
    masterId: master.masterId,
    level: master.level,
    epoch,
    until,
    incarnation: master.incarnation,
    quorum,
    onContest: null,
    cut: [],
    nodeIds: null,
    publicKey: master.publicKey,
  }
  return {
    eventId: '',
    domainId,
    issuerId: card.masterId,
    incarnation,
    log: `${card.masterId}/${incarnation}/control/${domainId}`,
    seq: Number.MAX_SAFE_INTEGER,
    hlc,
    time,
    actor: null,
    epoch: epoch - 1,
    approvedBy,
    word: { kind: 'witness', right, giving },
  }
}

function withAct(book: AuthorityBook, act: AuthorityAct): AuthorityBook {
  return {
    ...book,
    record: (domainId) => (domainId === act.domainId ? recordAct(book.record(domainId) ?? emptyRecord, act) : book.record(domainId)),
  }
}
