/** What was refused and kept, for a person to look at. */
import type { z } from 'zod'
import type { evidenceView } from '../../contract/nodes.ts'
import { bytesToUlid, ulidToBytes } from '../../kernel/ids.ts'
import type { Row } from '../../kernel/reader.ts'
import type { ReadModel } from '../read-model.ts'
import { instantOf } from './instants.ts'

export type EvidenceView = z.infer<typeof evidenceView>

/** What each node sent that was refused: how many pieces, and when the last came. */
export type EvidenceCount = { readonly count: number; readonly lastAt: number }

type EvidenceRow = Row & {
  readonly number: number
  readonly origin: Uint8Array
  readonly log: string
  readonly from_seq: number
  readonly to_seq: number
  readonly code: string
  readonly sentence: string
  readonly size: number
  readonly last_at: number
}

const listedAtMost = 1000

/** Newest first, the last thousand. The bytes stay where they are. */
export function listEvidenceOf(
  model: Pick<ReadModel, 'reader'>,
  { nodeId }: { readonly nodeId?: string | undefined },
): { items: EvidenceView[] } {
  const columns = 'SELECT number, origin, log, from_seq, to_seq, code, sentence, size, last_at FROM evidence'
  const rows =
    nodeId === undefined
      ? model.reader.all<EvidenceRow>(`${columns} ORDER BY number DESC LIMIT ?`, listedAtMost)
      : model.reader.all<EvidenceRow>(`${columns} WHERE origin = ? ORDER BY number DESC LIMIT ?`, ulidToBytes(nodeId), listedAtMost)
  return {
    items: rows.map((row) => ({
      id: row.number,
      nodeId: bytesToUlid(row.origin),
      at: instantOf(row.last_at),
      code: row.code,
      sentence: row.sentence,
      log: row.log,
      fromSeq: row.from_seq,
      toSeq: row.to_seq,
      sizeBytes: row.size,
    })),
  }
}

export function countEvidence(model: Pick<ReadModel, 'reader'>): ReadonlyMap<string, EvidenceCount> {
  const rows = model.reader.all<{ origin: Uint8Array; count: number; last: number }>(
    'SELECT origin, count(*) AS count, max(last_at) AS last FROM evidence GROUP BY origin',
  )
  return new Map(rows.map(({ origin, count, last }) => [bytesToUlid(origin) as string, { count, lastAt: last }]))
}
