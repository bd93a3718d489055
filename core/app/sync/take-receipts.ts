/** Takes in receipts of other masters: from then on deltas for them begin where they say they are ([SB6], [SB7]). */
import type { Envelope } from '../../fleet/authority/events.ts'
import type { OriginId } from '../../kernel/ids.ts'
import type { Rejection } from '../../kernel/result.ts'
import { isEnvelopeSignedBy, readPayload } from '../../sync/envelope.ts'
import { type Receipt, receiptLimits, receiptPayloadType, receiptSchema } from '../../sync/receipt.ts'
import type { Master } from '../master.ts'
import { knownKey } from './known-key.ts'
import { putReceipt } from './tables.ts'

export type ReceiptTaken =
  | { readonly kind: 'newer' | 'older' | 'own'; readonly masterId: string; readonly n: number }
  | { readonly kind: 'refused'; readonly refusal: Rejection }

/** Codes: STATEMENT_TYPE_WRONG, STATEMENT_MALFORMED, RECEIPT_UNKNOWN, RECEIPT_FORGED. */
export function takeReceipts(master: Master, envelopes: readonly Envelope[]): readonly ReceiptTaken[] {
  if (envelopes.length === 0) return []
  return master.port.commit(({ writer }) =>
    envelopes.map((envelope): ReceiptTaken => {
      const read = readPayload(envelope, receiptPayloadType, receiptSchema, receiptLimits)
      if (!read.ok) return { kind: 'refused', refusal: read.refusal }
      const receipt: Receipt = read.value
      const { masterId, n } = receipt
      if (masterId === (master.identity.masterId as string)) return { kind: 'own', masterId, n }
      const key = knownKey(master.model, writer, masterId as OriginId, envelope.signatures[0]?.keyid ?? '')
      if (key === undefined) return refusal('RECEIPT_UNKNOWN', 'This receipt is of a master that nobody here vouches for.', masterId)
      if (!isEnvelopeSignedBy(master.config.ports.crypto, envelope, key))
        return refusal('RECEIPT_FORGED', 'This receipt is not signed by the master that it is said to be of.', masterId)
      return { kind: putReceipt(writer, receipt, envelope, master.config.ports.clock.now()) ? 'newer' : 'older', masterId, n }
    }),
  )
}

function refusal(code: string, sentence: string, masterId: string): ReceiptTaken {
  return { kind: 'refused', refusal: { code, sentence, facts: { masterId } } }
}
