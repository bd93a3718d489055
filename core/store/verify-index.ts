/** Checks what events are found by against the runs: that positions leave no gap, and that every merged batch is what its runs give. */
import { equalBytes } from '../kernel/hex.ts'
import type { Reader } from '../kernel/reader.ts'
import { addFinding, type Findings } from './findings.ts'
import { batchOf, entriesOfBatch, idBlocksOfBatch } from './index-batch.ts'
import { lastPosition } from './read-position.ts'

/** Positions count the order of arrival without a gap: a run that was taken out whole shows, also where its log does not. */
export function checkPositions(reader: Reader, findings: Findings): void {
  const gap = reader.get<{ position: number }>(
    `SELECT position FROM (SELECT position, lag(position + count, 1, 1) OVER (ORDER BY position) AS expected FROM runs)
      WHERE position <> expected LIMIT 1`,
  )
  if (gap === undefined) return
  addFinding(findings, { code: 'POSITION_GAP', sentence: `The order in which events came has a gap before position ${gap.position}.` })
}

type Counts = { readonly entries: number; readonly blocks: number }

/** Yields after each batch, so that whoever drives it can let other work run. */
export function* verifyIndexes(reader: Reader, findings: Findings): Generator<void, void> {
  const batches = reader.all<{ batch: number; last: number; first_id: Uint8Array | null; last_id: Uint8Array | null }>(
    'SELECT batch, last, first_id, last_id FROM index_batches ORDER BY batch',
  )
  let next = 1
  let isRight = (batches.at(-1)?.last ?? 0) <= lastPosition(reader)
  const found = { entries: 0, blocks: 0 }
  for (const { batch: first, last, first_id: firstId, last_id: lastId } of isRight ? batches : []) {
    if (first !== next) isRight = false
    next = last + 1
    const batch = batchOf(reader, first, last)
    for (const row of entriesOfBatch(batch)) {
      found.entries++
      const kept = reader.get<{ entries: Uint8Array }>(
        'SELECT entries FROM subject_entries WHERE subject = ? AND position = ?',
        row.subject,
        row.position,
      )
      if (kept === undefined || !equalBytes(kept.entries, row.entries)) isRight = false
    }
    const blocks = idBlocksOfBatch(batch)
    for (const { first: id, entries } of blocks) {
      found.blocks++
      const kept = reader.get<{ entries: Uint8Array }>('SELECT entries FROM id_blocks WHERE batch = ? AND first_id = ?', first, id)
      if (kept === undefined || !equalBytes(kept.entries, entries)) isRight = false
    }
    if (!equalIds(firstId, blocks[0]?.first) || !equalIds(lastId, blocks.at(-1)?.last)) isRight = false
    yield
  }
  const held = reader.get<Counts>('SELECT (SELECT count(*) FROM subject_entries) AS entries, (SELECT count(*) FROM id_blocks) AS blocks')
  if (isRight && held?.entries === found.entries && held.blocks === found.blocks) return
  addFinding(findings, { code: 'INDEX_DIFFERS', sentence: 'The index of events by subject and id does not fit the events.' })
}

function equalIds(kept: Uint8Array | null, found: Uint8Array | undefined): boolean {
  return kept === null ? found === undefined : found !== undefined && equalBytes(kept, found)
}
