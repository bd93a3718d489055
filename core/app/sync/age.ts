/** Encrypts a bundle for named stations with age (https://age-encryption.org/v1), as a stream, and opens it again. */
import { Decrypter, Encrypter, identityToRecipient } from 'age-encryption'
import { AppError } from '../../kernel/app-error.ts'

const ageMagic = new TextEncoder().encode('age-encryption.org/v1\n')

export async function recipientOf(identity: string): Promise<string> {
  return identityToRecipient(identity)
}

export async function* encryptedTo(chunks: AsyncIterable<Uint8Array>, recipients: readonly string[]): AsyncGenerator<Uint8Array, void> {
  const encrypter = new Encrypter()
  for (const recipient of recipients) encrypter.addRecipient(recipient)
  yield* chunksOf(await encrypter.encrypt(streamOf(chunks)))
}

/**
 * Plain bytes, whether or not it was encrypted. Throws Unauthorised `BUNDLE_LOCKED` where it is encrypted for others, Corrupt
 * `BUNDLE_DAMAGED` where it was altered or cut short.
 */
export async function* decrypted(
  chunks: Iterable<Uint8Array>,
  identity: (() => Promise<string>) | undefined,
): AsyncGenerator<Uint8Array, void> {
  const iterator = chunks[Symbol.iterator]()
  const first = iterator.next()
  const beginning = first.done === true ? new Uint8Array() : first.value
  const all = (function* () {
    try {
      yield beginning
      for (let next = iterator.next(); next.done !== true; next = iterator.next()) yield next.value
    } finally {
      iterator.return?.()
    }
  })()
  if (!isSealed(beginning)) {
    yield* all
    return
  }
  if (identity === undefined) throw locked()
  const decrypter = new Decrypter()
  decrypter.addIdentity(await identity())
  const plain = await decrypter.decrypt(streamOf(all)).catch((cause: unknown) => {
    const isForOthers = cause instanceof Error && /identit|recipient/i.test(cause.message)
    throw isForOthers ? locked(cause) : altered(cause)
  })
  try {
    yield* chunksOf(plain)
  } catch (cause) {
    throw altered(cause)
  }
}

/** By how it begins. */
export function isSealed(beginning: Uint8Array): boolean {
  return ageMagic.every((byte, at) => beginning[at] === byte)
}

function locked(cause?: unknown): AppError {
  return new AppError('Unauthorised', 'BUNDLE_LOCKED', 'The bundle is encrypted for another station; nobody else can open it.', {}, cause)
}

function altered(cause: unknown): AppError {
  return new AppError('Corrupt', 'BUNDLE_DAMAGED', 'The bundle is damaged: it was altered or cut short.', {}, cause)
}

/** Asked for piece by piece: as fast as it is taken, and no faster. */
function streamOf(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): ReadableStream<Uint8Array> {
  const iterator = Symbol.asyncIterator in chunks ? chunks[Symbol.asyncIterator]() : chunks[Symbol.iterator]()
  return new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        const next = await iterator.next()
        if (next.done === true) controller.close()
        else controller.enqueue(next.value)
      },
      cancel: async () => void (await iterator.return?.()),
    },
    { highWaterMark: 0 },
  )
}

async function* chunksOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  const reader = stream.getReader()
  try {
    for (;;) {
      const next = await reader.read()
      if (next.done) return
      yield next.value
    }
  } finally {
    await reader.cancel().catch(() => undefined)
  }
}
