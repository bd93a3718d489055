/** Collecting the signatures of named keys over a grant, broken glass or the resolution of a contest ([AU22]). */
import type { z } from 'zod'
import type {
  countersignature,
  countersignRequest,
  draftRequest,
  drafted,
  finishDraftRequest,
  signDraftRequest,
} from '../../contract/authority.ts'
import { quorumOver } from '../../fleet/authority/decide.ts'
import type { Quorum } from '../../fleet/authority/events.ts'
import { grantPayloadType, openStatement, signersOf } from '../../fleet/authority/statement.ts'
import { AppError } from '../../kernel/app-error.ts'
import { fromBase64, toBase64 } from '../../kernel/hex.ts'
import { createUlidSource, type EventId, type OperatorId } from '../../kernel/ids.ts'
import { keyIdOf, preAuthenticationEncoding } from '../../log/dsse.ts'
import { createCheckSignature } from '../../trust/check-signature.ts'
import { type Draft, type DraftRequest, dropDraft, putDraft, readDraft } from '../authority/drafts.ts'
import { recordAuthority, statementFor } from '../authority/record.ts'
import { type Act, requireOperator } from './act.ts'
import { cardOf } from './authority.ts'

/**
 * Writes down what has to be signed. Throws NotFound `DOMAIN_UNKNOWN`, Rejected `NO_KEYS_NAMED` where nobody was named whose agreement
 * could count.
 */
export function draftAuthority(act: Act, asked: z.input<typeof draftRequest>): z.infer<typeof drafted> {
  const actor = requireOperator(act, 'authority')
  const { model, port } = act.master
  if (model.domain(asked.domainId) === undefined)
    throw new AppError('NotFound', 'DOMAIN_UNKNOWN', 'No such domain is known here.', { domainId: asked.domainId })
  requireQuorum(act, asked.domainId)
  const request = requestOf(act, asked)
  const { clock, random } = act.master.config.ports
  const draft: Draft = {
    draftId: createUlidSource(clock, random)(),
    request,
    payload: toBase64(new TextEncoder().encode(JSON.stringify(statementFor(act.master, actor, request)))),
    signatures: [],
    draftedAt: new Date(clock.now()).toISOString(),
    draftedBy: actor,
  }
  port.commit(({ writer }) => putDraft(writer, draft))
  return { draftId: draft.draftId, payloadType: grantPayloadType, payload: draft.payload }
}

/**
 * With the operator's own key, or a signature that was made at another station. Throws NotFound `DRAFT_UNKNOWN`, Rejected `KEY_NOT_NAMED`
 * and `SIGNATURE_WRONG`.
 */
export function signDraft(act: Act, { draftId, signature }: z.infer<typeof signDraftRequest>): z.infer<typeof countersignature> {
  const actor = requireOperator(act, 'authority')
  const draft = requireDraft(act, draftId)
  const { publicKey, sig } = signature ?? signWithOwnKey(act, actor, draft.payload)
  const named = requireQuorum(act, draft.request.domainId).keys.some((key) => key.publicKey === publicKey)
  if (!named)
    throw new AppError('Rejected', 'KEY_NOT_NAMED', 'This key was not named for the domain; its agreement counts for nothing.', { draftId })
  const keyId = keyIdOf(act.master.config.ports.crypto, fromBase64(publicKey))
  const envelope = { payloadType: grantPayloadType, payload: draft.payload, signatures: [{ keyid: keyId, sig }] }
  if (signersOf(envelope, [publicKey], createCheckSignature(act.master.config.ports.crypto)).length === 0)
    throw new AppError('Rejected', 'SIGNATURE_WRONG', 'The signature is not of that key over this very draft.', { draftId })
  const signatures = [...draft.signatures.filter((known) => known.publicKey !== publicKey), { keyId, publicKey, sig }]
  act.master.port.commit(({ writer }) => putDraft(writer, { ...draft, signatures }))
  return { publicKey, sig }
}

/** At another station: signs what was drafted elsewhere, once it is found to be a statement about authority. Throws Invalid `DRAFT_UNREADABLE`. */
export function countersignDraft(act: Act, { payload }: z.infer<typeof countersignRequest>): z.infer<typeof countersignature> {
  const actor = requireOperator(act, 'authority')
  const opened = openStatement({ payloadType: grantPayloadType, payload, signatures: [] })
  if (!opened.ok) throw new AppError('Invalid', 'DRAFT_UNREADABLE', opened.refusal.sentence, {})
  return signWithOwnKey(act, actor, payload)
}

/**
 * Throws NotFound `DRAFT_UNKNOWN`, Rejected `SIGNATURES_MISSING`, `DRAFT_STALE` when something else was decided since that it does not
 * follow on, and the codes of `decideAuthority`.
 */
export function finishDraft(act: Act, { draftId }: z.infer<typeof finishDraftRequest>): EventId[] {
  const actor = requireOperator(act, 'authority')
  const { request, payload, signatures } = requireDraft(act, draftId)
  const { threshold } = requireQuorum(act, request.domainId)
  if (signatures.length < threshold)
    throw new AppError('Rejected', 'SIGNATURES_MISSING', `${signatures.length} of ${threshold} keys have signed it.`, {
      signed: signatures.length,
      threshold,
    })
  const now = toBase64(new TextEncoder().encode(JSON.stringify(statementFor(act.master, actor, request))))
  if (now !== payload)
    throw new AppError('Rejected', 'DRAFT_STALE', 'Something else was decided here since it was drafted; draft it anew.', { draftId })
  const own = act.master.port.signStatement(grantPayloadType, JSON.parse(new TextDecoder().decode(fromBase64(payload))))
  const statement = {
    payloadType: grantPayloadType,
    payload,
    signatures: [{ keyid: own.keyid, sig: own.signature }, ...signatures.map(({ keyId, sig }) => ({ keyid: keyId, sig }))],
  }
  const approvals = signatures.map(({ keyId, publicKey }) => ({ keyId, publicKey }))
  return act.master.port.commit((commit) => {
    const eventId = recordAuthority(act.master, commit, actor, request, { statement, approvals })
    dropDraft(commit.writer, draftId)
    return [eventId]
  })
}

/** Throws NotFound `DRAFT_UNKNOWN`. */
export function discardDraft(act: Act, { draftId }: z.infer<typeof finishDraftRequest>): EventId[] {
  requireOperator(act, 'authority')
  requireDraft(act, draftId)
  act.master.port.commit(({ writer }) => dropDraft(writer, draftId))
  return []
}

function requestOf({ master }: Act, asked: z.input<typeof draftRequest>): DraftRequest {
  const { domainId, until = null, reason } = asked
  switch (asked.kind) {
    case 'grant':
      return { kind: 'grant', domainId, to: cardOf(master, asked.to), until, reason }
    case 'break-glass':
      return { kind: 'break-glass', domainId, nodeIds: null, until, reason }
    case 'resolve':
      return {
        kind: 'resolve',
        domainId,
        inFavourOf: asked.inFavourOf,
        to: cardOf(master, asked.to ?? { masterId: asked.inFavourOf }),
        until,
        reason,
      }
  }
}

function requireDraft({ master }: Act, draftId: string): Draft {
  const draft = readDraft(master.model.reader, draftId)
  if (draft === undefined) throw new AppError('NotFound', 'DRAFT_UNKNOWN', 'No such draft is kept here.', { draftId })
  return draft
}

function requireQuorum({ master }: Act, domainId: string): Quorum {
  const quorum = quorumOver(master.model.book, domainId)
  if (quorum === null)
    throw new AppError('Rejected', 'NO_KEYS_NAMED', 'No keys were named for this domain whose agreement could count.', { domainId })
  return quorum
}

/** Throws Unauthorised `OPERATOR_KEY_MISSING`. */
function signWithOwnKey({ master }: Act, actor: OperatorId, payload: string): { readonly publicKey: string; readonly sig: string } {
  const key = master.keys.of(actor)
  if (key === undefined)
    throw new AppError('Unauthorised', 'OPERATOR_KEY_MISSING', 'The key of this operator is not held here.', { operatorId: actor })
  const { crypto } = master.config.ports
  const sig = crypto.sign(key.privateKey, preAuthenticationEncoding(grantPayloadType, fromBase64(payload)))
  return { publicKey: toBase64(key.publicKey), sig: toBase64(sig) }
}
