/** What is known of a bundle once it was read, before its effect is worked out ([CU8]). */
import type { InspectionView } from '../../contract/courier.ts'
import type { Envelope } from '../../fleet/authority/events.ts'
import { fromBase64 } from '../../kernel/hex.ts'
import type { OriginId } from '../../kernel/ids.ts'
import { keyWordsOf } from '../../log/fingerprint.ts'
import type { ServedMaster } from '../served-master.ts'
import { vouchedKey } from '../sync/known-key.ts'
import { readReceipt } from '../sync/tables.ts'
import type { Spooled, SpooledStatement } from './spool.ts'

export function inspectionOf(
  master: ServedMaster,
  { manifest, statements, segments }: Spooled,
  opened: { readonly sizeBytes: number; readonly isEncrypted: () => boolean },
): InspectionView {
  const { model, facts, ports } = master
  const { from, to } = manifest
  const known = readReceipt(model.reader, from.masterId)?.receipt
  const before = model.bundle(manifest.bundleId)?.imports.findLast(({ by }) => by === (facts.masterId as string))
  const own = statements.find(({ name }) => name === `receipts/${from.masterId}.dsse.json`)
  return {
    bundleId: manifest.bundleId,
    from: {
      masterId: from.masterId,
      name: from.name,
      isKnown: vouchedKey(model, model.reader, from.masterId as OriginId, from.keyId) !== undefined,
      keyWords: [...keyWordsOf(ports.crypto, fromBase64(from.publicKey))],
      hasCard: cardIn(statements, from.masterId) !== undefined,
    },
    forName: to.length === 0 ? null : to.map(({ name }) => name).join(', '),
    isForUs: to.length === 0 || to.some(({ masterId }) => masterId === (facts.masterId as string)),
    packedAt: manifest.createdAt,
    isEncrypted: opened.isEncrypted(),
    sizeBytes: opened.sizeBytes,
    pieces: {
      segments,
      blobs: manifest.blobs.length,
      receipts: statements.filter(({ name }) => name.startsWith('receipts/')).length,
      grants: statements.filter(({ name }) => name.startsWith('grants/')).length,
    },
    importedBefore: before?.at ?? null,
    isOlderThanKnown:
      known !== undefined &&
      (known.incarnation > from.incarnation || (known.incarnation === from.incarnation && known.n > numberIn(own?.envelope.payload))),
  }
}

/** Whether it is one, and whose, is found out when it is accepted. */
export function cardIn(statements: readonly SpooledStatement[], masterId: string): Envelope | undefined {
  return statements.find(({ name }) => name === `grants/card-${masterId}.dsse.json`)?.envelope
}

/** Not checked: it only says whether something newer is held. */
function numberIn(payload: string | undefined): number {
  if (payload === undefined) return 0
  try {
    const { n } = JSON.parse(Buffer.from(payload, 'base64').toString('utf8')) as { readonly n?: unknown }
    return typeof n === 'number' ? n : 0
  } catch {
    return 0
  }
}
