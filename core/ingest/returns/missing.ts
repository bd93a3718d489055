/** What a node holds and we do not: the replay instruction of a return. */
import { gatewayLimits } from '../../contract/gateway/wire.ts'
import { fromHex, equalBytes } from '../../kernel/hex.ts'
import type { NodeId } from '../../kernel/ids.ts'
import type { Reader } from '../../kernel/reader.ts'
import { lanes, parseLogId } from '../../log/log-id.ts'
import { headAt, readLogTree } from '../../store/branches.ts'
import { readFrontier } from '../../store/frontier.ts'
import type { Head, MissingRange } from './return-table.ts'

/** A node makes three logs per incarnation, and one whenever it was restored; of more than this the newest are told. */
export const maxToldHeads = 192

/** What is held of the node's logs, the oldest incarnation first; of a forked one, its first branch. */
export function heldHeads(reader: Reader, node: NodeId): readonly Head[] {
  return readFrontier(reader, { origin: node })
    .filter(({ branch }) => branch === 0)
    .map(({ log, seq, head }) => ({ log, seq, head }))
}

/**
 * Control lane first, then fact, then bulk; the older incarnation of a lane before the newer. Where both sides are equally far but
 * differ, the last event is asked for: answers to it then lead back to the fork.
 */
export function missingOf(reader: Reader, claimed: readonly Head[]): readonly MissingRange[] {
  return claimed
    .filter((claim) => claim.seq > 0 && !isHeld(reader, claim))
    .map((claim) => {
      const heldSeq = readLogTree(reader, parseLogId(claim.log))?.branches[0]?.seq ?? 0
      return { log: claim.log, fromSeq: Math.min(heldSeq + 1, claim.seq), toSeq: claim.seq }
    })
    .toSorted((a, b) => priorityOf(a.log) - priorityOf(b.log) || (a.log < b.log ? -1 : 1))
}

export function countEvents(missing: readonly MissingRange[]): number {
  const claimed = missing.reduce((sum, { fromSeq, toSeq }) => sum + toSeq - fromSeq + 1, 0)
  return Math.min(claimed, gatewayLimits.maxEvents)
}

/** Whether some branch of the log goes through this very point. */
function isHeld(reader: Reader, { log, seq, head }: Head): boolean {
  const tree = readLogTree(reader, parseLogId(log))
  if (tree === undefined) return false
  return tree.branches.some((branch) => branch.seq >= seq && equalBytes(headAt(reader, tree, branch, seq), fromHex(head)))
}

function priorityOf(log: string): number {
  return lanes.indexOf(parseLogId(log).lane)
}
