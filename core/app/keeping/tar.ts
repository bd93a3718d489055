/** As much of the ustar format (POSIX.1-1988) as a backup is made of: plain files with short names, in a row. */
import { AppError } from '../../kernel/app-error.ts'

export type Member = { readonly name: string; readonly bytes: Uint8Array }

const blockBytes = 512

/** A member is held whole while it is read or written; what is larger lies in several. */
export const maxMemberBytes = 8 * 1024 * 1024

/** Two empty blocks. */
export const tarEnd = new Uint8Array(2 * blockBytes)

/** Header, content and padding. `modifiedAt` is in milliseconds. */
export function tarMember({ name, bytes }: Member, modifiedAt: number): Uint8Array {
  const packed = new Uint8Array(blockBytes + Math.ceil(bytes.length / blockBytes) * blockBytes)
  const put = (text: string, at: number): void => packed.set(new TextEncoder().encode(text), at)
  const octal = (value: number, digits: number): string => value.toString(8).padStart(digits, '0')
  put(name, 0)
  put(`${octal(0o600, 7)}\0${octal(0, 7)}\0${octal(0, 7)}\0`, 100)
  put(`${octal(bytes.length, 11)}\0${octal(Math.floor(modifiedAt / 1000), 11)}\0`, 124)
  put('        0', 148)
  put('ustar\x0000', 257)
  const sum = packed.subarray(0, blockBytes).reduce((total, byte) => total + byte, 0)
  put(`${octal(sum, 6)}\0 `, 148)
  packed.set(bytes, blockBytes)
  return packed
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

function readHeader(header: Uint8Array): { readonly name: string; readonly sizeBytes: number } {
  const text = (from: number, length: number): string =>
    new TextDecoder('latin1').decode(header.subarray(from, from + length)).split('\0')[0] ?? ''
  const sum = header.reduce((total, byte, at) => total + (at >= 148 && at < 156 ? 0x20 : byte), 0)
  const sizeBytes = Number.parseInt(text(124, 12), 8)
  const isSound =
    text(257, 6) === 'ustar' &&
    Number.parseInt(text(148, 8), 8) === sum &&
    header[156] === 0x30 &&
    Number.isSafeInteger(sizeBytes) &&
    sizeBytes <= maxMemberBytes
  if (!isSound) throw damaged('a part of it is not what was written')
  return { name: text(0, 100), sizeBytes }
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
