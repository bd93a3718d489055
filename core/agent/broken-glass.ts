/**
 * Breaking glass at the node itself ([AU23]): where its master of record cannot be reached, a person who stands at the node lets one other
 * master command this node alone. The node signs that with its own key, obeys that master at the epoch that it goes by, and goes back as
 * soon as the master of record shows that somebody looked into it, or a later grant.
 */
import { glassAnswer } from '../contract/gateway/glass.ts'
import type { Envelope } from '../fleet/authority/events.ts'
import { verifyGrantChain } from '../fleet/authority/grant-chain.ts'
import { isMendOf } from '../fleet/authority/mend-statement.ts'
import { type Glass, type GrantStatement, grantPayloadType } from '../fleet/authority/statement.ts'
import { AppError } from '../kernel/app-error.ts'
import { toBase64 } from '../kernel/hex.ts'
import { createUlidSource } from '../kernel/ids.ts'
import type { Ports } from '../kernel/ports.ts'
import type { Store } from '../store/open.ts'
import { createCheckSignature } from '../trust/check-signature.ts'
import type { Answer, GatewayClient } from './gateway-client.ts'
import type { Identity } from './identity.ts'
import type { Journal } from './journal.ts'
import type { Memory } from './memory.ts'
import { signBytes } from './statement.ts'

export type GlassOrder = {
  readonly master: GrantStatement['master'] & { readonly name: string }
  /** Who stands at the node, and why it is done: for whoever reviews it. */
  readonly by: string
  readonly reason: string
}

type Parts = {
  readonly ports: Pick<Ports, 'clock' | 'crypto' | 'random'>
  readonly store: Pick<Store, 'transact'>
  readonly identity: Identity
  readonly memory: Memory
  readonly journal: Journal
}

/**
 * Durable when it returns; the same order again changes nothing. Throws Rejected `NOT_ENROLLED`, `REASON_MISSING`, `GLASS_NOT_NEEDED` for the
 * master that it obeys already, `GLASS_BROKEN` while it is broken for another.
 */
export function breakGlass({ ports, identity, memory, journal }: Parts, { master, by, reason }: GlassOrder): Glass {
  const [approval, fence, open] = [memory.get('approval'), memory.get('fence'), memory.get('glass')]
  if (approval === undefined || fence === undefined)
    throw new AppError('Rejected', 'NOT_ENROLLED', 'No master ever let this node in; there is nothing that could be broken.')
  if (by.trim() === '' || reason.trim() === '')
    throw new AppError('Rejected', 'REASON_MISSING', 'Who breaks glass says who they are and why, for those who review it.')
  if (open?.masterId === master.masterId) return open.glass
  if (open !== undefined)
    throw new AppError('Rejected', 'GLASS_BROKEN', 'Glass is broken at this node for another master; that has to be reviewed first.', {
      masterId: open.masterId,
    })
  if (approval.masterId === master.masterId)
    throw new AppError('Rejected', 'GLASS_NOT_NEEDED', 'The node obeys that master already.', { masterId: master.masterId })
  const glass: Glass = {
    glassId: createUlidSource(ports.clock, ports.random)(),
    nodeId: identity.nodeId,
    placement: fence.placement,
    by,
    reason,
    at: new Date(ports.clock.now()).toISOString(),
  }
  const { name, ...card } = master
  // The epoch stays: what is decided here until somebody looks into it is told apart by who decides it.
  const { epoch } = fence
  const { domainId, domainLine = [domainId] } = approval
  const statement: GrantStatement = {
    v: 1,
    kind: 'grant',
    domainId,
    parentId: domainLine[1] ?? null,
    epoch,
    right: 'break-glass',
    master: card,
    until: null,
    quorum: null,
    glass,
  }
  const bytes = new TextEncoder().encode(JSON.stringify(statement))
  const envelope: Envelope = {
    payloadType: grantPayloadType,
    payload: toBase64(bytes),
    signatures: [{ keyid: identity.keyId, sig: signBytes(ports.crypto, identity, grantPayloadType, bytes) }],
  }
  const [roots, holder] = [memory.get('roots'), memory.get('holder')]
  const before = { approval, fence, ...(roots === undefined ? {} : { roots }), ...(holder === undefined ? {} : { holder }) }
  const detail = `${by} let the master "${name}" command this node alone, at the node itself: ${reason}`
  journal.record([{ type: 'ibcf.alarm.raised.v1', data: { name: 'glass-broken', severity: 'critical', detail } }], (writer) => {
    memory.put(writer, 'glass', { masterId: master.masterId, epoch, glass, envelope, before })
    memory.put(writer, 'fence', { placement: fence.placement, epoch, masterId: master.masterId })
    // Who may say who is master of record stays as it was: the named master is not among them.
    memory.put(writer, 'roots', roots ?? { keys: [approval.masterPublicKey], grants: [] })
    memory.forget(writer, 'holder')
    // A return that is open elsewhere is not this master's.
    memory.forget(writer, 'session')
    memory.put(writer, 'approval', {
      ...approval,
      masterId: master.masterId,
      masterName: name,
      masterPublicKey: master.publicKey,
      epoch,
      holder: undefined,
    })
  })
  journal.sign()
  return glass
}

type MendParts = {
  readonly crypto: Ports['crypto']
  readonly store: Pick<Store, 'transact'>
  readonly memory: Memory
  readonly nowMs: () => number
}

/** Hands what was signed to the master that it is about, before anything else is asked of it: without it that master decides nothing here. */
export async function tellGlass(
  { memory }: Pick<Parts, 'memory'>,
  client: Pick<GatewayClient, 'ask'>,
  masterId: string,
): Promise<Answer<unknown> | undefined> {
  const glass = memory.get('glass')
  if (glass === undefined || glass.masterId !== masterId) return undefined
  const { nodeId } = glass.glass
  return client.ask(glassAnswer, { method: 'POST', path: '/v1/glass', json: { nodeId, statement: glass.envelope } })
}

/**
 * Goes back to what it obeyed before, if the chain leads from there to a master of record that signed the review, or to a later epoch. True when it
 * did; what the chain says is taken in afterwards as ever.
 */
export function mendGlass({ crypto, store, memory, nowMs }: MendParts, chain: readonly Envelope[], shown: readonly Envelope[]): boolean {
  const open = memory.get('glass')
  if (open === undefined) return false
  const { approval, fence, roots = { keys: [approval.masterPublicKey], grants: [] }, holder } = open.before
  const { keys, grants: remembered } = roots
  const check = createCheckSignature(crypto)
  const { domainLine: domainIds = [approval.domainId] } = approval
  const verified = verifyGrantChain(chain, { keys, remembered }, check, { domainIds, nowMs: nowMs() })
  if (!verified.ok || verified.value.epoch < fence.epoch) return false
  const { epoch, master } = verified.value
  const isMended = shown.some((envelope) => isMendOf(envelope, open.glass, [master.publicKey], check))
  if (!isMended && epoch === open.epoch) return false
  store.transact((writer) => {
    memory.forget(writer, 'glass')
    memory.forget(writer, 'session')
    memory.put(writer, 'approval', approval)
    memory.put(writer, 'fence', fence)
    if (open.before.roots === undefined) memory.forget(writer, 'roots')
    else memory.put(writer, 'roots', open.before.roots)
    if (holder !== undefined) memory.put(writer, 'holder', holder)
  })
  return true
}
