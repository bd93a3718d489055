/** Reads just so much of SQLite's write-ahead log as to know where its last commit ends (https://www.sqlite.org/fileformat2.html#walformat). */

const headerBytes = 32
const frameHeaderBytes = 24

/** Bytes up to the end of the last frame that ends a transaction, 0 for none. Frames of an earlier round of the log do not count. */
export function endOfLastCommit(log: Uint8Array): number {
  if (log.length < headerBytes) return 0
  const view = new DataView(log.buffer, log.byteOffset, log.byteLength)
  const frameBytes = frameHeaderBytes + view.getUint32(8)
  const [salt, otherSalt] = [view.getUint32(16), view.getUint32(20)]
  let end = 0
  for (let at = headerBytes; at + frameBytes <= log.length; at += frameBytes) {
    if (view.getUint32(at + 8) !== salt || view.getUint32(at + 12) !== otherSalt) break
    // The size of the database after the commit; zero in every other frame.
    if (view.getUint32(at + 4) !== 0) end = at + frameBytes
  }
  return end
}
