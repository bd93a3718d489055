/** What this master holds: how much, and the six words by which another place can compare it. */
import { fingerprintOf, wholeScope } from '../../log/fingerprint.ts'
import { readFrontier } from '../../store/frontier.ts'
import { lastPosition } from '../../store/read-events.ts'
import type { ReadModel } from '../read-model.ts'

export function heldFrontier(model: Pick<ReadModel, 'reader' | 'ports' | 'memory'>): {
  readonly logs: number
  readonly words: readonly string[]
} {
  const key = String(lastPosition(model.reader))
  const known = model.memory.fingerprints.get(key)
  if (known !== undefined) return known
  const frontier = readFrontier(model.reader)
  const { words } = fingerprintOf(model.ports.crypto, wholeScope, frontier)
  const logs = new Set(frontier.map(({ log }) => log)).size
  model.memory.fingerprints.set(key, { words, logs })
  return { logs, words }
}

/** Positions count from 1 without gaps, so the last one is the number of events. */
export function heldStore(model: Pick<ReadModel, 'reader'>): { readonly events: number; readonly sizeBytes: number } {
  const size = model.reader.get<{ size: number }>(
    'SELECT pages.page_count * sizes.page_size AS size FROM pragma_page_count AS pages, pragma_page_size AS sizes',
  )
  return { events: lastPosition(model.reader), sizeBytes: size?.size ?? 0 }
}
