/** What the palette offers for what was typed: pages and acts by their words, domains by name, nodes as the master found them. */

export type PaletteEntry = {
  readonly id: string
  readonly group: 'page' | 'domain' | 'node' | 'act'
  readonly name: string
  readonly note: string
  /** Further words it is found by. */
  readonly keywords?: string
}

/** Every word typed must begin a word of the entry or be part of its name; the better it fits, the earlier it comes. */
export function rankEntries<Entry extends PaletteEntry>(entries: readonly Entry[], typed: string, most: number): readonly Entry[] {
  const wanted = typed.toLocaleLowerCase().split(/\s+/).filter(Boolean)
  if (wanted.length === 0) return entries.slice(0, most)
  return entries
    .map((entry) => ({ entry, score: scoreOf(entry, wanted) }))
    .filter(({ score }) => score > 0)
    .toSorted((a, b) => b.score - a.score)
    .slice(0, most)
    .map(({ entry }) => entry)
}

/**
 * What a scanner typed, as a person would have: a code may hold the identifier of a node among other text (an address, a URN), and a
 * wedge scanner ends with a line break or wraps the serial in stars.
 */
export function readScanned(typed: string): string {
  const text = typed.trim()
  const id = /(?:^|[^0-9A-Za-z])([0-7][0-9A-HJKMNP-TV-Z]{25})(?:$|[^0-9A-Za-z])/i.exec(text)?.[1]
  return id?.toUpperCase() ?? text.replace(/^\*(.+)\*$/, '$1')
}

/** What fits exactly - by name, serial, label or identifier - before what merely contains it; the order of the rest stays. */
export function exactFirst<Row extends { readonly id: string; readonly name: string }>(
  rows: readonly Row[],
  wanted: string,
  exactIds: ReadonlySet<string>,
): readonly Row[] {
  const same = wanted.toLocaleLowerCase()
  const isExact = ({ id, name }: Row): boolean => exactIds.has(id) || id.toLocaleLowerCase() === same || name.toLocaleLowerCase() === same
  const unique = [...new Map(rows.map((row) => [row.id, row])).values()]
  return [...unique.filter(isExact), ...unique.filter((row) => !isExact(row))]
}

function scoreOf(entry: PaletteEntry, wanted: readonly string[]): number {
  const name = entry.name.slice(0, 400).toLocaleLowerCase()
  const more = `${entry.note.slice(0, 200)} ${entry.keywords ?? ''}`.toLocaleLowerCase()
  let total = 0
  for (const word of wanted) {
    const score = name.startsWith(word)
      ? 4
      : new RegExp(`(^|\\W)${escapeForPattern(word)}`).test(name)
        ? 3
        : name.includes(word)
          ? 2
          : more.includes(word)
            ? 1
            : 0
    if (score === 0) return 0
    total += score
  }
  return total
}

function escapeForPattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
