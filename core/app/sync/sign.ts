/** What this master says under its own key to other places: its card, its receipts, the seal of a bundle. */
import { bech32 } from '@scure/base'
import type { Envelope } from '../../fleet/authority/events.ts'
import { AppError } from '../../kernel/app-error.ts'
import { toBase64 } from '../../kernel/hex.ts'
import { missingBlobs } from '../../store/blob-references.ts'
import { manifestPayloadType } from '../../sync/bundle-format.ts'
import { cardPayloadType, type MasterCard } from '../../sync/card.ts'
import { pointsOf, type Receipt, receiptPayloadType } from '../../sync/receipt.ts'
import type { Master } from '../master.ts'
import { signedFrontier } from './give-out.ts'
import { nextReceiptNumber, noteBundle, takenBundles } from './tables.ts'

const wantsAtMost = 100_000

export function signCard(master: Master, recipient: string | null): Envelope {
  const { port, config, identity } = master
  const card: MasterCard = {
    v: 1,
    kind: 'master-card',
    masterId: identity.masterId,
    name: port.name(),
    level: config.level,
    rootDomainId: identity.rootDomainId,
    incarnation: identity.incarnation,
    keyId: port.keyId,
    publicKey: toBase64(port.publicKey),
    recipient,
    at: new Date(config.ports.clock.now()).toISOString(),
  }
  return envelopeOf(master, cardPayloadType, card)
}

/** Of what is signed, over everything held; `bundles` were taken in just now. The number is used up whether or not the receipt ever arrives. */
export function signReceipt(master: Master, bundles: Readonly<Receipt['bundles']>): Envelope {
  const { recorder, port, config, identity, store } = master
  recorder.sign()
  const n = port.commit(({ writer }) => {
    for (const bundle of bundles) noteBundle(writer, bundle)
    return nextReceiptNumber(writer, identity.incarnation)
  })
  const receipt: Receipt = {
    v: 1,
    kind: 'receipt',
    masterId: identity.masterId,
    incarnation: identity.incarnation,
    n,
    at: new Date(config.ports.clock.now()).toISOString(),
    scope: 'everything',
    frontier: pointsOf(signedFrontier(store.reader).frontier),
    wants: [...missingBlobs(store.reader, wantsAtMost)],
    bundles: takenBundles(store.reader, 100).map(({ bundleId, at }) => ({ bundleId, at })),
  }
  return envelopeOf(master, receiptPayloadType, receipt)
}

export function signManifest(master: Master, payload: unknown): Envelope {
  return envelopeOf(master, manifestPayloadType, payload)
}

function envelopeOf({ port }: Master, payloadType: string, statement: unknown): Envelope {
  const { document, keyid, signature } = port.signStatement(payloadType, statement)
  return { payloadType, payload: document, signatures: [{ keyid, sig: signature }] }
}

const ageLabel = new TextEncoder().encode('ibcf.age.v1\n')

/**
 * An X25519 identity (`AGE-SECRET-KEY-1...`) made of the master's own key, so that whoever has its keys back from a backup can open what
 * was sent to it. SHA-256 with a label of its own keeps the two uses apart.
 */
export function ageIdentityOf({ keys, identity, config }: Master): string {
  const key = keys.of(identity.masterId)
  if (key === undefined)
    throw new AppError('Corrupt', 'KEYS_MISSING', 'The key of this master is not there; restore keys.json from a backup.')
  return bech32.encodeFromBytes('AGE-SECRET-KEY-', config.ports.crypto.sha256(ageLabel, key.privateKey)).toUpperCase()
}
