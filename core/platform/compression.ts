/** zstd (RFC 8878) from Node's own zlib. */
import { Readable } from 'node:stream'
import { constants, createZstdCompress, createZstdDecompress, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { AppError } from '../kernel/app-error.ts'
import type { Compression } from '../kernel/ports.ts'

const level3 = { params: { [constants.ZSTD_c_compressionLevel]: 3 } }

export function createCompression(): Compression {
  return {
    zstd: (bytes) => new Uint8Array(zstdCompressSync(bytes, level3)),
    unzstd: (bytes, maxBytes) => {
      try {
        return new Uint8Array(zstdDecompressSync(bytes, { maxOutputLength: maxBytes }))
      } catch (cause) {
        throw refusedAt(maxBytes, cause)
      }
    },
    zstdStream: (pieces) => Readable.from(pieces).compose(createZstdCompress(level3)) as AsyncIterable<Uint8Array>,
    unzstdStream: async function* (pieces, maxBytes) {
      let reached = 0
      try {
        for await (const piece of Readable.from(pieces).compose(createZstdDecompress()) as AsyncIterable<Uint8Array>) {
          reached += piece.length
          if (reached > maxBytes) break
          yield piece
        }
      } catch (cause) {
        throw cause instanceof AppError ? cause : refusedAt(maxBytes, cause)
      }
      if (reached > maxBytes) throw refusedAt(maxBytes)
    },
  }
}

function refusedAt(maxBytes: number, cause?: unknown): AppError {
  const sentence = `The bytes are not zstd, or would grow past ${maxBytes} bytes.`
  return new AppError('Invalid', 'DECOMPRESSION_REFUSED', sentence, { maxBytes }, cause)
}
