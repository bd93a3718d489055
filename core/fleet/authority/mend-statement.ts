/**
 * What a node is shown at which glass was broken, once somebody has looked into it: that it ends there ([AU23]). Signed by the master of
 * record, and about that one breaking alone, so that it can be shown again and again and ends no later one.
 */
import { z } from 'zod'
import { fromBase64 } from '../../kernel/hex.ts'
import { parseUntrustedJson } from '../../kernel/untrusted-json.ts'
import type { Envelope } from './events.ts'
import { type CheckSignature, signersOf } from './statement.ts'

export const mendPayloadType = 'application/vnd.ibcf.mend+json'

const id = z.string().regex(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/)

export const mendStatementSchema = z.object({ v: z.literal(1), kind: z.literal('mend'), nodeId: id, glassId: id })
export type MendStatement = z.infer<typeof mendStatementSchema>

const limits = { maxBytes: 4096, maxDepth: 3, maxFields: 16 }

/** True when one of the keys (base64) signed that this very glass is mended. */
export function isMendOf(
  envelope: Envelope,
  glass: { readonly nodeId: string; readonly glassId: string },
  keys: readonly string[],
  check: CheckSignature,
): boolean {
  if (envelope.payloadType !== mendPayloadType) return false
  const parsed = parseUntrustedJson(fromBase64(envelope.payload), limits)
  const read = parsed.ok ? mendStatementSchema.safeParse(parsed.value) : undefined
  if (read?.success !== true || read.data.nodeId !== glass.nodeId || read.data.glassId !== glass.glassId) return false
  return signersOf(envelope, keys, check).length > 0
}
