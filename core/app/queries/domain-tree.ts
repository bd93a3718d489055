/** The tree of domains in the order in which it is drawn. */
import { AppError } from '../../kernel/app-error.ts'
import type { MasterLevel } from '../../fleet/node/node-record.ts'
import type { Row } from '../../kernel/reader.ts'
import type { ReadModel } from '../read-model.ts'

export type DomainPlace = {
  readonly id: string
  readonly parentId: string | null
  readonly name: string
  readonly level: MasterLevel
  readonly depth: number
  /** Itself and all below it, in tree order. */
  readonly subtreeIds: readonly string[]
}

type DomainRow = Row & {
  readonly subject: string
  readonly name: string
  readonly parent: string | null
  readonly level: MasterLevel
}

/**
 * Every domain exactly once ([QY1]): parents before children, siblings by name. A domain whose parent is not held here, or that is
 * part of a ring, stands at the top.
 */
export function readDomainTree(model: Pick<ReadModel, 'reader'>): readonly DomainPlace[] {
  const rows = model.reader.all<DomainRow>('SELECT subject, name, parent, level FROM domains')
  const sorted = [...rows].sort((a, b) => compare(a.name, b.name) || compare(a.subject, b.subject))
  const known = new Set(sorted.map(({ subject }) => subject))
  const childrenOf = new Map<string | null, DomainRow[]>()
  for (const row of sorted) {
    const parent = row.parent !== null && known.has(row.parent) ? row.parent : null
    childrenOf.set(parent, [...(childrenOf.get(parent) ?? []), row])
  }
  const places: DomainPlace[] = []
  const placed = new Set<string>()
  function place(row: DomainRow, depth: number): string[] {
    if (placed.has(row.subject)) return []
    placed.add(row.subject)
    const at = places.length
    const entry = { id: row.subject, parentId: row.parent, name: row.name, level: row.level, depth }
    places.push({ ...entry, subtreeIds: [] })
    const below = (childrenOf.get(row.subject) ?? []).flatMap((child) => place(child, depth + 1))
    const subtreeIds = [row.subject, ...below]
    places[at] = { ...entry, subtreeIds }
    return subtreeIds
  }
  for (const row of childrenOf.get(null) ?? []) place(row, 0)
  for (const row of sorted) place(row, 0)
  return places
}

function compare(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}

/** A domain and all below it. Throws NotFound `DOMAIN_UNKNOWN`. */
export function subtreeOf(model: Pick<ReadModel, 'reader'>, domainId: string): readonly string[] {
  return placeOf(readDomainTree(model), domainId).subtreeIds
}

/** Throws NotFound `DOMAIN_UNKNOWN`. */
export function placeOf(tree: readonly DomainPlace[], domainId: string): DomainPlace {
  const place = tree.find(({ id }) => id === domainId)
  if (place === undefined) throw new AppError('NotFound', 'DOMAIN_UNKNOWN', `No domain ${domainId} is known here.`, { domainId })
  return place
}
