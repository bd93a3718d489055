/**
 * The grants that led to a domain's master of record, as signed statements: what a node checks before it obeys a master that it does not
 * know, or a higher epoch ([AU15]). In the order in which they were given; the one in force is the last.
 */
import { chroniclesOf } from '../fleet/authority/chronicle.ts'
import type { Envelope } from '../fleet/authority/events.ts'
import { type GrantStatement, grantPayloadType, openStatement } from '../fleet/authority/statement.ts'
import { lineOf } from '../fleet/authority/line.ts'
import { delegationOf } from '../fleet/authority/witnessed.ts'
import { governing } from '../fleet/authority/tenure.ts'
import type { AuthorityAct, Chronicle, EpochPage, Tenure } from '../fleet/authority/types.ts'
import type { MasterPort } from '../ingest/master-port.ts'
import { toBase64 } from '../kernel/hex.ts'
import { readEventById } from '../store/read-events.ts'
import { authorityOf } from './queries/authority-view.ts'
import type { ReadModel } from './read-model.ts'

/** A node that missed more of them than this is let in anew. */
const movesShown = 32

type Own = Pick<MasterPort, 'keyId' | 'publicKey' | 'signStatement'>

/** Of a contest it leads to this master, if it is a party. Empty where nobody holds the domain, or a statement is missing. */
export function grantChainOf(model: ReadModel, own: Own, domainId: string): readonly Envelope[] {
  const line = chroniclesOf(model.book, { domainId })
  const source = governing(line)
  const page = source?.pages.at(-1)
  const last = page === undefined ? undefined : leading(model, page)
  if (source === undefined || last === undefined) return []
  const before = line
    .slice(line.indexOf(source))
    .flatMap((chronicle) => givenIn(model, chronicle))
    .filter(({ tenure, hlc }) => tenure !== last && hlc < last.act.hlc)
    .toSorted((a, b) => (a.hlc < b.hlc ? -1 : 1))
  const links: (Envelope | undefined)[] = []
  for (const { chronicle, tenure } of [...before, { chronicle: source, tenure: last }]) {
    const { word } = tenure.act
    const lineIds = line.slice(line.indexOf(chronicle)).map((over) => over.domainId)
    const delegationId = word.kind === 'claim' ? word.delegationId : delegationOf(model.book, lineIds, tenure.act)?.eventId
    if (delegationId !== undefined) links.push(statementIn(model, delegationId))
    links.push(statementIn(model, tenure.act.eventId) ?? signedNow(model, own, chronicle, tenure))
  }
  const chain = links.filter((link) => link !== undefined)
  return chain.length === links.length ? chain : []
}

/**
 * The grants in force on the way from the domain upwards, that of its holder first: from where a node that is moved there goes on checking.
 * Empty where the statement of the holder is not held.
 */
export function grantsInForce(model: ReadModel, own: Own, domainId: string): readonly GrantStatement[] {
  const line = chroniclesOf(model.book, { domainId })
  const source = governing(line)
  if (source === undefined) return []
  const grants = line.slice(line.indexOf(source)).map((chronicle) => {
    const page = chronicle.pages.at(-1)
    const tenure = page === undefined || page.outcome.kind === 'inherits' ? undefined : leading(model, page)
    if (tenure === undefined) return undefined
    const envelope = statementIn(model, tenure.act.eventId) ?? signedNow(model, own, chronicle, tenure)
    const opened = envelope === undefined ? undefined : openStatement(envelope)
    return opened?.ok === true && opened.value.kind === 'grant' ? opened.value : undefined
  })
  return grants[0] === undefined ? [] : grants.filter((grant) => grant !== undefined)
}

/** Who holds the domain by that grant, with its key; undefined where that is this master, nobody, or not known. */
export function holderElsewhere(
  model: ReadModel,
  own: Own,
  domainId: string,
): { readonly masterId: string; readonly publicKey: string } | undefined {
  if (authorityOf(model, domainId).standing !== 'held-elsewhere') return undefined
  const master = grantsInForce(model, own, domainId)[0]?.master
  return master === undefined || master.masterId === (model.masterId as string) ? undefined : master
}

/** What a node of the domain is shown that does not know of a move of its own, of its domain given back, or of a review of broken glass; oldest first. */
export function movesFor(model: ReadModel, domainId: string, nodeId: string | undefined): readonly Envelope[] {
  const back = lineOf(model.book, domainId).flatMap((id) =>
    (model.book.record(id)?.acts ?? [])
      .filter(({ word }) => (word.kind === 'release' && word.inherit) || word.kind === 'review')
      .map(({ eventId }) => eventId),
  )
  const own = nodeId === undefined ? [] : (model.lifecycle(nodeId)?.place?.releases ?? [])
  return [...back, ...own]
    .slice(-movesShown)
    .map((eventId) => statementIn(model, eventId))
    .filter((statement) => statement !== undefined)
}

/** Who held each epoch, and when that was known at the latest: what was witnessed late was there before what followed it. */
function givenIn(
  model: ReadModel,
  chronicle: Chronicle,
): readonly { readonly chronicle: Chronicle; readonly tenure: Tenure; readonly hlc: string }[] {
  let hlc: string | undefined
  return chronicle.pages.toReversed().flatMap((page) => {
    const tenure = leading(model, page)
    if (tenure === undefined) return []
    const own = tenure.act.hlc
    // Just before the next one: a longer text that begins alike would come after it.
    hlc = hlc === undefined || own < hlc ? own : hlc.slice(0, -1)
    return [{ chronicle, tenure, hlc }]
  })
}

/** Who holds the epoch; where it was contested, this master or the one it was resolved for, else any party: all were named to claim. */
function leading({ masterId }: ReadModel, { outcome, resolvedFor, tenures }: EpochPage): Tenure | undefined {
  const wanted = outcome.kind === 'sole' || outcome.kind === 'settled' ? outcome.masterId : (resolvedFor ?? masterId)
  const its = tenures.filter(({ giving }) => giving.masterId === wanted)
  // What it said itself rather than what others bear witness to.
  return its.find(({ act }) => act.word.kind !== 'witness') ?? its[0] ?? tenures[0]
}

function statementIn({ reader }: ReadModel, eventId: string): Envelope | undefined {
  return (readEventById(reader, eventId)?.event?.data as { readonly statement?: Envelope } | undefined)?.statement
}

/** What this master gave to itself before statements went into events. */
function signedNow(model: ReadModel, own: Own, { domainId }: Chronicle, { act, right, giving }: Tenure): Envelope | undefined {
  if (!isOwn(model, act, giving.masterId)) return undefined
  const { masterId, level, incarnation, epoch, until, quorum } = giving
  const statement: GrantStatement = {
    v: 1,
    kind: 'grant',
    domainId,
    parentId: model.book.place(domainId)?.parentId ?? null,
    epoch,
    right,
    master: { masterId, level, keyId: own.keyId, publicKey: toBase64(own.publicKey), incarnation },
    until,
    quorum,
  }
  const { document, keyid, signature } = own.signStatement(grantPayloadType, statement)
  return { payloadType: grantPayloadType, payload: document, signatures: [{ keyid, sig: signature }] }
}

function isOwn({ masterId }: ReadModel, act: AuthorityAct, to: string): boolean {
  return act.issuerId === masterId && to === masterId
}
