/** Writes a signed point. */
import type { Writer } from '../kernel/reader.ts'
import type { SegmentHeader, SignedHeader } from '../log/segment.ts'
import { requireKeyNumber } from './keys.ts'

/** Throws NotFound `KEY_NOT_HELD`: a store that cannot check its own signatures proves nothing. */
export function insertSegment(writer: Writer, log: number, branch: number, header: SegmentHeader, signed: SignedHeader): void {
  writer.run(
    'INSERT INTO segments (log, branch, from_seq, to_seq, key, header, signature) VALUES (?, ?, ?, ?, ?, ?, ?)',
    log,
    branch,
    header.from,
    header.to,
    requireKeyNumber(writer, header.keyid),
    signed.headerBytes,
    signed.signature,
  )
}
