/** zstd (RFC 8878) from Node's own zlib. */
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { AppError } from '../kernel/app-error.ts'
import type { Compression } from '../kernel/ports.ts'

export function createCompression(): Compression {
  return {
    zstd: (bytes) => new Uint8Array(zstdCompressSync(bytes, { params: { [constants.ZSTD_c_compressionLevel]: 3 } })),
    unzstd: (bytes, maxBytes) => {
      try {
        return new Uint8Array(zstdDecompressSync(bytes, { maxOutputLength: maxBytes }))
      } catch (cause) {
        throw new AppError(
          'Invalid',
          'DECOMPRESSION_REFUSED',
          `The bytes are not zstd, or would grow past ${maxBytes} bytes.`,
          { maxBytes, sizeBytes: bytes.length },
          cause,
        )
      }
    },
  }
}
