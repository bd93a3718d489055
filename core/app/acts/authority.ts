/**
 * What people do about authority (design 2, Authority). Each request becomes an event that counts by the rules which judge it everywhere
 * ([AU17]), or is refused with what would allow it, and nothing is written. What nodes have to know is signed into the event.
 */
import type { z } from 'zod'
import type {
  breakGlassRequest,
  claimRequest,
  delegateRequest,
  grantRequest,
  MasterRef,
  releaseRequest,
  resolveAuthorityRequest,
  reviewRequest,
} from '../../contract/authority.ts'
import { movePayloadType, type MoveStatement } from '../../fleet/authority/move-statement.ts'
import type { Envelope, Quorum } from '../../fleet/authority/events.ts'
import { lineOf } from '../../fleet/authority/line.ts'
import type { AuthorityRequest, MasterCard } from '../../fleet/authority/request.ts'
import type { MasterLevel } from '../../fleet/node/node-record.ts'
import { AppError } from '../../kernel/app-error.ts'
import { fromBase64 } from '../../kernel/hex.ts'
import type { EventId } from '../../kernel/ids.ts'
import { keyIdOf } from '../../log/dsse.ts'
import { mendingOf } from '../authority/glass.ts'
import { ownCard, recordAuthority } from '../authority/record.ts'
import { grantsInForce } from '../grant-chain.ts'
import type { Master } from '../master.ts'
import { lapsedGrantOf } from '../queries/authority-view.ts'
import { signEnvelope } from '../sign-envelope.ts'
import { type Act, requireOperator } from './act.ts'

/** All throw NotFound `DOMAIN_UNKNOWN` and `MASTER_UNKNOWN`, and Rejected with the codes of `decideAuthority`. */
export function grantAuthority(act: Act, { domainId, to, until, onContest, quorum, reason }: z.infer<typeof grantRequest>): EventId[] {
  return ask(act, { kind: 'grant', domainId, to: cardOf(act.master, to), until, onContest, quorum: quorumOf(act.master, quorum), reason })
}

/** Says beforehand who may claim the domain when its holder cannot be reached. */
export function delegateAuthority(act: Act, { domainId, to, rank, until }: z.infer<typeof delegateRequest>): EventId[] {
  return ask(act, { kind: 'delegate', domainId, to: cardOf(act.master, to), rank, until })
}

/** Throws Rejected `NOT_DELEGATED` where nobody ever named this master. */
export function claimAuthority(act: Act, { domainId, delegationId, reason }: z.infer<typeof claimRequest>): EventId[] {
  return ask(act, { kind: 'claim', domainId, delegationId: delegationId ?? newestDelegation(act.master, domainId), reason })
}

export function breakGlass(act: Act, { domainId, reason }: z.infer<typeof breakGlassRequest>): EventId[] {
  return ask(act, { kind: 'break-glass', domainId, nodeIds: null, reason })
}

export function resolveAuthority(act: Act, { domainId, inFavourOf, to, reason }: z.infer<typeof resolveAuthorityRequest>): EventId[] {
  return ask(act, { kind: 'resolve', domainId, inFavourOf, to: cardOf(act.master, to ?? { masterId: inFavourOf }), reason })
}

/**
 * Given back to the one above, the nodes are told whom to obey from then on by who holds it now. Throws besides Rejected `NOTHING_ABOVE`
 * and `NOBODY_HOLDS_IT`.
 */
export function releaseAuthority(act: Act, { domainId, inherit, reason }: z.input<typeof releaseRequest>): EventId[] {
  if (inherit !== true) return ask(act, { kind: 'release', domainId, inherit: false, reason })
  const { model, port } = act.master
  const parentId = model.domain(domainId)?.parentId ?? null
  if (parentId === null)
    throw new AppError('Rejected', 'NOTHING_ABOVE', 'There is no domain above this one that it could be given back to.', { domainId })
  const grants = grantsInForce(model, port, parentId)
  if (grants.length === 0)
    throw new AppError('Rejected', 'NOBODY_HOLDS_IT', 'Nobody is known here to hold the domain above; the nodes would obey nobody.', {
      domainId,
    })
  const statement: MoveStatement = {
    v: 1,
    kind: 'move',
    nodeId: null,
    fromDomainId: domainId,
    fromEpoch: model.holder(domainId).epoch ?? 0,
    domainLine: [...lineOf(model.book, domainId)],
    placement: null,
    grants: [...grants],
  }
  return ask(act, { kind: 'release', domainId, inherit, reason }, { statement: signEnvelope(port, movePayloadType, statement) })
}

export function reviewAuthority(act: Act, { domainId, eventId, verdict, findings }: z.infer<typeof reviewRequest>): EventId[] {
  const { domainId: brokenIn, statement } = mendingOf(act.master, domainId, eventId)
  return ask(act, { kind: 'review', domainId: brokenIn, eventId, verdict, findings }, statement === undefined ? {} : { statement })
}

/**
 * Break-glass for everything that this master held in an earlier life and nobody holds since, in the operator's name; it is shown until
 * somebody else has looked into it ([MA13]). Throws Rejected `AUTHORITY_NOT_LAPSED` when there is none to take.
 */
export function reclaimAuthority(act: Act, { reason }: { readonly reason: string }): EventId[] {
  const actor = requireOperator(act, 'authority')
  const { model, port } = act.master
  const lapsed = model.reader
    .all<{ subject: string }>('SELECT subject FROM authority_domains ORDER BY subject')
    .filter(({ subject }) => lapsedGrantOf(model, subject)?.domainId === subject)
  if (lapsed.length === 0) {
    throw new AppError(
      'Rejected',
      'AUTHORITY_NOT_LAPSED',
      'There is no authority here to reclaim: this master held none, or holds it, or another one does.',
    )
  }
  return port.commit((commit) =>
    lapsed.map(({ subject }) =>
      recordAuthority(act.master, commit, actor, { kind: 'break-glass', domainId: subject, nodeIds: null, reason }),
    ),
  )
}

function ask(act: Act, request: AuthorityRequest, besides: { readonly statement?: Envelope } = {}): EventId[] {
  const actor = requireOperator(act, 'authority')
  const { model, port } = act.master
  const { domainId } = request
  if (model.domain(domainId) === undefined) throw new AppError('NotFound', 'DOMAIN_UNKNOWN', 'No such domain is known here.', { domainId })
  return port.commit((commit) => [recordAuthority(act.master, commit, actor, request, besides)])
}

/** Throws NotFound `MASTER_UNKNOWN`. */
export function cardOf(master: Master, ref: MasterRef): MasterCard {
  if (ref.masterId === master.model.masterId) return ownCard(master)
  const known = master.model.master(ref.masterId)
  const publicKey = ref.publicKey ?? known?.publicKey
  const level = ref.level ?? (known?.level as MasterLevel | undefined)
  if (publicKey === undefined || level === undefined) {
    throw new AppError('NotFound', 'MASTER_UNKNOWN', 'This master is not known here: its level and public key have to be given.', {
      masterId: ref.masterId,
    })
  }
  const incarnation = ref.incarnation === undefined ? (known?.incarnation?.id ?? null) : ref.incarnation
  return { masterId: ref.masterId, level, keyId: keyIdOf(master.config.ports.crypto, fromBase64(publicKey)), publicKey, incarnation }
}

function newestDelegation({ model }: Master, domainId: string): string {
  const mine = lineOf(model.book, domainId)
    .flatMap((id) => model.book.record(id)?.acts ?? [])
    .filter(({ word }) => word.kind === 'delegate' && word.masterId === model.masterId)
    .toSorted((a, b) => b.epoch - a.epoch || (a.hlc < b.hlc ? 1 : -1))
  const [newest] = mine
  if (newest === undefined) throw new AppError('Rejected', 'NOT_DELEGATED', 'Nobody named this master to claim the domain.', { domainId })
  return newest.eventId
}

function quorumOf({ config }: Master, asked: z.infer<typeof grantRequest>['quorum']): Quorum | null {
  if (asked === undefined || asked === null) return null
  const { crypto } = config.ports
  return { threshold: asked.threshold, keys: asked.keys.map((key) => ({ ...key, keyId: keyIdOf(crypto, fromBase64(key.publicKey)) })) }
}
