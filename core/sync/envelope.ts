/** Opens a signed statement that came from elsewhere: DSSE, one signature by a key that is already trusted, or by the one inside. */
import { z } from 'zod'
import type { Envelope } from '../fleet/authority/events.ts'
import { fromBase64, toBase64 } from '../kernel/hex.ts'
import type { Crypto } from '../kernel/ports.ts'
import { accepted, refused, type Result } from '../kernel/result.ts'
import { type JsonLimits, parseUntrustedJson } from '../kernel/untrusted-json.ts'
import { preAuthenticationEncoding } from '../log/dsse.ts'

/** The payload as it was signed, its shape checked; its signature is not. Codes: STATEMENT_TYPE_WRONG, STATEMENT_MALFORMED. */
export function readPayload<Schema extends z.ZodType>(
  envelope: { readonly payloadType: string; readonly payload: string },
  payloadType: string,
  schema: Schema,
  limits: JsonLimits,
): Result<z.infer<Schema>> {
  if (envelope.payloadType !== payloadType)
    return refused('STATEMENT_TYPE_WRONG', 'This is a statement of another kind than the one that was expected.', {
      found: envelope.payloadType.slice(0, 80),
      expected: payloadType,
    })
  const parsed = parseUntrustedJson(fromBase64(envelope.payload), limits)
  const checked = parsed.ok ? schema.safeParse(parsed.value) : undefined
  if (checked?.success !== true) return refused('STATEMENT_MALFORMED', 'This statement cannot be read.', { payloadType })
  return accepted(checked.data)
}

/** Whether one of its signatures is by this key. */
export function isEnvelopeSignedBy(
  { verify }: Pick<Crypto, 'verify'>,
  { payloadType, payload, signatures }: Envelope,
  publicKey: Uint8Array,
): boolean {
  const covered = preAuthenticationEncoding(payloadType, fromBase64(payload))
  return signatures.some(({ sig }) => verify(publicKey, covered, fromBase64(sig)))
}

/** An envelope out of a file. Codes: STATEMENT_MALFORMED. */
export function parseEnvelope(bytes: Uint8Array, limits: JsonLimits): Result<Envelope> {
  const parsed = parseUntrustedJson(bytes, limits)
  const checked = parsed.ok ? envelopeShape.safeParse(parsed.value) : undefined
  if (checked?.success !== true) return refused('STATEMENT_MALFORMED', 'This is not a signed statement.')
  return accepted(checked.data)
}

/** As in an event, but for its length: a receipt names a whole frontier. */
const envelopeShape = z.object({
  payloadType: z.string().max(200),
  payload: z.string().refine(isBase64),
  signatures: z.array(z.object({ keyid: z.string().max(100), sig: z.string().max(200).refine(isBase64) })).max(51),
})

/** The one way to write these bytes: the last letter may hold bits that nobody reads. */
function isBase64(text: string): boolean {
  return toBase64(fromBase64(text)) === text
}
