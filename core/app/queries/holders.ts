/** Who holds which domain, worked out once and kept for as long as what it follows from is the same. */
import { type Holder, holderOf } from '../../fleet/authority/holder.ts'
import { inheritanceChanges } from '../../fleet/authority/placement.ts'
import { nodesWithGlass } from '../../fleet/authority/glass.ts'
import { lineOf } from '../../fleet/authority/line.ts'
import type { AuthorityBook } from '../../fleet/authority/types.ts'
import { type BookSource, createBook } from '../projecting/book.ts'

const rememberedDomains = 5000

type Known = { readonly basis: readonly unknown[]; readonly holder: Holder; readonly changes: number }

export type Holders = {
  readonly book: AuthorityBook
  readonly holder: (domainId: string) => Holder
  /** The same of one node, where glass may have been broken at it ([AU23]). */
  readonly holderAt: (domainId: string, nodeId: string) => Holder
  /** Of the domain and those above it ([AU14]). */
  readonly inheritanceChanges: (domainId: string) => number
}

/** What was asked for stays the same object while the source gives the same objects. */
export function createHolders(source: BookSource): Holders {
  const known = new Map<string, Known>()
  // One question, one look for what freezes.
  let freezers: readonly string[] | undefined
  const book = createBook({ ...source, freezers: () => freezers ?? source.freezers() })

  function ask(domainId: string): Known {
    freezers = [...source.freezers()]
    try {
      const basis = basisOf(source, book, domainId, freezers)
      const before = known.get(domainId)
      if (before !== undefined && isSame(before.basis, basis)) return before
      if (known.size >= rememberedDomains) known.clear()
      const found = { basis, holder: holderOf(book, domainId), changes: inheritanceChanges(book, domainId) }
      known.set(domainId, found)
      return found
    } finally {
      freezers = undefined
    }
  }
  function holderAt(domainId: string, nodeId: string): Holder {
    const { holder } = ask(domainId)
    const isNamed = lineOf(book, domainId).some((id) => nodesWithGlass(book, id).includes(nodeId))
    return isNamed ? holderOf(book, domainId, nodeId) : holder
  }
  return { book, holder: (domainId) => ask(domainId).holder, holderAt, inheritanceChanges: (domainId) => ask(domainId).changes }
}

function basisOf(source: BookSource, book: AuthorityBook, domainId: string, freezers: readonly string[]): readonly unknown[] {
  const basis: unknown[] = freezers.map((subject) => source.authority(subject))
  for (const id of lineOf(book, domainId)) {
    const record = source.authority(id)
    basis.push(source.domain(id), record)
    for (const { issuerId, word } of record?.acts ?? []) {
      basis.push(source.lives(issuerId))
      if ('giving' in word && word.giving.nodeIds !== null) basis.push(...word.giving.nodeIds.map((node) => source.place(node)))
      if ('giving' in word && word.giving.masterId !== issuerId) basis.push(source.lives(word.giving.masterId))
    }
  }
  return basis
}

function isSame(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((value, at) => value === b[at])
}
