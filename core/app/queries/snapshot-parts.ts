/** What the blobs of a snapshot say. A blob that is missing, damaged or not what its name promises is unknown, never an error of the page ([QY6]). */
import type { z } from 'zod'
import { partContents, type SnapshotPart } from '../../fleet/node/node-events.ts'
import { isAppError } from '../../kernel/app-error.ts'
import { parseUntrustedJson } from '../../kernel/untrusted-json.ts'
import { readBlob } from '../../store/blobs.ts'
import type { ReadModel } from '../read-model.ts'

export type PartContent<Part extends SnapshotPart> = z.infer<(typeof partContents)[Part]>

/** More than a snapshot's part can sensibly hold; what is larger is kept as a blob and not shown. */
export const partLimits = { maxBytes: 1024 * 1024, maxDepth: 32, maxFields: 50_000 } as const

type Reading<Content> =
  | { readonly kind: 'read'; readonly content: Content }
  /** It is not held yet. */
  | { readonly kind: 'missing' }
  /** It is held, and is not what it should be. */
  | { readonly kind: 'unfit' }

export function readPart<Part extends SnapshotPart>(
  model: Pick<ReadModel, 'reader' | 'memory'>,
  part: Part,
  digest: string,
): Reading<PartContent<Part>> {
  const key = `${part}/${digest}`
  const known = model.memory.parts.get(key)
  if (known !== undefined) return known.fit ? { kind: 'read', content: known.content as PartContent<Part> } : { kind: 'unfit' }
  const bytes = bytesOf(model, digest)
  if (bytes === 'missing') return { kind: 'missing' }
  const content = bytes === 'damaged' ? undefined : contentOf(part, bytes)
  if (content === undefined) {
    model.memory.parts.set(key, { fit: false }, key.length)
    return { kind: 'unfit' }
  }
  // Parsed, it takes several times the room of its bytes.
  model.memory.parts.set(key, { fit: true, content }, 4 * bytes.length + key.length)
  return { kind: 'read', content }
}

/** The content, or undefined while it is unknown. */
export function partContentOf<Part extends SnapshotPart>(
  model: Pick<ReadModel, 'reader' | 'memory'>,
  part: Part,
  digest: string | null | undefined,
): PartContent<Part> | undefined {
  if (digest === null || digest === undefined) return undefined
  const reading = readPart(model, part, digest)
  return reading.kind === 'read' ? reading.content : undefined
}

function bytesOf(model: Pick<ReadModel, 'reader'>, digest: string): Uint8Array | 'missing' | 'damaged' {
  try {
    return readBlob(model.reader, digest) ?? 'missing'
  } catch (error) {
    // `verify` reports the damage; a node's page shows the rest of the node.
    if (isAppError(error) && error.code === 'BLOB_DAMAGED') return 'damaged'
    throw error
  }
}

function contentOf<Part extends SnapshotPart>(part: Part, bytes: Uint8Array): PartContent<Part> | undefined {
  const parsed = parseUntrustedJson(bytes, partLimits)
  if (!parsed.ok) return undefined
  const checked = partContents[part].safeParse(parsed.value)
  return checked.success ? (checked.data as PartContent<Part>) : undefined
}
