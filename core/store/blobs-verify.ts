/** Checks blobs against their digests, and the count of their references against the events. Reads only, a step at a time. */
import { isAppError } from '../kernel/app-error.ts'
import { fromHex, toHex } from '../kernel/hex.ts'
import type { Reader } from '../kernel/reader.ts'
import { blobsOf } from './blob-references.ts'
import { streamBlob } from './blobs.ts'
import { addFinding, type Findings, type StoreFinding } from './findings.ts'
import { readEventsAfter } from './read-events.ts'

const eventsAtOnce = 512

/** Yields after each piece, so that whoever drives it can let other work run; answers how many blobs there are. */
export function* verifyBlobs(reader: Reader, findings: Findings): Generator<void, number> {
  let last = 0
  let count = 0
  for (;;) {
    const row = reader.get<{ number: number; sha256: Uint8Array; reference_count: number; counted: number }>(
      `SELECT number, sha256, reference_count,
        (SELECT count(*) FROM blob_references WHERE blob_references.sha256 = blobs.sha256) AS counted
        FROM blobs WHERE number > ? AND sha256 IS NOT NULL ORDER BY number LIMIT 1`,
      last,
    )
    if (row === undefined) return count
    last = row.number
    count++
    const digest = toHex(row.sha256)
    if (row.counted !== row.reference_count) addFinding(findings, countDiffers(digest))
    yield* verifyContent(reader, digest, findings)
  }
}

function* verifyContent(reader: Reader, digest: string, findings: Findings): Generator<void, void> {
  try {
    for (const _ of streamBlob(reader, digest)?.pieces ?? []) yield
  } catch (error) {
    if (!isAppError(error) || error.code !== 'BLOB_DAMAGED') throw error
    addFinding(findings, { code: 'BLOB_DAMAGED', sentence: error.message })
  }
}

/**
 * Every event that refers to a blob is noted as doing so. A file of an older version, whose events are still being counted, is not
 * looked at. Yields after each page of events.
 */
export function* verifyBlobReferences(reader: Reader, findings: Findings): Generator<void, void> {
  const counting = reader.get<{ counted_to: number | null }>('SELECT counted_to FROM blob_counting')
  if (counting?.counted_to !== null) return
  for (let position = 0; ; ) {
    const events = readEventsAfter(reader, position, eventsAtOnce, { isMissingSkipped: true })
    for (const { event, position: at } of events) {
      for (const { digest } of blobsOf(event)) if (!isNoted(reader, digest, at)) addFinding(findings, countDiffers(digest))
    }
    position = events.at(-1)?.position ?? position
    if (events.length < eventsAtOnce) return
    yield
  }
}

function isNoted(reader: Reader, digest: string, position: number): boolean {
  return reader.get('SELECT 1 FROM blob_references WHERE sha256 = ? AND position = ?', fromHex(digest), position) !== undefined
}

function countDiffers(digest: string): StoreFinding {
  return { code: 'BLOB_COUNT_DIFFERS', sentence: `It is not counted right how many events refer to the content ${digest.slice(0, 12)}.` }
}
