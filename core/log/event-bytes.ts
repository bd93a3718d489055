/** From an event's exact bytes to its envelope. An authentic event that cannot be read is kept and without effect, never lost ([LG7]). */
import { isAscii } from 'node:buffer'
import { eventEnvelopeSchema, eventLimits, type EventEnvelope } from '../kernel/event.ts'
import { parseUntrustedJson } from '../kernel/untrusted-json.ts'
import { isPlainEnvelope, isPlainJson, type Census } from './plain-event.ts'

export type EventReading =
  | { readonly kind: 'event'; readonly envelope: EventEnvelope }
  | { readonly kind: 'unreadable'; readonly code: string; readonly sentence: string }

/** Codes of `unreadable`: those of `parseUntrustedJson`, and EVENT_MALFORMED when the JSON is not an event. */
export function readEvent(bytes: Uint8Array): EventReading {
  const plain = readPlainEvent(bytes)
  return plain === undefined ? readAnyEvent(bytes) : { kind: 'event', envelope: plain }
}

/** `readEvent` by the schema alone. */
export function readAnyEvent(bytes: Uint8Array): EventReading {
  const parsed = parseUntrustedJson(bytes, eventLimits)
  if (!parsed.ok) return { kind: 'unreadable', code: parsed.refusal.code, sentence: parsed.refusal.sentence }
  const checked = eventEnvelopeSchema.safeParse(parsed.value)
  if (!checked.success) {
    const issue = checked.error.issues[0]
    const where = issue === undefined ? '' : ` (${issue.path.join('.') || 'the whole'}: ${issue.message})`
    return { kind: 'unreadable', code: 'EVENT_MALFORMED', sentence: `The JSON is not an event${where}.` }
  }
  // What was parsed, not the schema's copy of it: attributes that we do not know stay visible, as in `openStoredEvent`.
  return { kind: 'event', envelope: parsed.value as EventEnvelope }
}

/** The envelope of bytes that `readEvent` has read before they were stored; it does not check them again. */
export function openStoredEvent(bytes: Uint8Array): EventEnvelope {
  return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')) as EventEnvelope
}

/** The JSON of an event of one's own, when that is certain to be read as the very same event; undefined leaves it to `readEvent`. */
export function writePlainEvent(event: EventEnvelope): string | undefined {
  const census: Census = { members: 0, texts: 0 }
  if (!isPlainEnvelope(event) || !isPlainJson(event, census) || census.members > eventLimits.maxFields) return undefined
  const text = JSON.stringify(event)
  // This is how NUL and half characters are written.
  if (text.includes('\\u')) return undefined
  return text.length * 3 <= eventLimits.maxBytes || Buffer.byteLength(text) <= eventLimits.maxBytes ? text : undefined
}

/**
 * The envelope of ASCII without escapes, which is what nodes write. No two keys of an object are the same: each text in the JSON has
 * two quotes, and a key that was overwritten would be missing among the texts of the result. What JSON.parse refuses, and what is
 * not plain, is for `readAnyEvent` to say.
 */
function readPlainEvent(bytes: Uint8Array): EventEnvelope | undefined {
  if (bytes.length > eventLimits.maxBytes || !isAscii(bytes)) return undefined
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
  if (text.includes('\\')) return undefined
  const value = parse(text)
  const census: Census = { members: 0, texts: 0 }
  if (!isPlainEnvelope(value) || !isPlainJson(value, census) || census.members > eventLimits.maxFields) return undefined
  return countQuotes(bytes) === 2 * census.texts ? value : undefined
}

const quote = 0x22

/**
 * Of ASCII, four bytes at a time: a byte that is not a quote, quote taken out of it, reaches 0x80 when 0x7f is added, and none carries
 * into its neighbour. A third of the time that byte by byte takes, and this is a fifth of reading an event.
 */
function countQuotes(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const whole = bytes.length - (bytes.length % 4)
  let quotes = whole
  for (let at = 0; at < whole; at += 4) {
    const reached = (view.getUint32(at) ^ 0x22222222) + 0x7f7f7f7f
    quotes -= Math.imul((reached >>> 7) & 0x01010101, 0x01010101) >>> 24
  }
  for (let at = whole; at < bytes.length; at++) if (bytes[at] === quote) quotes++
  return quotes
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof RangeError) return undefined
    throw error
  }
}
