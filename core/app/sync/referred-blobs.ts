/**
 * Content that events of some runs refer to and that is held here, required or not: the node for which a command brings content has to
 * find it where the command arrives.
 */
import { toHex } from '../../kernel/hex.ts'
import type { Reader } from '../../kernel/reader.ts'
import type { Run } from '../../sync/exchange.ts'

type Stretch = { readonly first: number; readonly last: number }

const referencesAtATime = 5000

/** Digests in hex, sorted. One pass over all references: they are few beside the events. */
export function referredBlobs(reader: Reader, runs: readonly Run[]): readonly string[] {
  const stretches = runs.flatMap((run) => positionsOf(reader, run)).sort((a, b) => a.first - b.first)
  const found: string[] = []
  if (stretches.length === 0) return found
  for (let sha256: Uint8Array = new Uint8Array(), position = -1; ; ) {
    const page = reader.all<{ sha256: Uint8Array; position: number }>(
      `SELECT blob_references.sha256, position FROM blob_references JOIN blobs ON blobs.sha256 = blob_references.sha256
        WHERE (blob_references.sha256, position) > (?, ?) ORDER BY blob_references.sha256, position LIMIT ?`,
      sha256,
      position,
      referencesAtATime,
    )
    for (const row of page) {
      const digest = toHex(row.sha256)
      if (found.at(-1) !== digest && isWithin(stretches, row.position)) found.push(digest)
    }
    const last = page.at(-1)
    if (last === undefined || page.length < referencesAtATime) return found
    ;({ sha256, position } = last)
  }
}

function positionsOf(reader: Reader, { log, from, to }: Run): readonly Stretch[] {
  return reader.all<Stretch>(
    `SELECT position AS first, position + count - 1 AS last FROM runs
      WHERE log = (SELECT number FROM logs WHERE name = ?) AND from_seq + count > ? AND from_seq <= ?`,
    log,
    from,
    to,
  )
}

function isWithin(sorted: readonly Stretch[], position: number): boolean {
  let low = 0
  let high = sorted.length - 1
  while (low <= high) {
    const middle = (low + high) >> 1
    const stretch = sorted[middle] as Stretch
    if (position < stretch.first) high = middle - 1
    else if (position > stretch.last) low = middle + 1
    else return true
  }
  return false
}
