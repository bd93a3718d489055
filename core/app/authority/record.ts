/** What is asked of authority becomes an event of this master, with what nodes have to know signed into it, or a refusal ([AU17]). */
import { type AuthorityRefusal, decideAuthority, proposeStatement } from '../../fleet/authority/decide.ts'
import type { Envelope } from '../../fleet/authority/events.ts'
import type { AuthorityRequest, DecidedAuthority, Decider, MasterCard } from '../../fleet/authority/request.ts'
import { grantPayloadType } from '../../fleet/authority/statement.ts'
import type { Commit, Decision, MasterPort } from '../../ingest/master-port.ts'
import { AppError } from '../../kernel/app-error.ts'
import { toBase64 } from '../../kernel/hex.ts'
import { tickHlc } from '../../kernel/hlc.ts'
import type { DomainId, EventId, OperatorId } from '../../kernel/ids.ts'
import type { Result } from '../../kernel/result.ts'
import type { MasterIdentity } from '../identity.ts'
import type { ReadModel } from '../read-model.ts'
import { signEnvelope } from '../sign-envelope.ts'

export type AuthorityParts = { readonly model: ReadModel; readonly port: MasterPort; readonly identity: MasterIdentity }

/** What goes into the event beside what the request becomes. */
export type Besides = {
  readonly statement?: Envelope
  /** Named keys among those that signed the statement. */
  readonly approvals?: readonly { readonly keyId: string; readonly publicKey: string }[]
}

/** Throws Rejected with the codes of `decideAuthority`. */
export function recordAuthority(
  parts: AuthorityParts,
  commit: Pick<Commit, 'decide'>,
  actor: OperatorId,
  request: AuthorityRequest,
  besides: Besides = {},
): EventId {
  const recorded = tryAuthority(parts, commit, actor, request, besides)
  if (recorded.ok) return recorded.value
  const { code, sentence, facts, wouldAllow } = recorded.refusal
  throw new AppError('Rejected', code, `${sentence} ${wouldAllow}`, facts)
}

/** Without an actor: the passing of time, which nobody decides. */
export function tryAuthority(
  parts: AuthorityParts,
  { decide }: Pick<Commit, 'decide'>,
  actor: OperatorId | undefined,
  request: AuthorityRequest,
  { approvals = [], ...besides }: Besides = {},
): Result<EventId, AuthorityRefusal> {
  const { model, port } = parts
  const approvedBy = approvals.map(({ publicKey }) => publicKey)
  const decided = decideAuthority(model.book, deciderOf(parts, actor), request, approvedBy)
  if (!decided.ok) return decided
  const { type, data, epoch, statement } = decided.value
  const signed = statement === null ? undefined : signEnvelope(port, grantPayloadType, statement)
  const told = besides.statement ?? signed
  const whole = {
    ...data,
    ...(told === undefined ? {} : { statement: told }),
    ...(approvals.length === 0 ? {} : { approvals: [...approvals] }),
  }
  const domain = request.domainId as DomainId
  const decision = { type, subject: domain, domain, data: whole, epoch, ...(actor === undefined ? {} : { actor }) } as Decision
  return { ok: true, value: decide(decision) }
}

/** What the named keys would have to sign for it. */
export function statementFor(parts: AuthorityParts, actor: OperatorId, request: AuthorityRequest): DecidedAuthority['statement'] {
  return proposeStatement(parts.model.book, deciderOf(parts, actor), request)
}

export function ownCard({ model, port }: Pick<AuthorityParts, 'model' | 'port'>): MasterCard {
  const incarnation = model.master(model.masterId)?.incarnation?.id ?? null
  return { masterId: model.masterId, level: model.level, keyId: port.keyId, publicKey: toBase64(port.publicKey), incarnation }
}

export function deciderOf(parts: AuthorityParts, actor: OperatorId | undefined): Decider {
  const nowMs = parts.port.ports.clock.now()
  return {
    card: ownCard(parts),
    incarnation: parts.identity.incarnation,
    hlc: tickHlc(undefined, nowMs),
    time: new Date(nowMs).toISOString(),
    actor: actor ?? null,
  }
}
