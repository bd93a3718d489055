/** What the parser process does: a bundle in, frames out. It holds no key, knows no store, and checks what can be checked without either. */
import { AppError, isAppError } from '../../kernel/app-error.ts'
import type { Compression, Crypto } from '../../kernel/ports.ts'
import { readBundle } from '../../sync/read-bundle.ts'
import { type Frame, encodeFrame } from './frames.ts'

const nothing = new Uint8Array()

/** Ends with `end`, or with `failed` and why; it never throws for what is in the bundle. */
export async function* parseBundle(
  source: AsyncIterable<Uint8Array>,
  ports: { readonly crypto: Crypto; readonly compression: Compression },
): AsyncGenerator<Uint8Array, void> {
  try {
    for await (const item of readBundle(source, ports)) {
      switch (item.kind) {
        case 'manifest':
          yield frame({ kind: 'manifest' }, jsonBytes(item.manifest))
          break
        case 'statement':
          yield frame({ kind: 'statement', name: item.name }, jsonBytes(item.envelope))
          break
        case 'segment':
          yield frame({ kind: 'segment' }, item.bytes)
          break
        case 'blob':
          yield frame({ kind: 'blob', sha256: item.sha256, sizeBytes: item.sizeBytes })
          for await (const piece of item.pieces) yield frame({ kind: 'blob-piece' }, piece)
          yield frame({ kind: 'blob-end' })
          break
        case 'seal':
          break
      }
    }
    yield frame({ kind: 'end' })
  } catch (error) {
    yield frame(failureOf(error))
  }
}

function frame(head: Frame['head'], body: Uint8Array = nothing): Uint8Array {
  return encodeFrame({ head, body })
}

function failureOf(error: unknown): Frame['head'] {
  if (isAppError(error) && (error.kind === 'Corrupt' || error.kind === 'Incompatible' || error.kind === 'Invalid'))
    return { kind: 'failed', errorKind: error.kind, code: error.code.slice(0, 100), sentence: error.message.slice(0, 1000) }
  return { kind: 'failed', errorKind: 'Bug', code: 'PARSER_FAILED', sentence: 'The bundle could not be read.' }
}

/** As the other side throws it again. */
export function errorOfFailure({ errorKind, code, sentence }: Extract<Frame['head'], { readonly kind: 'failed' }>): AppError {
  return new AppError(errorKind, code, sentence)
}

function jsonBytes(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value))
}
