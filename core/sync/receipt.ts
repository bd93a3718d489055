/**
 * Receipts: a signed statement of what a master holds, which acknowledges everything that ever came to it by whatever way. They are
 * cumulative, so that a lost one costs nothing: any later one says all that it said ([SB6], [SB7]).
 */
import { z } from 'zod'
import { sortFrontier, type Frontier } from '../log/frontier.ts'
import { isLogId } from '../log/log-id.ts'
import type { JsonLimits } from '../kernel/untrusted-json.ts'

export const receiptPayloadType = 'application/vnd.ibcf.receipt+json'

/** A point of a log costs about 200 bytes: a third of a million logs. */
export const receiptLimits: JsonLimits = { maxBytes: 96 * 1024 * 1024, maxDepth: 4, maxFields: 4096 }

const id = z.string().regex(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/)
const point = z.string().regex(/^\S{1,200} [1-9][0-9]{0,15} [0-9a-f]{64}$/)

export const receiptSchema = z.strictObject({
  v: z.literal(1),
  kind: z.literal('receipt'),
  masterId: id,
  /** The life in which it was written, and its number there. */
  incarnation: id,
  n: z.int().min(1),
  at: z.iso.datetime(),
  /** What the frontier is limited to, as it goes into a fingerprint. */
  scope: z.string().max(200),
  /** `log seq head`, sorted; several of one log are its branches. */
  frontier: z.array(point.refine((text) => isLogId(text.slice(0, text.indexOf(' '))))),
  /** Digests in hex of content that its events require and that is not held. */
  wants: z.array(z.string().regex(/^[0-9a-f]{64}$/)).max(100_000),
  /** The bundles that were taken in last, newest first. */
  bundles: z.array(z.strictObject({ bundleId: id, at: z.iso.datetime() })).max(100),
})
export type Receipt = z.infer<typeof receiptSchema>

/** Whether `a` says more of the same master than `b`: a later life replaces, also when it holds less. */
export function isNewer(a: Pick<Receipt, 'incarnation' | 'n'>, b: Pick<Receipt, 'incarnation' | 'n'> | undefined): boolean {
  if (b === undefined || a.incarnation > b.incarnation) return true
  return a.incarnation === b.incarnation && a.n > b.n
}

export function pointsOf(frontier: Frontier): string[] {
  return frontier.map(({ log, seq, head }) => `${log} ${seq} ${head}`)
}

/** Branches are numbered as they stand there; the numbers mean nothing elsewhere. */
export function frontierOf({ frontier }: Pick<Receipt, 'frontier'>): Frontier {
  const seen = new Map<string, number>()
  const entries = frontier.map((text) => {
    const [log = '', seq = '', head = ''] = text.split(' ')
    const branch = seen.get(log) ?? 0
    seen.set(log, branch + 1)
    return { log, branch, seq: Number(seq), head }
  })
  return sortFrontier(entries)
}
