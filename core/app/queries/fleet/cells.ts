/**
 * Nodes counted by mode, phase, health and kind at once: one cell for each combination that there is, from the counters, with what
 * presence says otherwise of their health. Any of the four can be counted beside any other without looking at a node.
 */
import type { Reader } from '../../../kernel/reader.ts'
import type { FleetMemory } from './fleet.ts'

export type Cell = {
  /** The domain that they are in themselves; empty where everything is counted together. */
  readonly scope: string
  readonly mode: string
  readonly phase: string
  readonly health: string
  readonly kind: string
  readonly nodes: number
}

export type CellFilter = {
  readonly modes?: readonly string[] | undefined
  readonly phases?: readonly string[] | undefined
  readonly healths?: readonly string[] | undefined
  readonly kinds?: readonly string[] | undefined
}

/** Of these domains, each by itself; of everything together without them. */
export function readCells(reader: Reader, fleet: FleetMemory, domainIds: readonly string[] | undefined): readonly Cell[] {
  const scopes = domainIds === undefined ? [''] : domainIds.filter((id) => fleet.domains.has(id))
  // The bounds of the key are in the same place of the index as the key itself.
  const cells = reader
    .all<{ scope: string; key: string; amount: number }>(
      "SELECT scope, key, amount FROM projection_counters WHERE read_table = 'nodes' AND scope IN (SELECT value FROM json_each(?)) AND key >= 'is:' AND key < 'is;'",
      JSON.stringify(scopes),
    )
    .map(({ scope, key, amount }): Cell => {
      const [mode = '', phase = '', health = '', kind = ''] = key.slice('is:'.length).split('/')
      return { scope, mode, phase, health, kind, nodes: amount }
    })
  const wanted = domainIds === undefined ? undefined : new Set(scopes)
  const moved: Cell[] = []
  for (const { stored, live, mode, phase, kind, domain } of fleet.heard.healths.values()) {
    if (wanted?.has(domain) === false) continue
    const cell = { scope: domainIds === undefined ? '' : domain, mode, phase, kind }
    moved.push({ ...cell, health: stored, nodes: -1 }, { ...cell, health: live, nodes: 1 })
  }
  return [...cells, ...moved]
}

export function fitsCell({ modes, phases, healths, kinds }: CellFilter, { mode, phase, health, kind }: Cell): boolean {
  return (
    modes?.includes(mode) !== false &&
    phases?.includes(phase) !== false &&
    healths?.includes(health) !== false &&
    kinds?.includes(kind) !== false
  )
}

export function countCells(cells: readonly Cell[], filter: CellFilter): number {
  return cells.reduce((sum, cell) => (fitsCell(filter, cell) ? sum + cell.nodes : sum), 0)
}
