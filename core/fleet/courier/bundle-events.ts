/**
 * What happens to a bundle on its way, as the masters bear witness to it: the subject is the bundle. The one that packed it says what it
 * holds, who carries it and whether it got lost; the one that took it in says so in its own log, which comes home like everything else.
 */
import { z } from 'zod'

const id = z.string().regex(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/)
const instant = z.iso.datetime()
const text = z.string().max(4000)
const count = z.number().int().nonnegative()

const laneCount = z.object({ logs: count, events: count })

/** What is in a bundle. */
export const bundleContentsSchema = z.object({
  control: laneCount,
  fact: laneCount,
  bulk: laneCount,
  blobs: z.object({ count, bytes: count }),
})
export type BundleContents = z.infer<typeof bundleContentsSchema>

/** The control logs of masters in a bundle, each with the last number in it: enough to say which decisions travel. */
const reachesSchema = z.array(z.object({ log: text, seq: count })).max(5000)

export const bundleEvents = {
  'ibcf.bundle.packed.v1': {
    lane: 'control',
    data: z.object({
      /** For whom; null where it is for whoever it meets. */
      forMasterId: id.nullable(),
      forName: text,
      carriedBy: text,
      dueAt: instant.nullable(),
      /** Names of the files, without their directory: one, or the parts of it. */
      files: z.array(text).max(1000),
      sizeBytes: count,
      isEncrypted: z.boolean(),
      /** Everything, and not only what the other side lacks. */
      isFull: z.boolean(),
      scopeDomainId: id.nullable(),
      contents: bundleContentsSchema,
      /** What did not fit, and goes the next time. */
      leftBehind: z.object({ events: count, blobs: count }),
      reaches: reachesSchema,
    }),
  },
  'ibcf.bundle.departed.v1': { lane: 'control', data: z.object({ carriedBy: text, dueAt: instant.nullable(), note: text }) },
  'ibcf.bundle.lost.v1': { lane: 'control', data: z.object({ reason: text }) },
  'ibcf.bundle.imported.v1': {
    lane: 'control',
    data: z.object({
      fromMasterId: id,
      fromName: text,
      packedAt: instant,
      /** `part`: what was refused stayed out, the rest counts. */
      outcome: z.enum(['whole', 'part']),
      storedEvents: count,
      storedSegments: count,
      knownSegments: count,
      refusedPieces: count,
      waitingPieces: count,
      receipt: z.object({ incarnation: id, n: count }),
    }),
  },
  'ibcf.bundle.receipt-back.v1': {
    lane: 'control',
    data: z.object({
      fromMasterId: id,
      receipt: z.object({ incarnation: id, n: count, at: instant }),
      /** When it was taken in there, by its own clock. */
      importedAt: instant,
    }),
  },
} as const
export type BundleEventData<Type extends keyof typeof bundleEvents> = z.infer<(typeof bundleEvents)[Type]['data']>
