/** What this master holds: how much, and the six words by which another place can compare it. */
import type { z } from 'zod'
import type { heldFrontier } from '../../contract/common.ts'
import { lastPosition } from '../../store/read-events.ts'
import { heldFingerprint } from '../held/fingerprint.ts'
import type { KeptFingerprint } from '../held/fingerprint-keeper.ts'
import type { ReadModel } from '../read-model.ts'
import { instantOf } from './instants.ts'

/** Without words while they are being found for the first time. */
export function readHeldFrontier(model: Pick<ReadModel, 'reader' | 'ports' | 'memory' | 'keptFingerprint'>): z.infer<typeof heldFrontier> {
  const found = model.keptFingerprint === undefined ? foundHere(model) : model.keptFingerprint()
  if (found === undefined) return { logs: 0, fingerprint: [], asOf: null }
  const { logs, words, position, at } = found
  return { logs, fingerprint: [...words], asOf: { events: position, at: instantOf(at) } }
}

/** On a store that is read and written in this one thread, and small. */
function foundHere({ reader, ports, memory }: Pick<ReadModel, 'reader' | 'ports' | 'memory'>): KeptFingerprint {
  const position = lastPosition(reader)
  const known = memory.fingerprints.get(String(position))
  if (known !== undefined) return known
  const found = { ...heldFingerprint(reader, ports.crypto), position, at: ports.clock.now() }
  memory.fingerprints.set(String(position), found)
  return found
}

/** Positions count from 1 without gaps, so the last one is the number of events. */
export function heldStore(model: Pick<ReadModel, 'reader'>): { readonly events: number; readonly sizeBytes: number } {
  const size = model.reader.get<{ size: number }>(
    'SELECT pages.page_count * sizes.page_size AS size FROM pragma_page_count AS pages, pragma_page_size AS sizes',
  )
  return { events: lastPosition(model.reader), sizeBytes: size?.size ?? 0 }
}
