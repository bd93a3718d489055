/**
 * The card of a master: who it is, with which key it signs its logs and for which key it is written to. A person compares its words by
 * voice and accepts it; nothing that calls itself a card is trusted by itself ([SB8]).
 */
import { z } from 'zod'
import { masterLevels } from '../fleet/node/node-record.ts'
import { fromBase64 } from '../kernel/hex.ts'
import type { Crypto } from '../kernel/ports.ts'
import { refused, type Result } from '../kernel/result.ts'
import type { JsonLimits } from '../kernel/untrusted-json.ts'
import type { Envelope } from '../fleet/authority/events.ts'
import { keyIdOf } from '../log/dsse.ts'
import { isEnvelopeSignedBy, readPayload } from './envelope.ts'

export const cardPayloadType = 'application/vnd.ibcf.master-card+json'

export const cardLimits: JsonLimits = { maxBytes: 16 * 1024, maxDepth: 3, maxFields: 32 }

const id = z.string().regex(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/)

export const cardSchema = z.object({
  v: z.literal(1),
  kind: z.literal('master-card'),
  masterId: id,
  name: z.string().max(4000),
  level: z.enum(masterLevels),
  rootDomainId: id,
  incarnation: id,
  keyId: z.string().max(100),
  /** Base64 of the raw Ed25519 key. */
  publicKey: z.string().max(100),
  /** For whom bundles to it are encrypted: an age recipient. */
  recipient: z
    .string()
    .regex(/^age1[0-9a-z]{20,200}$/)
    .nullable(),
  at: z.iso.datetime(),
})
export type MasterCard = z.infer<typeof cardSchema>

/** Signed by the key that is in it, which proves that whoever made it holds the key; nothing more. Codes: CARD_WRONG and those of the envelope. */
export function openCard(crypto: Crypto, envelope: Envelope): Result<MasterCard> {
  const read = readPayload(envelope, cardPayloadType, cardSchema, cardLimits)
  if (!read.ok) return read
  const { publicKey, keyId } = read.value
  const key = fromBase64(publicKey)
  if (key.length !== 32 || keyIdOf(crypto, key) !== keyId || !isEnvelopeSignedBy(crypto, envelope, key))
    return refused('CARD_WRONG', 'This card is not signed by the key in it.', { masterId: read.value.masterId, keyId })
  return read
}
