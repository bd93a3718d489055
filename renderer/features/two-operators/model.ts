/** Choosing which kinds of commands take two people, without a DOM. */

/** With `kind` among the chosen, or without it; the order says nothing. */
export function toggleKind(chosen: readonly string[], kind: string, isChosen: boolean): readonly string[] {
  const others = chosen.filter((known) => known !== kind)
  return isChosen ? [...others, kind] : others
}

/** Null is "as the domain above", and not the same as naming none. */
export function isSameSetting(a: readonly string[] | null, b: readonly string[] | null): boolean {
  if (a === null || b === null) return a === b
  return a.length === b.length && a.every((kind) => b.includes(kind))
}
