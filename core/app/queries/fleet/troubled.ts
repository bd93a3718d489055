/**
 * Who may be among the worst of a scope that is small enough to be read: those with points or out of contact, in two bands, each by one
 * look at an index for each domain. A fleet that is too large for that is walked group by group (`worst-nodes.ts`).
 */
import type { Reader } from '../../../kernel/reader.ts'

export type Troubled = {
  readonly subject: string
  readonly domain: string
  readonly urgency: number
  readonly budget_s: number
  readonly since: string
  readonly ends_ms: number | null
}

/** In a large region, those with fewer points mostly need not be read at all. */
const firstBand = -40
const belowAll = -1000

/**
 * Bands of them, the most points first, each in the order of the most they can score and then of how long they have waited. `fewest`:
 * the fewest points that still matter, asked before each band.
 */
export function* troubledIn(
  reader: Reader,
  domainIds: readonly string[],
  most: (node: Troubled) => number,
  fewest: () => number,
): Generator<readonly Bounded[], void> {
  let above = belowAll
  for (const end of [firstBand, 0]) {
    const upTo = Math.min(end, -fewest())
    if (upTo <= above) return
    const found: Bounded[] = []
    for (const domainId of domainIds) for (const node of readBand(reader, domainId, above, upTo)) found.push({ node, bound: most(node) })
    yield found.sort(compareBounded)
    above = upTo
  }
}

export type Bounded = { readonly node: Troubled; readonly bound: number }

function compareBounded(a: Bounded, b: Bounded): number {
  if (a.bound !== b.bound) return b.bound - a.bound
  return a.node.since < b.node.since ? -1 : 1
}

/** Without those who are in contact and have no points: their work is normal, and they are nearly all. */
function readBand(reader: Reader, domainId: string, above: number, upTo: number): readonly Troubled[] {
  const columns = 'subject, domain, urgency, budget_s, since, ends_ms'
  const own = `SELECT ${columns} FROM node_standings WHERE domain = ? AND urgency > ? AND urgency <= ?`
  const found = reader.all<Troubled>(own, domainId, above, Math.min(upTo, -1))
  if (upTo < 0) return found
  return [
    ...found,
    ...reader.all<Troubled>(`SELECT ${columns} FROM node_standings WHERE domain = ? AND urgency = 0 AND budget_s >= 0`, domainId),
  ]
}
