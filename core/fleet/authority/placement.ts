/**
 * The placement number of a node: raised by each move to another domain and by each change of inheritance of where it is, so that
 * epochs of different domains are never compared ([AU14]).
 */
import { chroniclesOf } from './chronicle.ts'
import type { AuthorityBook, Chronicle } from './types.ts'

/**
 * How often the domain, or one above it, began to be held apart or was given back. A domain at the top inherits from nobody: its founding is
 * no change.
 */
export function inheritanceChanges(book: AuthorityBook, domainId: string): number {
  return chroniclesOf(book, { domainId }).reduce((sum, chronicle) => sum + changesOf(book, chronicle), 0)
}

/** `base` is what the node's last move, or its enrolment (0), carries. */
export function placementOf(book: AuthorityBook, domainId: string, base: number): number {
  return base + inheritanceChanges(book, domainId)
}

function changesOf(book: AuthorityBook, { domainId, pages }: Chronicle): number {
  let changes = 0
  let isApart = (book.place(domainId)?.parentId ?? null) === null
  for (const { outcome } of pages) {
    if (!isApart) changes++
    isApart = outcome.kind !== 'inherits'
    if (!isApart) changes++
  }
  return changes
}
