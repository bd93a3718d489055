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
