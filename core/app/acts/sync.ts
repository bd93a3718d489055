/** What is done about other masters: whose card is accepted, what came from them, and what is said to them under this master's key. */
import type { Envelope } from '../../fleet/authority/events.ts'
import { AppError } from '../../kernel/app-error.ts'
import { fromBase64 } from '../../kernel/hex.ts'
import { putKey } from '../../store/keys.ts'
import { type MasterCard, openCard } from '../../sync/card.ts'
import { keyWordsOf } from '../../log/fingerprint.ts'
import { takeReceipts, type ReceiptTaken } from '../sync/take-receipts.ts'
import { ageIdentityOf, signCard, signManifest, signReceipt } from '../sync/sign.ts'
import { putPeer } from '../sync/tables.ts'
import { takeIn, type Taken } from '../sync/take-in.ts'
import { type Act, must, requireOperator } from './act.ts'

/**
 * Trusts the key in a card from now on. `words` are those that the other side read out; where they are given they have to fit. Throws
 * Rejected `CARD_WRONG`, `WORDS_DIFFER`, `CARD_OWN`, Conflict `KEY_HELD_BY_ANOTHER`.
 */
export function acceptPeer(
  act: Act,
  { envelope, words }: { readonly envelope: Envelope; readonly words?: string | undefined },
): MasterCard {
  const actor = requireOperator(act, 'authority')
  const { port, config, identity } = act.master
  const card = must(openCard(config.ports.crypto, envelope))
  if (card.masterId === (identity.masterId as string)) throw new AppError('Rejected', 'CARD_OWN', 'This is the card of this master itself.')
  const publicKey = fromBase64(card.publicKey)
  const found = keyWordsOf(config.ports.crypto, publicKey).join(' ')
  if (words !== undefined && words.trim().toLowerCase().split(/\s+/).join(' ') !== found)
    throw new AppError('Rejected', 'WORDS_DIFFER', 'The words that were read out are not those of the key in this card.', { found })
  const acceptedAt = config.ports.clock.now()
  port.commit(({ writer }) => {
    putKey(writer, { keyId: card.keyId, origin: card.masterId as never, publicKey }, acceptedAt)
    putPeer(writer, { card, envelope, acceptedAt, acceptedBy: actor })
  })
  act.master.feed.tell({ topics: ['master'] })
  return card
}

/** Encoded segments, in the order in which they came. */
export function takeSegments(act: Act, { pieces }: { readonly pieces: readonly Uint8Array[] }): readonly Taken[] {
  requireOperator(act, 'operator')
  return takeIn(act.master, pieces)
}

export function takeReceiptEnvelopes(act: Act, { envelopes }: { readonly envelopes: readonly Envelope[] }): readonly ReceiptTaken[] {
  return takeReceipts(act.master, envelopes)
}

/** Signs every open tail, so that all that is held can leave the machine. */
export function signTails({ master }: Act, _: Readonly<Record<never, never>>): void {
  master.recorder.sign()
}

/** The card of this master, for bundles encrypted to `recipient`. */
export function cardOf({ master }: Act, { recipient }: { readonly recipient: string | null }): Envelope {
  return signCard(master, recipient)
}

/** What opens bundles to this master. It never leaves the process. */
export function ageIdentity({ master }: Act, _: Readonly<Record<never, never>>): string {
  return ageIdentityOf(master)
}

/** The next receipt of this life, over everything that is held; `bundles` are those taken in last, newest first. */
export function receiptOf(
  { master }: Act,
  { bundles }: { readonly bundles: readonly { readonly bundleId: string; readonly at: string }[] },
): Envelope {
  return signReceipt(master, bundles)
}

/** `payload` is the statement that closes a bundle. */
export function manifestOf({ master }: Act, { payload }: { readonly payload: unknown }): Envelope {
  return signManifest(master, payload)
}
