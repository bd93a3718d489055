/** A domain and those above it. */
import type { AuthorityBook } from './types.ts'

/** The domain first, its parent next; a ring of parents ends where it would begin again. */
export function lineOf(book: AuthorityBook, domainId: string): readonly string[] {
  const line: string[] = []
  for (let id: string | null = domainId; id !== null && !line.includes(id); id = book.place(id)?.parentId ?? null) line.push(id)
  return line
}
