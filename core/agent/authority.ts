/**
 * Whom the node obeys ([AG5], [AG7]): the master that let it in, and whomever a chain of grants that begins with that one leads to. An
 * epoch is remembered only once its grant was verified, so that no huge one, however signed, locks everybody out.
 */
import { authorityAnswer, authorityTaken, mostShown } from '../contract/gateway/authority.ts'
import { fence, type Fence } from '../fleet/authority/fence.ts'
import { judgeMove } from '../fleet/authority/move-statement.ts'
import { verifyGrantChain } from '../fleet/authority/grant-chain.ts'
import { accepted, refused, type Rejection, type Result } from '../kernel/result.ts'
import { createCheckSignature } from '../trust/check-signature.ts'
import type { Envelope } from '../fleet/authority/events.ts'
import type { Crypto } from '../kernel/ports.ts'
import type { GrantStatement } from '../fleet/authority/statement.ts'
import type { Writer } from '../kernel/reader.ts'
import type { Store } from '../store/open.ts'
import { mendGlass } from './broken-glass.ts'
import type { GatewayClient } from './gateway-client.ts'
import type { Memory, Remembered } from './memory.ts'

export type Obeyed = { readonly masterId: string; readonly publicKey: string; readonly name: string }

/** Domains that it was held through and left; as many as a line can have. */
const mostPassed = 64

export type AuthorityParts = {
  readonly crypto: Crypto
  readonly store: Pick<Store, 'transact'>
  readonly memory: Memory
  readonly nowMs: () => number
}

/**
 * What a document of the obeyed master is worth: its fence, if that is the remembered one. Codes: EPOCH_STALE, EPOCH_CONTESTED, and
 * GRANT_UNVERIFIED for an epoch that no verified grant has led to yet. That what is given apart or given back moves the node is the word of the
 * master that it obeys: a higher placement at the same epoch is taken from it.
 */
export function judgeOffer(held: Fence | undefined, offered: Fence): Result<Fence> {
  const judged = fence(held, offered)
  if (!judged.ok || held === undefined || isSame(held, { ...offered, placement: held.placement })) return judged
  return refused('GRANT_UNVERIFIED', 'The node has not seen the grant for this epoch yet, and goes on under the one it knows.', {
    placement: offered.placement,
    epoch: offered.epoch,
    heldPlacement: held.placement,
    heldEpoch: held.epoch,
  })
}

/**
 * Takes the chain in: from now on the node obeys that master. Nothing changes when it is refused. A grant of a nearer domain than the one
 * it was held through raises the placement, as it does at the masters: epochs of two domains are never compared ([AU14]). Codes:
 * NOT_ENROLLED, GRANT_MISADDRESSED, EPOCH_STALE, EPOCH_CONTESTED and those of `verifyGrantChain`.
 */
export function takeChain({ crypto, store, memory, nowMs }: AuthorityParts, chain: readonly Envelope[], who: Obeyed): Result<Fence> {
  const approval = memory.get('approval')
  if (approval === undefined) return refused('NOT_ENROLLED', 'The node was not let in by any master.')
  const verified = verifyChain({ crypto, memory, nowMs }, approval, chain)
  if (!verified.ok) return verified
  const { grant, roots } = verified.value
  if (grant.master.masterId !== who.masterId || grant.master.publicKey !== who.publicKey) {
    // The one that it obeys hands on what another decides: that the epoch of that other rose is news of it, and no more.
    if (memory.get('holder') === undefined || who.publicKey !== approval.masterPublicKey)
      return refused('GRANT_MISADDRESSED', 'The chain of grants leads to another master than the one that shows it.')
    const holding = judgeHolder({ crypto, memory, nowMs }, chain)
    if (holding.ok) store.transact((writer) => rememberHolder(memory, writer, holding.value))
    return holding.ok ? accepted(holding.value.fence) : holding
  }
  const held = fenceForCommands(memory)
  const nearer = stepsNearer(domainsOf(approval), approval.heldAtDomainId, grant.domainId)
  const passed = roots.passed?.find(({ domainId }) => domainId === grant.domainId)
  if (nearer < 0 || (nearer > 0 && passed !== undefined && grant.epoch <= passed.epoch))
    return refused('EPOCH_STALE', 'The domain that the grant is about is not the one that the node is held through now.', {
      domainId: grant.domainId,
      heldAtDomainId: approval.heldAtDomainId ?? null,
    })
  const placement = (held?.placement ?? approval.placement) + (nearer > 0 ? 1 : 0)
  const judged = fence(held, { placement, epoch: grant.epoch, masterId: who.masterId })
  if (!judged.ok) return judged
  store.transact((writer) => {
    memory.put(writer, 'roots', roots)
    memory.put(writer, 'chain', [...chain.slice(-mostShown)])
    memory.put(writer, 'fence', judged.value)
    memory.forget(writer, 'holder')
    memory.put(writer, 'approval', {
      ...approval,
      masterId: who.masterId,
      masterName: who.name,
      masterPublicKey: who.publicKey,
      heldAtDomainId: grant.domainId,
      placement: judged.value.placement,
      epoch: grant.epoch,
    })
  })
  return judged
}

export type Holding = {
  readonly holder: Remembered<'holder'>
  readonly roots: Remembered<'roots'>
  readonly chain: Remembered<'chain'>
  readonly fence: Fence
}

/**
 * Who holds the domain while the node obeys another that hands on what is decided there ([CM27]); nothing is written. Codes: NOT_ENROLLED,
 * EPOCH_STALE, EPOCH_CONTESTED and those of `verifyGrantChain`.
 */
export function judgeHolder(parts: Omit<AuthorityParts, 'store'>, chain: readonly Envelope[]): Result<Holding> {
  const { memory } = parts
  const approval = memory.get('approval')
  if (approval === undefined) return refused('NOT_ENROLLED', 'The node was not let in by any master.')
  const verified = verifyChain(parts, approval, chain)
  if (!verified.ok) return verified
  const { grant, roots } = verified.value
  const { masterId, publicKey } = grant.master
  const held = fenceForCommands(memory)
  const placement = held?.placement ?? approval.placement
  const judged = fence(held, { placement, epoch: grant.epoch, masterId })
  if (!judged.ok) return judged
  const holder = { masterId, publicKey, epoch: grant.epoch }
  return accepted({
    holder,
    roots,
    chain: [...chain.slice(-mostShown)],
    fence: { placement, epoch: grant.epoch, masterId: approval.masterId },
  })
}

export function rememberHolder(memory: Memory, writer: Writer, { holder, roots, chain, fence: next }: Holding): void {
  memory.put(writer, 'roots', roots)
  memory.put(writer, 'chain', chain)
  memory.put(writer, 'holder', holder)
  memory.put(writer, 'fence', next)
}

/**
 * The fence that commands are held against: at an epoch that another is known to hold, that one commands, and the master that only hands
 * its commands over does not.
 */
export function fenceForCommands(memory: Memory): Fence | undefined {
  const [held, holder] = [memory.get('fence'), memory.get('holder')]
  return held === undefined || holder?.epoch !== held.epoch ? held : { ...held, masterId: holder.masterId }
}

function verifyChain(
  { crypto, memory, nowMs }: Omit<AuthorityParts, 'store'>,
  approval: Remembered<'approval'>,
  chain: readonly Envelope[],
): Result<{ readonly grant: GrantStatement; readonly roots: Remembered<'roots'> }> {
  const roots: Remembered<'roots'> = memory.get('roots') ?? { keys: [approval.masterPublicKey], grants: [] }
  const { keys, grants } = roots
  const domainIds = domainsOf(approval)
  const verified = verifyGrantChain(chain, { keys, remembered: grants }, createCheckSignature(crypto), { domainIds, nowMs: nowMs() })
  if (!verified.ok) return verified
  const grant = verified.value
  return accepted({ grant, roots: { ...roots, grants: [...grants.filter(({ domainId }) => domainId !== grant.domainId), grant] } })
}

/** The node's domain and those above it. */
function domainsOf({ domainLine, domainId }: Remembered<'approval'>): readonly string[] {
  return domainLine ?? [domainId]
}

/**
 * Follows the moves that the master which the node obeys has signed, as many in a row as there are: from then on it obeys whoever is named
 * by the last. What is not its own, was made before or is signed by anybody else changes nothing.
 */
export function takeMoves({ crypto, store, memory }: AuthorityParts, moves: readonly Envelope[]): boolean {
  let hasMoved = false
  for (const envelope of moves) {
    const approval = memory.get('approval')
    const held = memory.get('fence')
    if (approval === undefined || held === undefined) return hasMoved
    const { nodeId, domainId, masterPublicKey: obeyedKey, domainLine = [domainId] } = approval
    const judged = judgeMove(envelope, { nodeId, domainLine, fence: held, obeyedKey }, createCheckSignature(crypto))
    if (!judged.ok) continue
    const { statement, fence: next } = judged.value
    const [holding] = statement.grants
    const [there] = statement.domainLine
    if (holding === undefined || there === undefined) continue
    hasMoved = true
    const left = { domainId: statement.nodeId === null ? statement.fromDomainId : (approval.heldAtDomainId ?? domainId), epoch: held.epoch }
    const passed = (memory.get('roots')?.passed ?? []).filter((known) => known.domainId !== left.domainId)
    store.transact((writer) => {
      memory.put(writer, 'roots', { keys: [], grants: statement.grants, passed: [...passed, left].slice(-mostPassed) })
      memory.forget(writer, 'chain')
      memory.forget(writer, 'holder')
      memory.put(writer, 'fence', next)
      memory.put(writer, 'approval', {
        ...approval,
        // Given back, the domain is the one it was in; only who holds it is another.
        domainId: statement.nodeId === null ? domainId : there,
        domainLine: statement.nodeId === null ? domainLine : [...statement.domainLine],
        masterId: holding.master.masterId,
        masterName: holding.master.masterId === approval.masterId ? approval.masterName : '',
        masterPublicKey: holding.master.publicKey,
        heldAtDomainId: holding.domainId,
        placement: next.placement,
        epoch: next.epoch,
      })
    })
  }
  return hasMoved
}

/** Asks a master what it rests on, telling it no more than the domain. A failure of the link is left for the next time. */
export async function learnAuthority(
  parts: AuthorityParts,
  client: Pick<GatewayClient, 'ask'>,
  who: Obeyed,
): Promise<{ readonly kind: 'known' } | { readonly kind: 'refused'; readonly refusal: Rejection } | { readonly kind: 'unheard' }> {
  const ask = () => {
    const { domainId = '', nodeId = '' } = parts.memory.get('approval') ?? {}
    return client.ask(authorityAnswer, { method: 'GET', path: `/v1/authority?domainId=${domainId}&nodeId=${nodeId}` })
  }
  let answer = await ask()
  if (answer.kind !== 'ok') return { kind: 'unheard' }
  const { chain, moves = [] } = answer.value
  if (mendGlass(parts, chain, moves)) {
    const back = takeChain(parts, chain, who)
    // Whoever shows it may be the one that commanded here until now: the node looks for the master of record then.
    return back.ok ? { kind: 'known' } : { kind: 'refused', refusal: back.refusal }
  }
  if (takeMoves(parts, moves)) {
    // Whom it obeys now, it may have been told in so many words; the grants are those of where it is now.
    const now = parts.memory.get('approval')
    if (now?.masterId === who.masterId && now.masterPublicKey === who.publicKey) {
      parts.store.transact((writer) => parts.memory.put(writer, 'approval', { ...now, masterName: who.name }))
      return { kind: 'known' }
    }
    answer = await ask()
    if (answer.kind !== 'ok') return { kind: 'unheard' }
  }
  // Of the one that commands it since glass was broken, the chain tells who is master of record: heard, and not obeyed.
  if (parts.memory.get('glass')?.masterId === who.masterId) return { kind: 'known' }
  const taken = takeChain(parts, answer.value.chain, who)
  if (taken.ok) return { kind: 'known' }
  if (!(await hasBroughtBack(parts, client, taken.refusal.code))) return { kind: 'refused', refusal: taken.refusal }
  answer = await ask()
  if (answer.kind !== 'ok') return { kind: 'unheard' }
  const after = takeChain(parts, answer.value.chain, who)
  return after.ok ? { kind: 'known' } : { kind: 'refused', refusal: after.refusal }
}

/**
 * Shows a master that is behind what the node obeys by: it may have been restored to before that, and then nobody but the node can tell
 * it ([AU24]). True when it had lost some of it, and took that in.
 */
async function hasBroughtBack({ memory }: AuthorityParts, client: Pick<GatewayClient, 'ask'>, code: string): Promise<boolean> {
  const chain = memory.get('chain') ?? []
  if ((code !== 'EPOCH_STALE' && code !== 'EPOCH_CONTESTED') || chain.length === 0) return false
  const told = await client.ask(authorityTaken, { method: 'POST', path: '/v1/authority', json: { chain } })
  return told.kind === 'ok' && told.value.taken > 0
}

/** The one it obeys, as far as it remembers. */
export function obeyedBy(memory: Memory): Result<Obeyed> {
  const approval = memory.get('approval')
  if (approval === undefined) return refused('NOT_ENROLLED', 'The node was not let in by any master.')
  return accepted({ masterId: approval.masterId, publicKey: approval.masterPublicKey, name: approval.masterName })
}

/** Above 0: nearer to the node than where it is held now; 0 where that is the same, or not known. */
function stepsNearer(domainIds: readonly string[], heldAt: string | undefined, offered: string): number {
  const at = heldAt === undefined ? -1 : domainIds.indexOf(heldAt)
  return at === -1 ? 0 : at - domainIds.indexOf(offered)
}

function isSame(a: Fence, b: Fence): boolean {
  return a.placement === b.placement && a.epoch === b.epoch && a.masterId === b.masterId
}
