/**
 * What the parser process says, in frames: u32 length of the head, the head as JSON, u32 length of the body, the body; integers big-endian.
 * Whoever reads them trusts none of it: lengths are bounded and heads are checked, because what is over there has read hostile bytes.
 */
import { z } from 'zod'
import { AppError } from '../../kernel/app-error.ts'
import { parseUntrustedJson } from '../../kernel/untrusted-json.ts'

const digest = z.string().regex(/^[0-9a-f]{64}$/)

export const frameHead = z.discriminatedUnion('kind', [
  /** The body is the manifest as JSON. */
  z.strictObject({ kind: z.literal('manifest') }),
  /** The body is the envelope as JSON. */
  z.strictObject({ kind: z.literal('statement'), name: z.string().max(200) }),
  /** The body is one encoded segment. */
  z.strictObject({ kind: z.literal('segment') }),
  z.strictObject({ kind: z.literal('blob'), sha256: digest, sizeBytes: z.int().nonnegative() }),
  /** The body is a part of the content that began last. */
  z.strictObject({ kind: z.literal('blob-piece') }),
  /** The content that began last is whole. */
  z.strictObject({ kind: z.literal('blob-end') }),
  /** Everything was read, and the seal is over every byte of it. */
  z.strictObject({ kind: z.literal('end') }),
  z.strictObject({
    kind: z.literal('failed'),
    errorKind: z.enum(['Corrupt', 'Incompatible', 'Invalid', 'Bug']),
    code: z.string().max(100),
    sentence: z.string().max(1000),
  }),
])
export type FrameHead = z.infer<typeof frameHead>
export type Frame = { readonly head: FrameHead; readonly body: Uint8Array }

const headLimits = { maxBytes: 4096, maxDepth: 2, maxFields: 8 }
/** A manifest may be that large; everything else is far smaller. */
const maxBodyBytes = 128 * 1024 * 1024

export function encodeFrame({ head, body }: Frame): Uint8Array {
  const headBytes = new TextEncoder().encode(JSON.stringify(head))
  const bytes = new Uint8Array(8 + headBytes.length + body.length)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, headBytes.length)
  bytes.set(headBytes, 4)
  view.setUint32(4 + headBytes.length, body.length)
  bytes.set(body, 8 + headBytes.length)
  return bytes
}

/** Throws Corrupt `PARSER_GARBLED` for anything that is no frame, and where the stream ends within one. */
export async function* readFrames(source: AsyncIterable<Uint8Array>): AsyncGenerator<Frame, void> {
  const take = taker(source)
  for (;;) {
    const length = await take(4)
    if (length === undefined) return
    const headBytes = await need(take, readLength(length, headLimits.maxBytes))
    const bodyLength = readLength(await need(take, 4), maxBodyBytes)
    yield { head: readHead(headBytes), body: await need(take, bodyLength) }
  }
}

function readHead(bytes: Uint8Array): FrameHead {
  const parsed = parseUntrustedJson(bytes, headLimits)
  const checked = parsed.ok ? frameHead.safeParse(parsed.value) : undefined
  if (checked?.success !== true) throw garbled()
  return checked.data
}

function readLength(bytes: Uint8Array, most: number): number {
  const length = new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0)
  if (length > most) throw garbled()
  return length
}

async function need(take: (length: number) => Promise<Uint8Array | undefined>, length: number): Promise<Uint8Array> {
  if (length === 0) return new Uint8Array()
  const bytes = await take(length)
  if (bytes === undefined) throw garbled()
  return bytes
}

/** Exactly so many bytes; undefined at the end of the stream. */
function taker(source: AsyncIterable<Uint8Array>): (length: number) => Promise<Uint8Array | undefined> {
  const iterator = source[Symbol.asyncIterator]()
  let rest: Uint8Array = new Uint8Array()
  return async (length) => {
    const parts: Uint8Array[] = []
    let held = 0
    while (held < length) {
      if (rest.length === 0) {
        const next = await iterator.next()
        if (next.done === true) {
          if (held > 0) throw garbled()
          return undefined
        }
        rest = next.value
        continue
      }
      const part = rest.subarray(0, length - held)
      parts.push(part)
      held += part.length
      rest = rest.subarray(part.length)
    }
    return parts.length === 1 ? (parts[0] as Uint8Array) : new Uint8Array(Buffer.concat(parts))
  }
}

function garbled(): AppError {
  return new AppError(
    'Corrupt',
    'PARSER_GARBLED',
    'The process that reads the bundle ended in the middle of what it said; nothing was taken in.',
  )
}
