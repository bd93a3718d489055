/** A long list of nodes as it is held: pages in the master's order, kept still while a person points at them. */
import type { Answers } from '../../client/rpc.ts'

export type NodeRow = Answers['node']['list']['items'][number]
export type NodePage = Answers['node']['list']

/** Pages as they were answered, first to last. `cursors[i]` is what page i was asked with. */
export type HeldPages = { readonly pages: readonly NodePage[]; readonly cursors: readonly (string | undefined)[] }

export const noPages: HeldPages = { pages: [], cursors: [] }

/** Puts a fresh answer in its place. The pages behind it stay as they are: they are asked again when they are looked at. */
export function placePage(held: HeldPages, at: number, cursor: string | undefined, page: NodePage): HeldPages {
  if (at > held.pages.length) return held
  return { pages: held.pages.toSpliced(at, 1, page), cursors: held.cursors.toSpliced(at, 1, cursor) }
}

/** All rows held, in order, each node once: it may have moved from one page to another between two answers. */
export function rowsOf(held: HeldPages): readonly NodeRow[] {
  const seen = new Set<string>()
  return held.pages.flatMap((page) =>
    page.items.filter((row) => {
      if (seen.has(row.id)) return false
      seen.add(row.id)
      return true
    }),
  )
}

/** Which page a row lies in. */
export function pageOfRow(held: HeldPages, row: number): number {
  let end = 0
  for (const [at, page] of held.pages.entries()) {
    end += page.items.length
    if (row < end) return at
  }
  return Math.max(0, held.pages.length - 1)
}

export type StillRows = {
  readonly rows: readonly NodeRow[]
  /** Rows that would stand elsewhere, or be gone or new, if the order were let go. */
  readonly waiting: number
}

/** Keeps the order that is on screen and renews what its rows say; nothing moves under the pointer. */
export function keepStill(shown: readonly NodeRow[], fresh: readonly NodeRow[]): StillRows {
  const byId = new Map(fresh.map((row) => [row.id, row]))
  const rows = shown.map((row) => byId.get(row.id) ?? row)
  const waiting = fresh.reduce((count, row, at) => count + (shown[at]?.id === row.id ? 0 : 1), 0) + Math.max(0, shown.length - fresh.length)
  return { rows, waiting }
}
