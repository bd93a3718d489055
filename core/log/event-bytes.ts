/** From an event's exact bytes to its envelope. An authentic event that cannot be read is kept and without effect, never lost ([LG7]). */
import { eventEnvelopeSchema, eventLimits, type EventEnvelope } from '../kernel/event.ts'
import { parseUntrustedJson } from '../kernel/untrusted-json.ts'

export type EventReading =
  | { readonly kind: 'event'; readonly envelope: EventEnvelope }
  | { readonly kind: 'unreadable'; readonly code: string; readonly sentence: string }

/** Codes of `unreadable`: those of `parseUntrustedJson`, and EVENT_MALFORMED when the JSON is not an event. */
export function readEvent(bytes: Uint8Array): EventReading {
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
