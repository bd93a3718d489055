/** As much of the ustar format (POSIX.1-1988) as a backup is made of: plain files with short names, in a row. */
import { AppError } from '../../kernel/app-error.ts'
import { equalBytes } from '../../kernel/hex.ts'

export type Member = { readonly name: string; readonly bytes: Uint8Array }

const blockBytes = 512

/** A member is held whole while it is read or written; what is larger lies in several. */
export const maxMemberBytes = 8 * 1024 * 1024

/** Two empty blocks. */
export const tarEnd = new Uint8Array(2 * blockBytes)

/** Header, content and padding. `modifiedAt` is in milliseconds. */
export function tarMember({ name, bytes }: Member, modifiedAt: number): Uint8Array {
  const packed = new Uint8Array(blockBytes + Math.ceil(bytes.length / blockBytes) * blockBytes)
  packed.set(headerOf({ name, sizeBytes: bytes.length, modifiedSeconds: Math.floor(modifiedAt / 1000) }))
  packed.set(bytes, blockBytes)
  return packed
}

type Header = { readonly name: string; readonly sizeBytes: number; readonly modifiedSeconds: number }

function headerOf({ name, sizeBytes, modifiedSeconds }: Header): Uint8Array {
  const header = new Uint8Array(blockBytes)
  const put = (text: string, at: number): void => header.set(new TextEncoder().encode(text), at)
  const octal = (value: number, digits: number): string => value.toString(8).padStart(digits, '0')
  put(name, 0)
  put(`${octal(0o600, 7)}\0${octal(0, 7)}\0${octal(0, 7)}\0`, 100)
  put(`${octal(sizeBytes, 11)}\0${octal(modifiedSeconds, 11)}\0`, 124)
  put('        0', 148)
  put('ustar\x0000', 257)
  const sum = header.reduce((total, byte) => total + byte, 0)
  put(`${octal(sum, 6)}\0 `, 148)
  return header
}

/** Throws Corrupt `BACKUP_DAMAGED` on whatever `tarMember` would not have written. */
export async function* readTar(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): AsyncGenerator<Member, void> {
  const source = blocksOf(chunks)
  for (;;) {
    const header = await source.take(blockBytes)
    if (header === undefined) throw damaged('it ends in the middle')
    if (isEmpty(header)) {
      const rest = await source.take(tarEnd.length - blockBytes)
      if (rest === undefined) throw damaged('it ends in the middle')
      if (!isEmpty(rest) || (await source.take(1)) !== undefined) throw damaged('something follows its end')
      return
    }
    const { name, sizeBytes } = readHeader(header)
    const padded = Math.ceil(sizeBytes / blockBytes) * blockBytes
    const content = padded === 0 ? new Uint8Array() : await source.take(padded)
    if (content === undefined) throw damaged('it ends in the middle')
    if (!isEmpty(content.subarray(sizeBytes))) throw damaged('a part of it is not what was written')
    yield { name, bytes: content.subarray(0, sizeBytes) }
  }
}

function isEmpty(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0)
}

/** What is not byte for byte what would be written for the same member was altered. */
function readHeader(header: Uint8Array): Header {
  const text = (from: number, length: number): string =>
    new TextDecoder('latin1').decode(header.subarray(from, from + length)).split('\0')[0] ?? ''
  const octal = (from: number): number => (/^[0-7]{11}$/.test(text(from, 12)) ? Number.parseInt(text(from, 11), 8) : Number.NaN)
  const read: Header = { name: text(0, 100), sizeBytes: octal(124), modifiedSeconds: octal(136) }
  const isReadable = /^[ -~]{1,100}$/.test(read.name) && read.sizeBytes <= maxMemberBytes && read.modifiedSeconds >= 0
  if (!isReadable || !equalBytes(headerOf(read), header)) throw damaged('a part of it is not what was written')
  return read
}

export function damaged(how: string, cause?: unknown): AppError {
  return new AppError('Corrupt', 'BACKUP_DAMAGED', `The backup is damaged: ${how}.`, {}, cause)
}

function blocksOf(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>) {
  const iterator = Symbol.asyncIterator in chunks ? chunks[Symbol.asyncIterator]() : chunks[Symbol.iterator]()
  let rest: Uint8Array = new Uint8Array()
  return {
    /** Exactly so many bytes, or undefined at the end. */
    take: async (length: number): Promise<Uint8Array | undefined> => {
      const parts: Uint8Array[] = []
      let held = 0
      while (held < length) {
        if (rest.length === 0) {
          const next = await iterator.next()
          if (next.done === true) return undefined
          rest = next.value
        }
        const part = rest.subarray(0, length - held)
        parts.push(part)
        held += part.length
        rest = rest.subarray(part.length)
      }
      const [only] = parts
      return parts.length === 1 && only !== undefined ? only : joined(parts, length)
    },
  }
}

function joined(parts: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
