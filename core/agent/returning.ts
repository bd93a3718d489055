/** Coming back after having been alone (the seed's 3B): prove, take the lock, upload the backlog, hear the verdict. */
import { z } from 'zod'
import { completeAnswer, lockDocument, returnAnswer, statementTypes } from '../contract/gateway.ts'
import { fromBase64 } from '../kernel/hex.ts'
import type { MasterId } from '../kernel/ids.ts'
import { type Fence, judgeFence } from './fence.ts'
import type { Answer, Failure } from './gateway-client.ts'
import { type JoiningParts, ownRefusal, prove, statedFrontier } from './joining.ts'
import { openStatement, signBytes } from './statement.ts'

export type Verdict = z.infer<typeof completeAnswer>

export type ReturnSteps = {
  /** The session stands; what follows is upload. */
  readonly opened: () => void
}

/**
 * One return from beginning to end. Broken off anywhere it is simply begun again: the master gives the same session, and says what is
 * still missing ([AG6]).
 */
export async function comeBack(parts: JoiningParts, steps: ReturnSteps): Promise<Answer<Verdict>> {
  const { client, journal, memory, store, uploader } = parts
  const proof = await prove(parts, 'return')
  if (proof.kind !== 'ok') return proof
  const opened = await client.ask(returnAnswer, { method: 'POST', path: '/v1/return', json: proof.value })
  if (opened.kind !== 'ok') return opened
  const { sessionId, token, missing } = opened.value
  const failure = await countersign(parts, opened.value)
  if (failure !== undefined) return failure
  steps.opened()

  const own = new Set(journal.heads().map(({ log }) => log))
  const interruption = await uploader.send(
    token,
    missing.filter(({ log }) => own.has(log)),
  )
  if (interruption !== undefined) return interruption
  // Life goes on meanwhile: what was recorded since is sent in the same session, until nothing is left.
  for (;;) {
    journal.sign()
    const rest = uploader.pending()
    if (rest.length === 0) break
    const broken = await uploader.send(token, rest)
    if (broken !== undefined) return broken
  }
  const json = { frontier: statedFrontier(journal, uploader) }
  const verdict = await client.ask(completeAnswer, { method: 'POST', path: `/v1/return/${sessionId}/complete`, token, json })
  if (verdict.kind === 'ok') store.transact((writer) => memory.forget(writer, 'session'))
  return verdict
}

/** At most one open lock: that of another master is refused until its lease is over. Remembered before it is given. */
async function countersign(parts: JoiningParts, answer: z.infer<typeof returnAnswer>): Promise<Failure | undefined> {
  const { ports, identity, memory, client, store } = parts
  const approval = memory.get('approval')
  if (approval === undefined) return ownRefusal('NOT_ENROLLED', 'The node was not let in by any master.')
  const opened = openStatement(ports.crypto, fromBase64(approval.masterPublicKey), statementTypes.lock, lockDocument, answer.lock)
  if (!opened.ok) return ownRefusal(opened.refusal.code, opened.refusal.sentence)
  const lock = opened.value
  if (lock.nodeId !== identity.nodeId || lock.masterId !== approval.masterId || lock.sessionId !== answer.sessionId) {
    return ownRefusal('LOCK_MISADDRESSED', 'The lock that the master offers is for another node or another return.')
  }
  const fence = judgeFence(memory.get('fence') as Fence | undefined, { ...lock, masterId: lock.masterId as MasterId })
  if (!fence.ok) return ownRefusal(fence.refusal.code, fence.refusal.sentence)
  const held = memory.get('session')
  const now = ports.clock.now()
  if (held !== undefined && held.masterId !== lock.masterId && Date.parse(held.leaseUntil) > now) {
    return ownRefusal('LOCK_HELD', `This node is returning to another master (${held.masterId}) until ${held.leaseUntil}.`)
  }
  const leaseUntil = new Date(now + answer.leaseSeconds * 1000).toISOString()
  store.transact((writer) => memory.put(writer, 'session', { sessionId: lock.sessionId, masterId: lock.masterId, leaseUntil }))
  const json = {
    keyid: identity.keyId,
    signature: signBytes(ports.crypto, identity, statementTypes.lock, fromBase64(answer.lock.document)),
  }
  const done = await client.ask(z.unknown(), {
    method: 'POST',
    path: `/v1/return/${answer.sessionId}/countersign`,
    token: answer.token,
    json,
  })
  return done.kind === 'ok' ? undefined : done
}
