/** Finding the master, being let in, and proving who one is: what comes before anything can be sent. */
import type { z } from 'zod'
import { attachAnswer, challengeAnswer, type ProofDocument } from '../contract/gateway/attach.ts'
import { approvalDocument, enrolmentAnswer, type EnrolmentDocument } from '../contract/gateway/enrolment.ts'
import { gatewayGreeting } from '../contract/gateway/greeting.ts'
import { type SignedStatement, statementTypes } from '../contract/gateway/statement.ts'
import { fromBase64, toBase64 } from '../kernel/hex.ts'
import type { Ports } from '../kernel/ports.ts'
import { keyIdOf } from '../log/dsse.ts'
import type { AgentConfig } from './config.ts'
import { type AuthorityParts, learnAuthority } from './authority.ts'
import { fence as judgeFence } from '../fleet/authority/fence.ts'
import { tellGlass } from './broken-glass.ts'
import type { Answer, GatewayClient, Problem } from './gateway-client.ts'
import type { Identity } from './identity.ts'
import type { Journal } from './journal.ts'
import type { Memory } from './memory.ts'
import type { Store } from '../store/open.ts'
import { openStatement, signStatement } from './statement.ts'
import type { Uploader } from './upload.ts'

export type Greeting = z.infer<typeof gatewayGreeting>
export type Attachment = z.infer<typeof attachAnswer>

export type JoiningParts = {
  readonly ports: Ports
  readonly store: Store
  readonly config: AgentConfig
  readonly identity: Identity
  readonly memory: Memory
  readonly journal: Journal
  readonly client: GatewayClient
  readonly uploader: Uploader
  /** The relays on the way to the master, nearest first. */
  readonly via: () => readonly string[]
}

/** A refusal by the node itself, in the form of one by the master: nothing was sent. */
export function ownRefusal(code: string, sentence: string): Problem {
  return { kind: 'problem', status: 0, code, sentence, facts: {}, retryAfterMs: undefined }
}

export function authorityParts({ ports, store, memory }: JoiningParts): AuthorityParts {
  return { crypto: ports.crypto, store, memory, nowMs: () => ports.clock.now() }
}

/**
 * Asks who answers there. Another master than the one it obeys is asked for nothing but the grants it rests on, and told nothing but the
 * domain: unless they begin with the master that let the node in and lead to this one, it is refused with MASTER_KEY_CHANGED ([AG5]).
 */
export async function greet(parts: JoiningParts): Promise<Answer<Greeting>> {
  const { ports, config, memory, client } = parts
  const answer = await client.ask(gatewayGreeting, { method: 'GET', path: '/v1' })
  if (answer.kind !== 'ok') return answer
  const { publicKey, masterId } = answer.value
  const approval = memory.get('approval')
  const keyId = keyIdOf(ports.crypto, fromBase64(publicKey))
  const isPinned =
    approval === undefined
      ? config.masterKeyId === undefined || config.masterKeyId === keyId
      : approval.masterPublicKey === publicKey && approval.masterId === masterId
  if (isPinned) {
    const told = await tellGlass(parts, client, masterId)
    if (told === undefined || told.kind === 'ok') return answer
    // It has ended there: from the same master the node learns whom to obey again.
    if (told.code === 'GLASS_MENDED') await learnAuthority(authorityParts(parts), client, { masterId, publicKey, name: answer.value.name })
    return told
  }
  if (approval !== undefined) {
    const learnt = await learnAuthority(authorityParts(parts), client, { masterId, publicKey, name: answer.value.name })
    if (learnt.kind === 'known') return answer
    if (learnt.kind === 'refused' && (learnt.refusal.code === 'EPOCH_STALE' || learnt.refusal.code === 'EPOCH_CONTESTED'))
      return ownRefusal(learnt.refusal.code, learnt.refusal.sentence)
  }
  return ownRefusal(
    'MASTER_KEY_CHANGED',
    `The master at that address shows another key (${keyId}) than the one this node trusts; nothing was sent to it.`,
  )
}

/** Asks to be let in, or how that request stands; keeps the approval once it is known to be the greeted master's. */
export async function enrol(parts: JoiningParts, greeting: Greeting): Promise<Answer<z.infer<typeof enrolmentAnswer>>> {
  const { ports, config, identity, memory, client, store, via } = parts
  const [viaId] = via()
  const document: EnrolmentDocument = {
    v: 1,
    nodeId: identity.nodeId,
    name: config.name,
    kind: config.kind,
    tags: [...config.tags],
    publicKey: toBase64(identity.publicKey),
    ...(config.serial === undefined ? {} : { serial: config.serial }),
    ...(config.manufacturer === undefined ? {} : { manufacturer: config.manufacturer }),
    ...(config.model === undefined ? {} : { model: config.model }),
    contactEverySeconds: config.contactEverySeconds,
    autonomyBudgetSeconds: config.autonomyBudgetSeconds,
    ...(viaId === undefined ? {} : { viaId }),
    ...(identity.takesOver ? { takesOver: true } : {}),
    at: new Date(ports.clock.now()).toISOString(),
  }
  const json = signStatement(ports.crypto, identity, statementTypes.enrolment, document)
  const answer = await client.ask(enrolmentAnswer, { method: 'POST', path: '/v1/enrol', json })
  if (answer.kind !== 'ok' || answer.value.status !== 'APPROVED') return answer
  if (answer.value.approval === null)
    return ownRefusal('APPROVAL_MISSING', 'The master says that the node is approved but does not show the approval.')
  const opened = openStatement(
    ports.crypto,
    fromBase64(greeting.publicKey),
    statementTypes.approval,
    approvalDocument,
    answer.value.approval,
  )
  if (!opened.ok) return ownRefusal(opened.refusal.code, opened.refusal.sentence)
  const approval = opened.value
  if (approval.nodeId !== identity.nodeId || approval.masterId !== greeting.masterId || approval.masterPublicKey !== greeting.publicKey) {
    return ownRefusal('APPROVAL_MISADDRESSED', 'The approval is for another node, or from another master than the one that answers.')
  }
  const fence = judgeFence(memory.get('fence'), approval)
  if (!fence.ok) return ownRefusal(fence.refusal.code, fence.refusal.sentence)
  const { placement, epoch, masterId } = fence.value
  store.transact((writer) => {
    memory.put(writer, 'approval', approval)
    memory.put(writer, 'approvedKey', identity.keyId)
    memory.put(writer, 'fence', { placement, epoch, masterId })
    // The one that let it in only hands on what another decides: that other one is who may give the domain on, too.
    if (approval.holder === undefined) return
    memory.put(writer, 'roots', { keys: [approval.holder.publicKey], grants: [] })
    memory.put(writer, 'holder', { ...approval.holder, epoch })
  })
  return answer
}

/** Signs the whole log, then proves the node's identity over a fresh nonce, stating what it holds ([AG4]). */
export async function prove(parts: JoiningParts, purpose: ProofDocument['purpose']): Promise<Answer<SignedStatement>> {
  const { ports, identity, memory, client, journal, uploader, via } = parts
  const challenge = await client.ask(challengeAnswer, { method: 'POST', path: '/v1/challenge', json: { nodeId: identity.nodeId } })
  if (challenge.kind !== 'ok') return challenge
  const { masterId, nonce } = challenge.value
  if (masterId !== memory.get('approval')?.masterId)
    return ownRefusal('MASTER_KEY_CHANGED', 'Another master answers there than the one that let this node in.')
  journal.sign()
  const now = new Date(ports.clock.now()).toISOString()
  const proof: ProofDocument = {
    v: 1,
    purpose,
    nodeId: identity.nodeId,
    masterId,
    nonce,
    frontier: statedFrontier(uploader),
    now,
    // Said under its signature: whoever carries its requests cannot unsay it ([RY9]).
    ...(via().length === 0 ? {} : { signsRequests: true }),
  }
  return { kind: 'ok', value: signStatement(ports.crypto, identity, statementTypes.proof, proof) }
}

/** What the node holds and stands by, newest incarnation last. */
export function statedFrontier(uploader: Uploader): ProofDocument['frontier'] {
  return uploader.standsBy().slice(-64)
}

export async function attach(parts: JoiningParts): Promise<Answer<Attachment>> {
  const proof = await prove(parts, 'attach')
  return proof.kind === 'ok' ? parts.client.ask(attachAnswer, { method: 'POST', path: '/v1/attach', json: proof.value }) : proof
}
