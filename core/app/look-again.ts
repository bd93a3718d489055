/** Looks at every node again: at the start, and when thresholds changed. A large fleet in slices, while nobody waits for a commit. */
import type { NodeId } from '../kernel/ids.ts'
import type { Reader } from '../kernel/reader.ts'
import type { Background } from './writer/background.ts'

/** Nodes in one slice: some milliseconds. */
const lookedAtOnce = 100

/** The answer begins from the first node, wherever an earlier round stands. */
export function createLookAgain(reader: Reader, background: Background, look: (node: NodeId) => void): () => void {
  let lookedTo = ''
  const goOn = background.register('looking at nodes again', () => {
    const rows = reader.all(
      "SELECT subject FROM lifecycle_nodes WHERE subject > ? AND enrolment = 'APPROVED' AND phase <> 'RETIRED' ORDER BY subject LIMIT ?",
      lookedTo,
      lookedAtOnce,
    )
    for (const row of rows) {
      lookedTo = String(row['subject'])
      look(lookedTo as NodeId)
    }
    return rows.length === lookedAtOnce
  })
  return () => {
    lookedTo = ''
    goOn()
  }
}
