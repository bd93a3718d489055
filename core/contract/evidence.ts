/** A piece of evidence as a file that stands for itself: what was refused, by whom, why, with the keys to check it by ([RT16]). */
import { z } from 'zod'
import { id, instant } from './common.ts'

export const evidencePayloadType = 'application/vnd.ibcf.evidence+json'

/** Inside the statement, which the exporting master signs: that these bytes came, and when, is its word. */
export const evidenceDocument = z.object({
  v: z.literal(1),
  masterId: id,
  masterName: z.string(),
  /** Base64. */
  masterPublicKey: z.string(),
  nodeId: id,
  nodeName: z.string().nullable(),
  /** Every key that this master ever held for the node: what is signed by none of them is not the node's word. */
  nodeKeys: z.array(z.object({ keyid: z.string(), publicKey: z.string(), isRevoked: z.boolean() })),
  log: z.string(),
  from: z.number().int(),
  to: z.number().int(),
  code: z.string(),
  sentence: z.string(),
  firstAt: instant,
  lastAt: instant,
  times: z.number().int(),
  /** Of the bytes, hex. */
  sha256: z.string(),
  sizeBytes: z.number().int(),
  /** Base64, a segment as it came, unpacked; null where the node had filled its share. */
  bytes: z.string().nullable(),
  exportedAt: instant,
})
export type EvidenceDocument = z.infer<typeof evidenceDocument>

export const evidenceFile = z.object({
  what: z.string(),
  statement: z.object({ document: z.string(), keyid: z.string(), signature: z.string() }),
})

export const evidenceExport = z.object({ name: z.string(), text: z.string() })
