/** The last snapshot of a node with what its parts hold. */
import type { z } from 'zod'
import type { snapshotView } from '../../contract/nodes.ts'
import { snapshotParts } from '../../fleet/node/node-events.ts'
import { eventRef } from '../../kernel/event.ts'
import { hasBlob } from '../../store/blobs.ts'
import type { ReadModel } from '../read-model.ts'
import { requireNode } from './require-node.ts'
import { partContentOf } from './snapshot-parts.ts'

/** Null before the first one. `content` is null where the blob is not held or is not what its name promises. Throws NotFound `NODE_UNKNOWN`. */
export function readSnapshot(model: ReadModel, nodeId: string): z.infer<typeof snapshotView> | null {
  requireNode(model, nodeId)
  const actual = model.actual(nodeId)
  if (actual === undefined || actual.snapshotId === null || actual.snapshotAt === null) return null
  const parts = snapshotParts.flatMap((name) => {
    const part = actual.parts[name]
    if (part === undefined) return []
    return [
      {
        name,
        digest: part.digest,
        sizeBytes: part.sizeBytes,
        isHeld: hasBlob(model.reader, part.digest),
        content: partContentOf(model, name, part.digest) ?? null,
      },
    ]
  })
  return { ref: eventRef(actual.snapshotId), at: actual.snapshotAt, parts }
}
