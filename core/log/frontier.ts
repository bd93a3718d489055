/** What a place holds, said exactly: for each log, how far and with which head. */
export type FrontierEntry = {
  /** As `formatLogId` writes it. */
  readonly log: string
  /** 0 for the branch that came first here, 1 and up for the others of a fork. A local number: two places may number them otherwise. */
  readonly branch: number
  readonly seq: number
  /** Hex. */
  readonly head: string
}

/** Sorted by log, then head: an order that does not depend on what came first. */
export type Frontier = readonly FrontierEntry[]

export function sortFrontier(entries: readonly FrontierEntry[]): Frontier {
  return entries.toSorted((a, b) => compareText(a.log, b.log) || compareText(a.head, b.head))
}

/** By code unit, which is byte order for the ASCII that logs and heads are made of; never by locale. */
function compareText(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
