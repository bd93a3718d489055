/** The thread that unpacks and verifies what nodes send, while another one writes. It holds no key but what it is told, and no store. */
import { parentPort } from 'node:worker_threads'
import { gatewayLimits } from '../contract/gateway/wire.ts'
import { type CheckedSegment, checkPacked } from '../ingest/segment-check.ts'
import { AppError } from '../kernel/app-error.ts'
import { createCompression } from '../platform/compression.ts'
import { createCrypto } from '../platform/crypto.ts'
import type { CheckAnswer, CheckQuestion } from './front/checker.ts'

const port = parentPort
if (port === null) throw new AppError('Invalid', 'NO_CHANNEL', 'The checker is a thread of the core process.')
const ports = { crypto: createCrypto(), compression: createCompression() }

port.on('message', ({ id, publicKey, packed }: CheckQuestion) => {
  const checked = checkPacked(ports, publicKey, packed, gatewayLimits.maxSegmentBytes)
  const answer: CheckAnswer = { id, checked }
  port.postMessage(answer, checked === undefined ? [] : buffersOf(checked))
})

/** Handed over, not copied; one buffer may lie under several of them. */
function buffersOf({ segment: { body, ends, leaves, filing } }: CheckedSegment): ArrayBuffer[] {
  const views = [body, ends, leaves, ...(filing === undefined ? [] : [filing.ids, filing.subjects, filing.typePlaces])]
  return [...new Set(views.map(({ buffer }) => buffer as ArrayBuffer))]
}
