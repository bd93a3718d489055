/** How far which tellings of a forked log count, by what was said of them in its order ([FK3], [FK4]). */
import { toHex } from '../../kernel/hex.ts'
import type { Reader } from '../../kernel/reader.ts'
import { type Branch, headAt, holderOf, type LogTree, signedHeadAt } from '../../store/branches.ts'
import type { Word } from './fork-words.ts'

/** Up to this event, on the way to it. */
export type Path = { readonly branch: Branch; readonly upTo: number }

export function firstForkOf(tree: LogTree | undefined): number {
  return Math.min(...(tree?.branches.filter(({ number }) => number > 0).map(({ from }) => from) ?? []))
}

export function isWithin(tree: LogTree, { branch, upTo }: Path, number: number, seq: number): boolean {
  return seq <= upTo && holderOf(tree, branch, seq).number === number
}

type Chosen = { readonly path: Path; readonly isOpen: boolean }

/** Goes through what was said in its order. What it names and is not held here says nothing. */
export function pathsOf(reader: Reader, tree: LogTree, words: readonly Word[]): readonly Path[] {
  let first: Path | undefined
  let isKnown = false
  const chosen = new Map<number, Chosen>()
  for (const word of words) {
    const point = locate(reader, tree, word)
    if (word.kind === 'resolved') {
      // The last word on a fork replaces what was said of it before.
      isKnown = true
      chosen.delete(word.at)
      if (point !== undefined && point.upTo >= word.at) chosen.set(word.at, { path: point, isOpen: true })
      continue
    }
    if (point === undefined) continue
    for (const [at, { path, isOpen }] of chosen) {
      if (!isOpen || isWithin(tree, path, point.branch.number, point.upTo)) continue
      if (isWithin(tree, point, path.branch.number, path.upTo)) chosen.set(at, { path: point, isOpen })
      // It was told in two ways once more, behind what was decided.
      else if (point.upTo >= at && holderOf(tree, point.branch, at).number === holderOf(tree, path.branch, at).number)
        chosen.set(at, { path, isOpen: false })
    }
    if (isKnown) continue
    if (first === undefined || isWithin(tree, point, first.branch.number, first.upTo)) first = point
    else if (!isWithin(tree, first, point.branch.number, point.upTo)) isKnown = true
  }
  return [...(first === undefined ? [] : [first]), ...[...chosen.values()].map(({ path }) => path)]
}

/** A head lies on exactly one branch. Mostly it was signed there, and nothing has to be read for it. */
function locate(reader: Reader, tree: LogTree, { seq, head }: Pick<Word, 'seq' | 'head'>): Path | undefined {
  const own = tree.branches.filter((branch) => branch.from <= seq && seq <= branch.seq)
  const branch =
    own.find((candidate) => signedHeadAt(reader, tree, candidate, seq) === head) ??
    own.find((candidate) => toHex(headAt(reader, tree, candidate, seq)) === head)
  return branch === undefined ? undefined : { branch, upTo: seq }
}

/** Events of the log that count: all up to the first fork, and behind it each on a path once. */
export function countOn(tree: LogTree, paths: readonly Path[]): number {
  const before = firstForkOf(tree) - 1
  const furthest = new Map<number, { readonly from: number; readonly to: number }>()
  for (const { branch, upTo } of paths) {
    for (let end = upTo; end > before; ) {
      const holder = holderOf(tree, branch, end)
      const from = Math.max(holder.from, before + 1)
      furthest.set(holder.number, { from, to: Math.max(end, furthest.get(holder.number)?.to ?? 0) })
      end = from - 1
    }
  }
  return before + [...furthest.values()].reduce((sum, { from, to }) => sum + to - from + 1, 0)
}
