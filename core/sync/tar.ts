/**
 * As much of the ustar format (POSIX.1-1988) as a bundle is made of: plain files in a row, streamed in both directions. What is not byte
 * for byte what `tarHeader` writes is refused, so that two readers never see two things in one archive.
 */
import { AppError } from '../kernel/app-error.ts'
import { equalBytes } from '../kernel/hex.ts'

export const blockBytes = 512

/** Two empty blocks. */
export const tarEnd = new Uint8Array(2 * blockBytes)

export type MemberHead = { readonly name: string; readonly sizeBytes: number; readonly modifiedSeconds: number }

/** Names of up to 100 letters behind the last slash that fits and 155 before it; only printable ASCII. */
export function tarHeader({ name, sizeBytes, modifiedSeconds }: MemberHead): Uint8Array {
  const header = new Uint8Array(blockBytes)
  const put = (text: string, at: number): void => header.set(new TextEncoder().encode(text), at)
  const octal = (value: number, digits: number): string => value.toString(8).padStart(digits, '0')
  const [prefix, rest] = partedName(name)
  put(rest, 0)
  put(`${octal(0o644, 7)}\0${octal(0, 7)}\0${octal(0, 7)}\0`, 100)
  put(`${octal(sizeBytes, 11)}\0${octal(modifiedSeconds, 11)}\0`, 124)
  put('        0', 148)
  put('ustar\x0000', 257)
  put(prefix, 345)
  const sum = header.reduce((total, byte) => total + byte, 0)
  put(`${octal(sum, 6)}\0 `, 148)
  return header
}

export function paddingOf(sizeBytes: number): number {
  return (blockBytes - (sizeBytes % blockBytes)) % blockBytes
}

/** What a member of so many bytes takes up in the archive. */
export function memberBytes(sizeBytes: number): number {
  return blockBytes + sizeBytes + paddingOf(sizeBytes)
}

function partedName(name: string): readonly [prefix: string, rest: string] {
  if (name.length <= 100) return ['', name]
  const slash = name.lastIndexOf('/', 155)
  return [name.slice(0, slash), name.slice(slash + 1)]
}

export type TarMember = MemberHead & {
  /** Bytes of the archive before its header. */
  readonly at: number
  /** To be taken whole, or in chunks to the end, before the next member is asked for. */
  readonly whole: (maxBytes: number) => Promise<Uint8Array>
  readonly chunks: () => AsyncGenerator<Uint8Array, void>
}

/**
 * Throws Corrupt `BUNDLE_DAMAGED` for what was cut short or altered, `BUNDLE_MEMBER_STRANGE` for members that are no plain files or whose
 * names are none that a bundle has. `seen` is called with every byte before the end, in order.
 */
export async function* readTar(
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  seen: (bytes: Uint8Array) => void,
): AsyncGenerator<TarMember, void> {
  const blocks = takerOf(source)
  let at = 0
  const take = async (length: number): Promise<Uint8Array> => {
    const bytes = await blocks.take(length)
    if (bytes === undefined) throw damaged('it ends in the middle')
    at += length
    return bytes
  }
  for (;;) {
    const start = at
    const header = await take(blockBytes)
    if (isEmpty(header)) {
      if (!isEmpty(await take(blockBytes)) || (await blocks.take(1)) !== undefined) throw damaged('something follows its end')
      return
    }
    const head = readHeader(header)
    let left = head.sizeBytes
    let isHeaderSeen = false
    const see = (bytes: Uint8Array): void => {
      if (!isHeaderSeen) seen(header)
      isHeaderSeen = true
      seen(bytes)
    }
    const finish = async (): Promise<void> => {
      const padding = await take(paddingOf(head.sizeBytes))
      if (!isEmpty(padding)) throw damaged('a part of it is not what was written')
      see(padding)
    }
    const chunks = async function* (): AsyncGenerator<Uint8Array, void> {
      while (left > 0) {
        const chunk = await take(Math.min(left, 256 * 1024))
        left -= chunk.length
        see(chunk)
        yield chunk
      }
    }
    yield {
      ...head,
      at: start,
      whole: async (maxBytes) => {
        if (head.sizeBytes > maxBytes) throw strange('a member of it is larger than any that is written', head.name)
        const bytes = await take(head.sizeBytes)
        left = 0
        see(bytes)
        return bytes
      },
      chunks,
    }
    if (left > 0) for await (const _ of chunks()) continue
    await finish()
  }
}

/** Every field as it would be written for the same name and size; anything else (a link, a device, a directory) is no plain file. */
function readHeader(header: Uint8Array): MemberHead {
  const text = (from: number, length: number): string =>
    new TextDecoder('latin1').decode(header.subarray(from, from + length)).split('\0')[0] ?? ''
  const octal = (from: number): number => (/^[0-7]{11}$/.test(text(from, 12)) ? Number.parseInt(text(from, 11), 8) : Number.NaN)
  const prefix = text(345, 155)
  const name = prefix === '' ? text(0, 100) : `${prefix}/${text(0, 100)}`
  const read = { name, sizeBytes: octal(124), modifiedSeconds: octal(136) }
  const isReadable = /^[!-~]{1,255}$/.test(name) && read.sizeBytes >= 0 && read.modifiedSeconds >= 0
  if (isReadable && equalBytes(tarHeader(read), header)) return read
  const isTarOfOthers = text(257, 5) === 'ustar' && header[156] !== undefined && header[156] !== 0x30
  if (isTarOfOthers) throw strange('a member of it is no plain file', name)
  throw damaged('a part of it is not what was written')
}

function isEmpty(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0)
}

export function damaged(how: string, cause?: unknown): AppError {
  return new AppError('Corrupt', 'BUNDLE_DAMAGED', `The bundle is damaged: ${how}.`, {}, cause)
}

export function strange(how: string, name: string): AppError {
  return new AppError('Corrupt', 'BUNDLE_MEMBER_STRANGE', `The bundle is not one of ours: ${how}.`, { name: name.slice(0, 100) })
}

function takerOf(source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>) {
  const iterator = Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]()
  let rest: Uint8Array = new Uint8Array()
  return {
    /** Exactly so many bytes, or undefined where the source ends before. */
    take: async (length: number): Promise<Uint8Array | undefined> => {
      if (length <= rest.length) {
        const part = rest.subarray(0, length)
        rest = rest.subarray(length)
        return part
      }
      const parts: Uint8Array[] = []
      let held = 0
      while (held < length) {
        if (rest.length === 0) {
          const next = await iterator.next()
          if (next.done === true) return undefined
          rest = next.value
          continue
        }
        const part = rest.subarray(0, length - held)
        parts.push(part)
        held += part.length
        rest = rest.subarray(part.length)
      }
      return Buffer.concat(parts)
    },
  }
}
