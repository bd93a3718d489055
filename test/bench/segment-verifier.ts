/** A thread that decodes and verifies segments, and finds out what their events are filed under, while another one writes them. */
import { parentPort, workerData } from 'node:worker_threads'
import { fileEvents } from '../../core/log/event-filing.ts'
import { decodeSegment, verifySegment } from '../../core/log/segment.ts'
import { createCrypto } from '../../core/platform/crypto.ts'
import type { FiledSegment } from '../../core/store/accept-segment.ts'

const crypto = createCrypto()
const { publicKey } = workerData as { readonly publicKey: Uint8Array }

parentPort?.on('message', (segments: readonly Uint8Array[]) => {
  const answer = segments.map((bytes) => verified(bytes))
  parentPort?.postMessage(answer, answer.flatMap(buffersOf))
})

/** Handed over, not copied. */
function buffersOf({ body, ends, leaves, filing }: FiledSegment): readonly ArrayBuffer[] {
  const views = [body, ends, leaves, ...(filing === undefined ? [] : [filing.ids, filing.subjects, filing.typePlaces])]
  return views.map(({ buffer }) => buffer as ArrayBuffer)
}

function verified(bytes: Uint8Array): FiledSegment {
  const decoded = decodeSegment(bytes)
  if (!decoded.ok) throw new Error(decoded.refusal.sentence)
  const checked = verifySegment(crypto, publicKey, decoded.value)
  if (!checked.ok) throw new Error(checked.refusal.sentence)
  const { events: _, ...segment } = checked.value
  const { envelopes: __, ...filing } = fileEvents(segment.log, segment)
  return { ...segment, filing }
}
