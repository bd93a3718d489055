/** The bytes of a bundle on a volume, decrypted on this side of the airlock: the parser never sees a key. */
import type { Crypto, Files } from '../../kernel/ports.ts'
import { decrypted, isSealed } from '../sync/age.ts'
import { findBundleFile } from '../sync/bundle-files.ts'

export type BundleFile = {
  readonly files: readonly string[]
  readonly sizeBytes: number
  /** By how it begins; known once reading has begun. */
  readonly isEncrypted: () => boolean
  readonly chunks: () => AsyncIterable<Uint8Array>
}

/** One file, or the parts of one. Throws what `findBundleFile` throws: NotFound `FILE_MISSING`, `PART_MISSING`, Corrupt `PART_DAMAGED`. */
export function openBundleFile(
  file: string,
  ports: { readonly crypto: Crypto; readonly files: Files },
  identity: () => Promise<string>,
): BundleFile {
  const found = findBundleFile(file, ports)
  let isEncrypted = false
  function* noticing(): Generator<Uint8Array, void> {
    let isFirst = true
    for (const chunk of found.read()) {
      if (isFirst) isEncrypted = isSealed(chunk)
      isFirst = false
      yield chunk
    }
  }
  return { files: [file], sizeBytes: found.sizeBytes, isEncrypted: () => isEncrypted, chunks: () => decrypted(noticing(), identity) }
}
