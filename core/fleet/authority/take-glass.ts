/**
 * A master takes in what a node says of itself: that a person there let this master command it ([AU23]). It becomes an act on authority
 * by the rules that judge it everywhere, or is refused and nothing is written.
 */
import type { DecisionData } from '../decisions.ts'
import { refused, type Rejection, type Result } from '../../kernel/result.ts'
import { chroniclesOf } from './chronicle.ts'
import type { Envelope } from './events.ts'
import { emptyRecord, recordAct } from './record.ts'
import type { Decider } from './request.ts'
import { type CheckSignature, type GrantStatement, openStatement, signersOf } from './statement.ts'
import type { AuthorityAct, AuthorityBook, Giving } from './types.ts'

export type TakenGlass =
  /** It was taken in before, and stands. */
  | { readonly kind: 'known'; readonly domainId: string }
  | {
      readonly kind: 'new'
      readonly domainId: string
      readonly epoch: number
      readonly data: DecisionData<'ibcf.authority.granted.v1'>
    }

/**
 * Codes: GLASS_MALFORMED, GLASS_MISADDRESSED, GLASS_UNSIGNED, GLASS_MENDED for one that has ended, GRANT_RUN_OUT, and those of basis.ts
 * for broken glass: EPOCH_NOT_NEXT where the grants that the node goes by are not known here, NO_PROOF, LIFE_WRONG.
 */
export function takeGlass(
  book: AuthorityBook,
  decider: Decider,
  nodeId: string,
  envelope: Envelope,
  check: CheckSignature,
  keyIdOf: (publicKey: string) => string,
): Result<TakenGlass> {
  const opened = openStatement(envelope)
  if (!opened.ok) return opened
  const statement = opened.value
  if (statement.kind !== 'grant' || statement.right !== 'break-glass' || statement.glass === undefined)
    return refused('GLASS_MALFORMED', 'This does not say that glass was broken at a node.')
  const { card } = decider
  const { master, glass, domainId, epoch, until } = statement
  if (glass.nodeId !== nodeId || master.masterId !== card.masterId || master.publicKey !== card.publicKey)
    return refused('GLASS_MISADDRESSED', 'Glass was broken at another node, or for another master.')
  const [publicKey] = signersOf(envelope, book.nodeKeys(nodeId), check)
  if (publicKey === undefined) return refused('GLASS_UNSIGNED', 'It is not signed by a key of that node which is known here.', { nodeId })
  if (until !== null && decider.time > until) return refused('GRANT_RUN_OUT', `It ended on ${until}.`, { until })
  const known = chroniclesOf(book, { domainId, nodeId })[0]?.local.find(({ act }) => isOf(act, statement))
  if (known !== undefined)
    return known.ended === null
      ? { ok: true, value: { kind: 'known', domainId } }
      : refused('GLASS_MENDED', 'What was broken at the node has ended: somebody looked into it, or the domain has a later epoch.', {
          ended: known.ended,
        })
  const data: DecisionData<'ibcf.authority.granted.v1'> = {
    masterId: master.masterId,
    level: master.level,
    epoch,
    until,
    right: 'break-glass',
    keyId: master.keyId,
    publicKey: master.publicKey,
    incarnation: master.incarnation,
    quorum: null,
    cut: [],
    nodeIds: [nodeId],
    reason: `${glass.reason} (${glass.by}, at the node)`,
    statement: envelope,
    approvals: [{ keyId: keyIdOf(publicKey), publicKey }],
  }
  const refusal = refusalOf(book, decider, statement, publicKey)
  return refusal === undefined ? { ok: true, value: { kind: 'new', domainId, epoch, data } } : { ok: false, refusal }
}

/** By its own rules, as if it were held already. */
function refusalOf(book: AuthorityBook, decider: Decider, statement: GrantStatement, publicKey: string): Rejection | undefined {
  const { domainId, epoch, until, master, glass } = statement
  const nodeIds = glass === undefined ? [] : [glass.nodeId]
  const { masterId, level, incarnation } = master
  const giving: Giving = {
    masterId,
    level,
    epoch,
    until,
    incarnation,
    quorum: null,
    onContest: null,
    cut: [],
    nodeIds,
    glassId: glass?.glassId,
  }
  const act: AuthorityAct = {
    eventId: '',
    domainId,
    issuerId: decider.card.masterId,
    incarnation: decider.incarnation,
    log: `${decider.card.masterId}/${decider.incarnation}/control/${domainId}`,
    seq: Number.MAX_SAFE_INTEGER,
    hlc: decider.hlc,
    time: decider.time,
    actor: decider.actor,
    epoch,
    approvedBy: [publicKey],
    word: { kind: 'give', right: 'break-glass', giving },
  }
  const after: AuthorityBook = {
    ...book,
    record: (id) => (id === domainId ? recordAct(book.record(id) ?? emptyRecord, act) : book.record(id)),
  }
  const [own] = chroniclesOf(after, { domainId, nodeId: nodeIds[0] })
  const refusal = own?.refused.find((known) => known.act === act)
  if (refusal !== undefined) return { code: refusal.code, sentence: refusal.sentence, facts: { domainId, epoch } }
  const ended = own?.local.find((tenure) => tenure.act === act)?.ended ?? null
  if (ended === null) return undefined
  return { code: 'GLASS_MENDED', sentence: 'The domain has a later epoch than the one that the node knew.', facts: { ended } }
}

function isOf({ word }: AuthorityAct, { epoch, master, glass }: GrantStatement): boolean {
  return (
    word.kind === 'give' &&
    word.giving.epoch === epoch &&
    word.giving.masterId === master.masterId &&
    word.giving.glassId === glass?.glassId
  )
}
