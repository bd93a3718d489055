/**
 * Whose signature counts for whose log ([SB9]): the key that a person accepted with a card, the one a node was let in with by a master
 * with authority, or the one that a grant with effect names. What is signed by any other key is not stored, and loses nothing by it:
 * whoever holds it sends it again once the key is known.
 */
import type { DecisionData } from '../../fleet/decisions.ts'
import { chroniclesOf } from '../../fleet/authority/chronicle.ts'
import type { AuthorityAct, Chronicle } from '../../fleet/authority/types.ts'
import { fromBase64 } from '../../kernel/hex.ts'
import type { NodeId, OriginId } from '../../kernel/ids.ts'
import type { Reader, Writer } from '../../kernel/reader.ts'
import { keyIdOf } from '../../log/dsse.ts'
import { keysOfOrigin, putKey, readKey, revokeKey } from '../../store/keys.ts'
import { readEventById, readSubjectEvents } from '../../store/read-events.ts'
import type { ReadModel } from '../read-model.ts'

/** Requests and replacements of one node that are looked through for a key. */
const mostKeyEvents = 1000

type Model = Pick<ReadModel, 'reader' | 'book' | 'lifecycle' | 'hardware' | 'ports'>

/** The public key of that id, put into the store if it was not there; undefined where nobody here vouches for it. */
export function knownKey(model: Model, writer: Writer, origin: OriginId, keyId: string): Uint8Array | undefined {
  const publicKey = vouchedKey(model, writer, origin, keyId)
  if (publicKey !== undefined) putKey(writer, { keyId, origin, publicKey }, model.ports.clock.now())
  return publicKey
}

/** The same, and writes nothing. */
export function vouchedKey(model: Model, reader: Reader, origin: OriginId, keyId: string): Uint8Array | undefined {
  const held = readKey(reader, keyId)
  if (held !== undefined) return held.origin === origin ? held.publicKey : undefined
  const found =
    enrolledKey(model, origin as NodeId, keyId) ?? earlierKey(model, reader, origin as NodeId, keyId) ?? grantedKey(model, origin, keyId)
  if (found === undefined) return undefined
  const publicKey = fromBase64(found)
  return publicKey.length === 32 && keyIdOf(model.ports.crypto, publicKey) === keyId ? publicKey : undefined
}

function enrolledKey({ lifecycle }: Model, node: NodeId, keyId: string): string | undefined {
  const state = lifecycle(node)
  return state?.enrolment === 'APPROVED' && state.keyId === keyId ? state.publicKey : undefined
}

/** One that the node had before its key was replaced: what it signed up to the cut still counts, and may come last. */
function earlierKey({ lifecycle, hardware }: Model, reader: Reader, node: NodeId, keyId: string): string | undefined {
  if (lifecycle(node)?.enrolment !== 'APPROVED' || hardware(node)?.machines.some((machine) => machine.keyId === keyId) !== true)
    return undefined
  const types = ['ibcf.enrolment.requested.v1', 'ibcf.key.replaced.v1']
  const events = readSubjectEvents(reader, node, { types, limit: mostKeyEvents, order: 'newest', isMissingSkipped: true })
  const named = events.map(({ event }) => event?.data as { readonly keyId?: string; readonly publicKey?: string } | undefined)
  return named.find((data) => data?.keyId === keyId)?.publicKey
}

/**
 * After a replacement with effect came in: the node's new key is known from now on, and the one before it is cut where the master that
 * decided it cut it, never at a moment ([SB29]). One that has no effect here, or was overtaken, changes nothing.
 */
export function takeReplacement(model: Model, writer: Writer, node: NodeId, replaced: DecisionData<'ibcf.key.replaced.v1'>): void {
  const { keyId, oldKeyId, cut } = replaced
  if (model.hardware(node)?.machines.some((machine) => machine.keyId === keyId) !== true) return
  knownKey(model, writer, node, keyId)
  if (knownKey(model, writer, node, oldKeyId) !== undefined && readKey(writer, oldKeyId)?.isRevoked === false)
    revokeKey(writer, oldKeyId, cut)
}

/**
 * The one key that acts with effect name for this master. Where it has a key already, or they name several, only a card settles it: else
 * whoever holds any domain could make itself a second key for somebody else.
 */
function grantedKey({ reader, book }: Model, master: OriginId, keyId: string): string | undefined {
  if (keysOfOrigin(reader, master).length > 0) return undefined
  const named = new Map<string, string>()
  for (const { subject } of reader.all<{ subject: string }>('SELECT subject FROM authority_domains ORDER BY subject')) {
    const line = chroniclesOf(book, { domainId: subject })
    for (const act of book.record(subject)?.acts ?? []) {
      if (masterOf(act) !== (master as string) || act.issuerId === (master as string) || !hasEffect(line, act)) continue
      const data = readEventById(reader, act.eventId)?.event?.data as { readonly keyId?: string; readonly publicKey?: string } | undefined
      if (data?.keyId !== undefined && data.publicKey !== undefined) named.set(data.keyId, data.publicKey)
    }
  }
  return named.size === 1 ? named.get(keyId) : undefined
}

/** To whom it gives, or may once give, the domain. */
function masterOf({ word }: AuthorityAct): string | undefined {
  return 'giving' in word ? word.giving.masterId : word.kind === 'delegate' ? word.masterId : undefined
}

function hasEffect(line: readonly Chronicle[], { eventId, issuerId, epoch, word }: AuthorityAct): boolean {
  const tenures = line.flatMap(({ pages }) => pages.flatMap((page) => page.tenures))
  if (word.kind !== 'delegate') return tenures.some(({ act }) => act.eventId === eventId)
  return tenures.some(({ giving }) => giving.masterId === issuerId && giving.epoch === epoch)
}
