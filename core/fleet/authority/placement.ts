/**
 * The placement number of a node: raised by each move to another domain and by each change of inheritance of where it is, so that
 * epochs of different domains are never compared ([AU14]).
 */
import { chroniclesOf } from './chronicle.ts'
import type { AuthorityBook, Chronicle } from './types.ts'

/** How often the domain, or one above it, began to be held apart or was given back. Never goes down as more is held. */
export function inheritanceChanges(book: AuthorityBook, domainId: string): number {
  return chroniclesOf(book, { domainId }).reduce((sum, chronicle) => sum + changesOf(chronicle), 0)
}

/** `base` is what the node's last move, or its enrolment (0), carries. */
export function placementOf(book: AuthorityBook, domainId: string, base: number): number {
  return base + inheritanceChanges(book, domainId)
}

/** What the event of a move has to carry so that the node's placement is higher after it, wherever it goes. May be negative. */
export function baseAfterMove(book: AuthorityBook, from: { readonly domainId: string; readonly base: number }, toDomainId: string): number {
  return placementOf(book, from.domainId, from.base) + 1 - inheritanceChanges(book, toDomainId)
}

function changesOf({ pages }: Chronicle): number {
  let changes = 0
  let isApart = false
  for (const { outcome } of pages) {
    if (!isApart) changes++
    isApart = outcome.kind !== 'inherits'
    if (!isApart) changes++
  }
  return changes
}
