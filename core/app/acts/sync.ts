/** What is done about other masters: whose card is accepted, what came from them, and what is said to them under this master's key. */
import type { Envelope } from '../../fleet/authority/events.ts'
import { AppError } from '../../kernel/app-error.ts'
import { fromBase64 } from '../../kernel/hex.ts'
import { putBlobFrom } from '../../store/blobs-incoming.ts'
import { keepBlob } from '../../store/blobs-row.ts'
import { putKey } from '../../store/keys.ts'
import { dropStaged, stagedPieces, stagePieceOnly } from '../../store/staged.ts'
import { type MasterCard, openCard } from '../../sync/card.ts'
import { keyWordsOf } from '../../log/fingerprint.ts'
import { takeReceipts, type ReceiptTaken } from '../sync/take-receipts.ts'
import { ageIdentityOf, signCard, signManifest, signReceipt } from '../sync/sign.ts'
import { putPeer } from '../sync/tables.ts'
import { type Piece, takeIn, type Taken } from '../sync/take-in.ts'
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

/** Segments, encoded or proven, in the order in which they came. */
export function takeSegments(act: Act, { pieces }: { readonly pieces: readonly Piece[] }): readonly Taken[] {
  requireOperator(act, 'operator')
  return takeIn(act.master, pieces)
}

/** Of all content that is being taken in at one time. */
const contentQuotaBytes = 4 * 1024 ** 3

/**
 * A piece of content, by the digest of the whole in hex; kept from its last piece on. Throws Conflict `PIECE_GAP` (fact `expected`),
 * Rejected `STAGING_FULL`, `STAGING_MALFORMED` or `BLOB_DIGEST_WRONG`.
 */
export function takeContent(
  act: Act,
  {
    digest,
    offset,
    sizeBytes,
    bytes,
  }: { readonly digest: string; readonly offset: number; readonly sizeBytes: number; readonly bytes: Uint8Array },
): void {
  requireOperator(act, 'operator')
  const { port, identity } = act.master
  const key = `content:${digest}`
  const isWhole = port.commit(({ writer }) => {
    if (keepBlob(writer, digest)) return true
    if (offset === 0 && bytes.length === sizeBytes) return putBlobFrom(writer, [bytes], digest).kind === 'put'
    const staging = stagePieceOnly(writer, { origin: identity.masterId, key, offset, total: sizeBytes, bytes }, contentQuotaBytes)
    if (staging.kind === 'staged') return true
    if (staging.kind === 'gap')
      throw new AppError('Conflict', 'PIECE_GAP', 'A piece before this one is not here.', { expected: staging.expected })
    if (staging.kind === 'refused') throw new AppError('Rejected', staging.refusal.code, staging.refusal.sentence, staging.refusal.facts)
    const put = putBlobFrom(writer, stagedPieces(writer, identity.masterId, key), digest)
    dropStaged(writer, identity.masterId, key)
    return put.kind === 'put'
  })
  if (!isWhole) throw new AppError('Rejected', 'BLOB_DIGEST_WRONG', 'The content is not what its digest says.', { digest })
}

export function takeReceiptEnvelopes(act: Act, { envelopes }: { readonly envelopes: readonly Envelope[] }): readonly ReceiptTaken[] {
  return takeReceipts(act.master, envelopes)
}

/** Signs every open tail, so that all that is held can leave the machine. */
export function signTails({ master }: Act, _input: object): void {
  master.recorder.sign()
}

/** The card of this master, for bundles encrypted to `recipient`. */
export function cardOf({ master }: Act, { recipient }: { readonly recipient: string | null }): Envelope {
  return signCard(master, recipient)
}

/** What opens bundles to this master. It never leaves the process. */
export function ageIdentity({ master }: Act, _input: object): string {
  return ageIdentityOf(master)
}

/** The next receipt of this life, over everything that is held; `bundles` were taken in just now. */
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
