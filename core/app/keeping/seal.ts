/** Encrypts a backup with age (https://age-encryption.org/v1), as a stream, and opens it again. */
import { Decrypter, Encrypter } from 'age-encryption'
import { AppError } from '../../kernel/app-error.ts'

/** To whom a backup is readable. A recipient is an `age1...` key; whoever makes the backup cannot open it then. */
export type Sealing =
  | { readonly kind: 'none' }
  | { readonly kind: 'passphrase'; readonly passphrase: string }
  | { readonly kind: 'recipient'; readonly recipient: string }

/** What there is to open one with. An identity is an `AGE-SECRET-KEY-...`. */
export type Opening =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'passphrase'; readonly passphrase: string }
  | { readonly kind: 'identity'; readonly identity: string }

const ageMagic = new TextEncoder().encode('age-encryption.org/v1\n')

/** Throws Invalid `RECIPIENT_MALFORMED`. */
export async function* sealed(chunks: AsyncIterable<Uint8Array>, sealing: Sealing): AsyncGenerator<Uint8Array, void> {
  if (sealing.kind === 'none') {
    yield* chunks
    return
  }
  const encrypter = encrypterOf(sealing)
  yield* chunksOf(await encrypter.encrypt(streamOf(chunks)))
}

/** Throws Invalid `RECIPIENT_MALFORMED`, so that it is known before anything is begun. */
export function encrypterOf(sealing: Exclude<Sealing, { readonly kind: 'none' }>): Encrypter {
  const encrypter = new Encrypter()
  if (sealing.kind === 'passphrase') {
    encrypter.setPassphrase(sealing.passphrase)
    return encrypter
  }
  try {
    encrypter.addRecipient(sealing.recipient)
    return encrypter
  } catch (cause) {
    throw new AppError('Invalid', 'RECIPIENT_MALFORMED', 'The recipient is not an age key (age1...).', {}, cause)
  }
}

/**
 * Plain bytes, whether or not it was encrypted. Throws Unauthorised `BACKUP_LOCKED` when it is encrypted and what was given does not
 * open it, Corrupt `BACKUP_DAMAGED` when it was altered, Invalid `IDENTITY_MALFORMED`.
 */
export async function* opened(chunks: Iterable<Uint8Array>, opening: Opening): AsyncGenerator<Uint8Array, void> {
  const iterator = chunks[Symbol.iterator]()
  const first = iterator.next()
  const beginning = first.done === true ? new Uint8Array() : first.value
  const all = (function* () {
    yield beginning
    for (;;) {
      const next = iterator.next()
      if (next.done === true) return
      yield next.value
    }
  })()
  if (!ageMagic.every((byte, at) => beginning[at] === byte)) {
    yield* all
    return
  }
  const decrypter = decrypterOf(opening)
  const plain = await decrypter.decrypt(streamOf(all)).catch((cause: unknown) => {
    throw locked('it does not open with what was given', cause)
  })
  try {
    yield* chunksOf(plain)
  } catch (cause) {
    throw new AppError('Corrupt', 'BACKUP_DAMAGED', 'The backup is damaged: it was altered or cut short.', {}, cause)
  }
}

function decrypterOf(opening: Opening): Decrypter {
  const decrypter = new Decrypter()
  switch (opening.kind) {
    case 'nothing':
      throw locked('a passphrase or an identity is needed')
    case 'passphrase':
      decrypter.addPassphrase(opening.passphrase)
      return decrypter
    case 'identity':
      try {
        decrypter.addIdentity(opening.identity)
        return decrypter
      } catch (cause) {
        throw new AppError('Invalid', 'IDENTITY_MALFORMED', 'This is not an age identity (AGE-SECRET-KEY-...).', {}, cause)
      }
  }
}

function locked(why: string, cause?: unknown): AppError {
  return new AppError('Unauthorised', 'BACKUP_LOCKED', `The backup is encrypted: ${why}.`, {}, cause)
}

/** Asked for piece by piece: as fast as it is taken, and no faster. */
function streamOf(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): ReadableStream<Uint8Array> {
  const iterator = Symbol.asyncIterator in chunks ? chunks[Symbol.asyncIterator]() : chunks[Symbol.iterator]()
  return new ReadableStream<Uint8Array>({
    pull: async (controller) => {
      const next = await iterator.next()
      if (next.done === true) controller.close()
      else controller.enqueue(next.value)
    },
    cancel: async () => void (await iterator.return?.()),
  })
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
    await reader.cancel()
  }
}
