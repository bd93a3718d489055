/** Which event speaks of which blob, and which of the required ones are still missing. */
import { fromHex, toHex } from '../kernel/hex.ts'
import type { Reader, Writer } from '../kernel/reader.ts'

/** Harmless when it is noted already. */
export function referToBlob(
  writer: Writer,
  reference: { readonly position: number; readonly digest: string; readonly isRequired: boolean },
): void {
  writer.run(
    'INSERT INTO blob_references (sha256, position, is_required) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
    fromHex(reference.digest),
    reference.position,
    reference.isRequired ? 1 : 0,
  )
}

/** Digests in hex of blobs that an event requires and that are not held, sorted, after `after`. */
export function missingBlobs(reader: Reader, limit: number, after: string = ''): readonly string[] {
  return reader
    .all<{ sha256: Uint8Array }>(
      `SELECT DISTINCT sha256 FROM blob_references WHERE is_required = 1 AND sha256 > ?
        AND NOT EXISTS (SELECT 1 FROM blobs WHERE blobs.sha256 = blob_references.sha256) ORDER BY sha256 LIMIT ?`,
      fromHex(after),
      limit,
    )
    .map((row) => toHex(row.sha256))
}
