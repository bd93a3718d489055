/**
 * A log that was told in two ways stands still here until a person decides which telling counts ([FK1]): what had effect before keeps it,
 * both tellings are held, and nothing that follows in it is taken, so that nothing is lost either: it waits at the machine.
 */
import { fromHex, equalBytes } from '../../kernel/hex.ts'
import type { Reader } from '../../kernel/reader.ts'
import { formatLogId, type LogId } from '../../log/log-id.ts'
import { type Branch, headAt, type LogTree, readLogTree } from '../../store/branches.ts'

export type ForkDecision = { readonly log: string; readonly at: number; readonly keep: { readonly seq: number; readonly head: string } }

export type Fork = {
  readonly log: string
  readonly at: number
  readonly branches: readonly { readonly number: number; readonly seq: number; readonly head: Uint8Array; readonly isFirst: boolean }[]
}

/** Every point at which the log was told in two ways, with how far each telling is held. */
export function forksOf(reader: Reader, log: LogId): readonly Fork[] {
  const tree = readLogTree(reader, log)
  if (tree === undefined || tree.branches.length < 2) return []
  const points = [...new Set(tree.branches.filter(({ number }) => number > 0).map(({ from }) => from))].toSorted((a, b) => a - b)
  return points.map((at) => {
    const leaving = tree.branches.filter((branch) => branch.number > 0 && branch.from === at)
    const left = new Set(leaving.map(({ parent }) => parent))
    return {
      log: formatLogId(log),
      at,
      branches: tree.branches
        .filter((branch) => left.has(branch.number) || leaving.includes(branch))
        .map(({ number, seq, head }) => ({ number, seq, head, isFirst: number === 0 })),
    }
  })
}

/** `undecided`: a fork waits for a person. `other`: it was decided for another telling than the first, so the first goes no further. */
export function standingOfLog(reader: Reader, log: LogId, decisions: readonly ForkDecision[]): 'open' | 'undecided' | 'other' {
  const tree = readLogTree(reader, log)
  const name = formatLogId(log)
  let standing: 'open' | 'other' = 'open'
  for (const { at } of forksOf(reader, log)) {
    const decision = decisions.find((one) => one.log === name && one.at === at)
    if (decision === undefined) return 'undecided'
    if (tree !== undefined && !isOnFirst(reader, tree, decision.keep)) standing = 'other'
  }
  return standing
}

export function isOnFirst(reader: Reader, tree: LogTree, { seq, head }: ForkDecision['keep']): boolean {
  const first: Branch | undefined = tree.branches[0]
  return first !== undefined && first.seq >= seq && equalBytes(headAt(reader, tree, first, seq), fromHex(head))
}
