/** Coming back after having been alone (the seed's 3B): prove, take the lock, upload the backlog, hear the verdict. */
import { z } from 'zod'
import { completeAnswer, lockDocument, returnAnswer } from '../contract/gateway/return.ts'
import { statementTypes } from '../contract/gateway/statement.ts'
import { fromBase64 } from '../kernel/hex.ts'
import { judgeOffer, learnAuthority, obeyedBy } from './authority.ts'
import type { Answer, Failure } from './gateway-client.ts'
import { authorityParts, type JoiningParts, ownRefusal, prove, statedFrontier } from './joining.ts'
import { openStatement, signBytes } from './statement.ts'

export type ReturnSession = z.infer<typeof returnAnswer>
export type Verdict = z.infer<typeof completeAnswer>

/** Proves who the node is and what it holds. Asked again while the return is open, the master gives the same one ([AG6]). */
export async function openReturn(parts: JoiningParts): Promise<Answer<ReturnSession>> {
  const { client, journal, memory, store } = parts
  const proof = await prove(parts, 'return')
  if (proof.kind !== 'ok') return proof
  const opened = await client.ask(returnAnswer, { method: 'POST', path: '/v1/return', json: proof.value })
  if (opened.kind !== 'ok') return opened
  const failure = takeLock(parts, opened.value)
  if (failure !== undefined) {
    // Its epoch rose while the node was away: the next attempt knows the grant.
    const obeyed = obeyedBy(memory)
    const isUnknown = failure.kind === 'problem' && failure.code === 'GRANT_UNVERIFIED'
    if (isUnknown && obeyed.ok) await learnAuthority(authorityParts(parts), client, obeyed.value)
    return failure
  }
  const missing = new Map(opened.value.missing.map(({ log, fromSeq }) => [log, fromSeq]))
  const held = journal.heads().map(({ log, seq }) => [log, Math.min(seq, (missing.get(log) ?? seq + 1) - 1)] as const)
  store.transact((writer) => memory.put(writer, 'held', Object.fromEntries(held)))
  return opened
}

/** Signs the lock; a second time changes nothing. */
export async function countersign({ ports, identity, client }: JoiningParts, session: ReturnSession): Promise<Answer<unknown>> {
  const signature = signBytes(ports.crypto, identity, statementTypes.lock, fromBase64(session.lock.document))
  const json = { keyid: identity.keyId, signature }
  return client.ask(z.unknown(), { method: 'POST', path: `/v1/return/${session.sessionId}/countersign`, token: session.token, json })
}

/** Uploads what is missing and asks for the verdict. Broken off, it goes on with what the master has not acknowledged yet. */
export async function replay(parts: JoiningParts, { sessionId, token }: ReturnSession): Promise<Answer<Verdict>> {
  const { client, journal, memory, store, uploader } = parts
  const interruption = await uploader.send(token, uploader.pending())
  if (interruption !== undefined) return interruption
  // Life went on meanwhile: what was recorded is signed and sent in the same session, until nothing is left.
  for (;;) {
    journal.sign()
    const rest = uploader.pending()
    if (rest.length === 0) break
    const broken = await uploader.send(token, rest)
    if (broken !== undefined) return broken
  }
  const json = { frontier: statedFrontier(uploader) }
  const verdict = await client.ask(completeAnswer, { method: 'POST', path: `/v1/return/${sessionId}/complete`, token, json })
  if (verdict.kind === 'ok') store.transact((writer) => memory.forget(writer, 'session'))
  return verdict
}

/** At most one open lock: that of another master is refused until its lease is over. Remembered before it is signed ([AG16]). */
function takeLock({ ports, identity, memory, store }: JoiningParts, session: ReturnSession): Failure | undefined {
  const approval = memory.get('approval')
  if (approval === undefined) return ownRefusal('NOT_ENROLLED', 'The node was not let in by any master.')
  const opened = openStatement(ports.crypto, fromBase64(approval.masterPublicKey), statementTypes.lock, lockDocument, session.lock)
  if (!opened.ok) return ownRefusal(opened.refusal.code, opened.refusal.sentence)
  const lock = opened.value
  if (lock.nodeId !== identity.nodeId || lock.masterId !== approval.masterId || lock.sessionId !== session.sessionId) {
    return ownRefusal('LOCK_MISADDRESSED', 'The lock that the master offers is for another node or another return.')
  }
  const fence = judgeOffer(memory.get('fence'), { placement: lock.placement, epoch: lock.epoch, masterId: lock.masterId })
  if (!fence.ok) return ownRefusal(fence.refusal.code, fence.refusal.sentence)
  const held = memory.get('session')
  const now = ports.clock.now()
  if (held !== undefined && held.masterId !== lock.masterId && Date.parse(held.leaseUntil) > now) {
    return ownRefusal('LOCK_HELD', `This node is returning to another master (${held.masterId}) until ${held.leaseUntil}.`)
  }
  const leaseUntil = new Date(now + session.leaseSeconds * 1000).toISOString()
  store.transact((writer) => memory.put(writer, 'session', { sessionId: lock.sessionId, masterId: lock.masterId, leaseUntil }))
  return undefined
}
