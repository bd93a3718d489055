/**
 * Which event speaks of which blob, noted as events are stored and by nobody else, so that no caller can forget it: a blob is kept
 * for as long as an event held here refers to it ([ST32]).
 */
import { fromHex, toHex } from '../kernel/hex.ts'
import type { Reader, Writer } from '../kernel/reader.ts'
import type { StoredEvent } from './stored-event.ts'

/** The types whose events refer to content, with where. Required: the event says little without it. */
const carriers: Readonly<Record<string, { readonly list: string; readonly isRequired: boolean }>> = {
  'ibcf.snapshot.taken.v1': { list: 'parts', isRequired: true },
}

/** The event says enough without it; its node, or the nodes of a later rollout, need it. */
const commandType = 'ibcf.command.issued.v1'
const policyType = 'ibcf.policy.published.v1'

/** Whether events of the type may refer to content at all. */
export function refersToBlobs(type: string | undefined): boolean {
  return type !== undefined && (type === commandType || type === policyType || Object.hasOwn(carriers, type))
}

/** More than any event of ours has; what a stranger writes beyond it is not kept for them. */
const mostDigests = 64

export type BlobReference = { readonly digest: string; readonly isRequired: boolean }

/** In the order in which the event names them, each once. Written for events of strangers: anything may be in them. */
export function blobsOf(event: StoredEvent['event']): readonly BlobReference[] {
  if (event?.type === commandType) return artifactOf(event.data)
  if (event?.type === policyType) return contentOf((event.data as { readonly software?: unknown } | null)?.software)
  const carrier = event === undefined || !Object.hasOwn(carriers, event.type) ? undefined : carriers[event.type]
  if (carrier === undefined) return []
  const list = (event?.data as Readonly<Record<string, unknown>> | null | undefined)?.[carrier.list]
  if (!Array.isArray(list)) return []
  const digests = list.slice(0, mostDigests).map((item: unknown) => (item as { readonly digest?: unknown } | null)?.digest)
  const valid = digests.filter((digest): digest is string => typeof digest === 'string' && /^[0-9a-f]{64}$/.test(digest))
  return [...new Set(valid)].map((digest) => ({ digest, isRequired: carrier.isRequired }))
}

/** What a command in the clear brings to its node. */
function artifactOf(data: unknown): readonly BlobReference[] {
  const { body } = (data ?? {}) as { readonly body?: { readonly data?: unknown } | null }
  return contentOf(body?.data)
}

function contentOf(artifact: unknown): readonly BlobReference[] {
  const digest = (artifact as { readonly digest?: unknown } | null | undefined)?.digest
  return typeof digest === 'string' && /^[0-9a-f]{64}$/.test(digest) ? [{ digest, isRequired: false }] : []
}

/** To be called with every run of new events, in the transaction that stores them. Doing it twice changes nothing. */
export function noteBlobReferences(writer: Writer, events: readonly StoredEvent[]): void {
  for (const { position, event } of events) for (const reference of blobsOf(event)) noteReference(writer, { position, ...reference })
}

function noteReference(writer: Writer, { position, digest, isRequired }: BlobReference & { readonly position: number }): void {
  const sha256 = fromHex(digest)
  const { changes } = writer.run(
    'INSERT INTO blob_references (sha256, position, is_required) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
    sha256,
    position,
    isRequired ? 1 : 0,
  )
  if (changes > 0) writer.run('UPDATE blobs SET reference_count = reference_count + 1, idle_since = NULL WHERE sha256 = ?', sha256)
}

/** Digests in hex of blobs that an event requires and that are not held, sorted, after `after`. */
export function missingBlobs(reader: Reader, limit: number, after: string = ''): readonly string[] {
  return reader
    .all<{ sha256: Uint8Array }>(
      `SELECT DISTINCT sha256 FROM blob_references WHERE is_required = 1 AND sha256 > ?
        AND NOT EXISTS (SELECT 1 FROM blobs WHERE blobs.sha256 = blob_references.sha256) ORDER BY sha256 LIMIT ?`,
      fromHex(after),
      limit,
    )
    .map((row) => toHex(row.sha256))
}
