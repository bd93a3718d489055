/** Other masters, and the bundles that go to them and come from them. */
import { z } from 'zod'
import { id, instant } from './common.ts'

const count = z.number().int().nonnegative()
const path = z.string().min(1).max(4000)

/** A signed statement as it travels (DSSE): a card, a receipt. */
export const envelopeView = z.object({
  payloadType: z.string(),
  payload: z.string(),
  signatures: z.array(z.object({ keyid: z.string(), sig: z.string() })),
})

export const cardView = z.object({
  masterId: id,
  name: z.string(),
  keyId: z.string(),
  /** To be read out and compared before the card is accepted. */
  words: z.string(),
  envelope: envelopeView,
})
export const acceptPeerRequest = z.object({ envelope: envelopeView, words: z.string().max(400).optional() })
export const peerView = z.object({
  masterId: id,
  name: z.string(),
  keyId: z.string(),
  words: z.string(),
  canBeEncryptedFor: z.boolean(),
  acceptedAt: instant,
  acceptedBy: id,
  /** Its newest receipt. */
  receipt: z.object({ incarnation: id, n: count, at: instant, receivedAt: instant, bundles: z.array(id) }).nullable(),
})
export const peerList = z.object({ items: z.array(peerView) })

export const exportRequest = z.object({
  /** On the master's machine, an absolute path that does not exist. */
  file: path,
  /** Masters whose cards were accepted; none: for whoever gets it. */
  to: z.array(id).max(20).default([]),
  full: z.boolean().default(false),
  lanes: z
    .array(z.enum(['control', 'fact', 'bulk']))
    .min(1)
    .optional(),
  domainId: id.optional(),
  maxBytes: count.optional(),
  /** What fits through a link of so many bits a second in so many minutes. */
  minutes: z.number().positive().optional(),
  bitsPerSecond: z.number().positive().optional(),
  plain: z.boolean().default(false),
  /** Has to be said again where nothing encrypts the bundle. */
  confirmPlain: z.boolean().default(false),
  partBytes: z.number().int().min(1024).optional(),
})
export const exportedView = z.object({
  file: z.string(),
  bundleId: id,
  sizeBytes: count,
  sha256: z.string(),
  parts: z.array(z.string()),
  encrypted: z.boolean(),
  events: count,
  logs: count,
  blobs: count,
  left: z.object({ events: count, blobs: count }),
  /** The receipt that it goes on from; null: it holds everything. */
  since: z.object({ masterId: id, incarnation: id, n: count }).nullable(),
})

export const importRequest = z.object({ file: path, receiptFile: path.optional() })
export const importedView = z.object({
  bundleId: id,
  from: z.object({ masterId: id, name: z.string() }),
  storedEvents: count,
  knownSegments: count,
  gaps: z.array(z.object({ log: z.string(), expected: count })),
  forks: z.array(z.object({ log: z.string(), at: count })),
  /** Parts of logs that their origins speak of and that are not here; at most 200. */
  absent: z.array(z.object({ log: z.string(), from: count, to: count })),
  refused: z.array(z.object({ code: z.string(), sentence: z.string(), log: z.string(), count })),
  storedBlobs: count,
  newReceipts: count,
  stale: z.array(z.string()),
})
export const receiptRequest = z.object({ file: path })
export const receiptView = z.object({ file: z.string(), masterId: id, n: count, points: count })
export const takenReceipts = z.object({
  items: z.array(
    z.object({ kind: z.enum(['newer', 'older', 'own', 'refused']), masterId: z.string(), n: count, code: z.string().nullable() }),
  ),
})
