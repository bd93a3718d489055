/**
 * The tree of domains over plain ids. Two masters that disagree can make a ring of parents, and a parent may not be held yet: every
 * walk here ends, and nothing is lost on the way ([DM1]).
 */

/** For each domain that is held its parent, null at the top. */
export type DomainTree = ReadonlyMap<string, string | null>

/** From the domain itself to the top, nearest first. Ends where a parent is not held, and where it would go round in a ring. */
export function lineageIn(tree: DomainTree, domainId: string): readonly string[] {
  const lineage: string[] = []
  const seen = new Set<string>()
  for (let id: string | null | undefined = domainId; id != null && tree.has(id) && !seen.has(id); id = tree.get(id)) {
    seen.add(id)
    lineage.push(id)
  }
  return lineage
}

/** Whether the domain is `ancestorId` or lies below it. */
export function isWithin(tree: DomainTree, domainId: string, ancestorId: string): boolean {
  return lineageIn(tree, domainId).includes(ancestorId)
}

/** The domain with everything below it, parents before children, siblings by id. Each once, also in a ring. */
export function subtreeIn(tree: DomainTree, domainId: string): readonly string[] {
  if (!tree.has(domainId)) return []
  const children = new Map<string, string[]>()
  for (const [id, parent] of tree) if (parent !== null) children.set(parent, [...(children.get(parent) ?? []), id])
  const found = new Set([domainId])
  // A set is walked in the order of its insertions, those made on the way included.
  for (const id of found) for (const child of (children.get(id) ?? []).toSorted()) found.add(child)
  return [...found]
}
