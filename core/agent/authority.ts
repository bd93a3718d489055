/**
 * Whom the node obeys ([AG5], [AG7]): the master that let it in, and whomever a chain of grants that begins with that one leads to. An
 * epoch is remembered only once its grant was verified, so that no huge one, however signed, locks everybody out.
 */
import { authorityAnswer } from '../contract/gateway.ts'
import { fence, type Fence } from '../fleet/authority/fence.ts'
import { judgeMove } from '../fleet/authority/move-statement.ts'
import { verifyGrantChain } from '../fleet/authority/grant-chain.ts'
import { accepted, refused, type Rejection, type Result } from '../kernel/result.ts'
import { createCheckSignature } from '../trust/check-signature.ts'
import type { Envelope } from '../fleet/authority/events.ts'
import type { Crypto } from '../kernel/ports.ts'
import type { Store } from '../store/open.ts'
import type { GatewayClient } from './gateway-client.ts'
import type { Memory } from './memory.ts'

export type Obeyed = { readonly masterId: string; readonly publicKey: string; readonly name: string }

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
 * Takes the chain in: from now on the node obeys that master. Nothing changes when it is refused. Codes: NOT_ENROLLED, GRANT_MISADDRESSED,
 * EPOCH_STALE, EPOCH_CONTESTED and those of `verifyGrantChain`.
 */
export function takeChain({ crypto, store, memory, nowMs }: AuthorityParts, chain: readonly Envelope[], who: Obeyed): Result<Fence> {
  const approval = memory.get('approval')
  if (approval === undefined) return refused('NOT_ENROLLED', 'The node was not let in by any master.')
  const roots = memory.get('roots') ?? { keys: [approval.masterPublicKey], grants: [] }
  const domainIds = approval.domainLine ?? [approval.domainId]
  const verified = verifyGrantChain(chain, { keys: roots.keys, remembered: roots.grants }, createCheckSignature(crypto), {
    domainIds,
    nowMs: nowMs(),
  })
  if (!verified.ok) return verified
  const grant = verified.value
  if (grant.master.masterId !== who.masterId || grant.master.publicKey !== who.publicKey)
    return refused('GRANT_MISADDRESSED', 'The chain of grants leads to another master than the one that shows it.')
  const held = memory.get('fence')
  const placement = held?.placement ?? approval.placement
  const judged = fence(held, { placement, epoch: grant.epoch, masterId: who.masterId })
  if (!judged.ok) return judged
  store.transact((writer) => {
    memory.put(writer, 'roots', {
      keys: roots.keys,
      grants: [...roots.grants.filter(({ domainId }) => domainId !== grant.domainId), grant],
    })
    memory.put(writer, 'fence', judged.value)
    memory.put(writer, 'approval', {
      ...approval,
      masterId: who.masterId,
      masterName: who.name,
      masterPublicKey: who.publicKey,
      epoch: grant.epoch,
    })
  })
  return judged
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
    store.transact((writer) => {
      memory.put(writer, 'roots', { keys: [], grants: statement.grants })
      memory.put(writer, 'fence', next)
      memory.put(writer, 'approval', {
        ...approval,
        // Given back, the domain is the one it was in; only who holds it is another.
        domainId: statement.nodeId === null ? domainId : there,
        domainLine: statement.nodeId === null ? domainLine : [...statement.domainLine],
        masterId: holding.master.masterId,
        masterName: holding.master.masterId === approval.masterId ? approval.masterName : '',
        masterPublicKey: holding.master.publicKey,
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
  if (takeMoves(parts, answer.value.moves ?? [])) {
    // Whom it obeys now, it may have been told in so many words; the grants are those of where it is now.
    const now = parts.memory.get('approval')
    if (now?.masterId === who.masterId && now.masterPublicKey === who.publicKey) {
      parts.store.transact((writer) => parts.memory.put(writer, 'approval', { ...now, masterName: who.name }))
      return { kind: 'known' }
    }
    answer = await ask()
    if (answer.kind !== 'ok') return { kind: 'unheard' }
  }
  const taken = takeChain(parts, answer.value.chain, who)
  return taken.ok ? { kind: 'known' } : { kind: 'refused', refusal: taken.refusal }
}

/** The one it obeys, as far as it remembers. */
export function obeyedBy(memory: Memory): Result<Obeyed> {
  const approval = memory.get('approval')
  if (approval === undefined) return refused('NOT_ENROLLED', 'The node was not let in by any master.')
  return accepted({ masterId: approval.masterId, publicKey: approval.masterPublicKey, name: approval.masterName })
}

function isSame(a: Fence, b: Fence): boolean {
  return a.placement === b.placement && a.epoch === b.epoch && a.masterId === b.masterId
}
