/** The bytes of a bundle on a volume, decrypted on this side of the airlock: the parser never sees a key. */
import { readChunks, fileSize } from '../../store/backup-file.ts'
import { AppError } from '../../kernel/app-error.ts'
import { decrypted, isSealed } from '../sync/age.ts'

export type BundleFile = {
  readonly files: readonly string[]
  readonly sizeBytes: number
  /** By how it begins; known once reading has begun. */
  readonly isEncrypted: () => boolean
  readonly chunks: () => AsyncIterable<Uint8Array>
}

/** Throws NotFound `FILE_MISSING`. */
export function openBundleFile(file: string, identity: () => Promise<string>): BundleFile {
  const sizeBytes = fileSize(file)
  if (sizeBytes === 0) throw new AppError('NotFound', 'FILE_MISSING', `There is no bundle ${file}.`, { path: file })
  let isEncrypted = false
  function* noticing(): Generator<Uint8Array, void> {
    let isFirst = true
    for (const chunk of readChunks(file)) {
      if (isFirst) isEncrypted = isSealed(chunk)
      isFirst = false
      yield chunk
    }
  }
  return { files: [file], sizeBytes, isEncrypted: () => isEncrypted, chunks: () => decrypted(noticing(), identity) }
}
