/** The bundle format (core/log/BUNDLE.md): names of its members, its manifest, its limits, and what a person reads first. */
import { z } from 'zod'
import type { JsonLimits } from '../kernel/untrusted-json.ts'
import { isLogId, lanes, parseLogId } from '../log/log-id.ts'

export const bundleEnding = '.ibcf'
export const sealedEnding = '.ibcf.age'

export const manifestPayloadType = 'application/vnd.ibcf.manifest+json'

export const memberNames = { readme: 'README.txt', manifest: 'manifest.json', seal: 'manifest.dsse.json' } as const

export const bundleLimits = {
  /** Of plain bytes of segments in one member: enough for zstd to find what repeats. */
  chunkBytes: 1024 * 1024,
  /** What one member of segments may unpack to: a chunk and the largest segment. */
  maxChunkBytes: 8 * 1024 * 1024,
  maxManifestBytes: 128 * 1024 * 1024,
  maxStatementBytes: 128 * 1024 * 1024,
  /** Content up to here is compressed in one go; what is larger is compressed as a stream, twice, because its size comes before it. */
  wholeBlobBytes: 4 * 1024 * 1024,
} as const

export const manifestLimits: JsonLimits = { maxBytes: bundleLimits.maxManifestBytes, maxDepth: 6, maxFields: 10_000_000 }

const id = z.string().regex(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/)
const digest = z.string().regex(/^[0-9a-f]{64}$/)
const text = z.string().max(4000)
const count = z.int().nonnegative()
const statementName = z.string().regex(/^(grants|receipts)\/[0-9A-Za-z-]{1,80}\.dsse\.json$/)

export const manifestSchema = z.strictObject({
  v: z.literal(1),
  format: z.literal('ibcf-bundle'),
  bundleId: id,
  createdAt: z.iso.datetime(),
  program: text,
  from: z.strictObject({ masterId: id, name: text, incarnation: id, keyId: text, publicKey: text }),
  /** For whom; empty: for whoever gets it. */
  to: z.array(z.strictObject({ masterId: id, name: text })).max(100),
  scope: z.string().max(200),
  lanes: z.array(z.enum(lanes)),
  /** The receipt that it goes on from; null: it holds everything. */
  since: z.strictObject({ masterId: id, incarnation: id, n: count }).nullable(),
  events: count,
  /** What it holds of which log, in the order of its members. `fork`: of a branch that is not the first one there. */
  runs: z.array(
    z.strictObject({
      log: z.string().refine(isLogId),
      from: z.int().min(1),
      to: z.int().min(1),
      head: digest,
      fork: z.boolean(),
    }),
  ),
  blobs: z.array(z.strictObject({ sha256: digest, sizeBytes: count })),
  /** Names of signed statements, in the order of the members: grants and cards, then receipts. */
  statements: z.array(statementName).max(10_000),
  /** What would not fit, or could not be read, and stays for the next one. */
  left: z.strictObject({ events: count, blobs: count }),
})
export type Manifest = z.infer<typeof manifestSchema>
export type ManifestRun = Manifest['runs'][number]

/** What closes a bundle: signed by the one it is from, over every byte before it. */
export const sealSchema = z.strictObject({
  v: z.literal(1),
  kind: z.literal('bundle'),
  bundleId: id,
  /** Of the member manifest.json. */
  manifest: digest,
  /** Of the archive up to where the header of this member begins. */
  sizeBytes: count,
  sha256: digest,
})
export type Seal = z.infer<typeof sealSchema>

/** `from` and `to` of what lies in this very member. */
export function segmentsName({ log, fork, head }: Pick<ManifestRun, 'log' | 'fork' | 'head'>, from: number, to: number): string {
  const { origin, incarnation, lane, domain } = parseLogId(log)
  return `segments/${origin}/${incarnation}/${lane}/${domain}/${from}-${to}${fork ? `.fork-${head.slice(0, 8)}` : ''}.seg.zst`
}

export function blobName(sha256: string): string {
  return `blobs/sha256/${sha256}.zst`
}

export function readmeOf({ bundleId, createdAt, from, to, events, blobs }: Manifest): string {
  const whom = to.length === 0 ? 'whoever needs it' : to.map(({ name }) => quoted(name)).join(', ')
  return `This is a bundle of the IBCF Field Console: records of a fleet that travel by hand.

From: ${quoted(from.name)} (${from.masterId})
For:  ${whom}
Made: ${createdAt}
Id:   ${bundleId}
Holds ${events} events and ${blobs.length} pieces of content.

What to do: bring it to ${whom}, put it in, and open "Courier desk" in the console there,
or run: ibcf bundle import FILE --data DIR
Taking it in twice, late, or at another station does no harm. If it is lost, nothing is lost:
what it holds goes again with the next one. Please bring back the receipt.

It is a plain tar archive. The format: core/log/BUNDLE.md in the sources.
`
}

/** Names come from elsewhere: one line, no marks that turn text around. */
function quoted(name: string): string {
  return name.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, ' ').slice(0, 100)
}
