/** Reads the arrows out of a mermaid state diagram, so that the machine can be told in words and in a table as well. */

export type Arrow = { readonly from: string; readonly to: string; readonly label: string }

export type Machine = { readonly arrows: readonly Arrow[]; readonly present: string | null }

/** `[*]` is where a life begins or ends. */
export function readStateMachine(text: string): Machine {
  const arrows: Arrow[] = []
  let present: string | null = null
  for (const line of text.split('\n').map((raw) => raw.trim())) {
    const arrow = /^(\S+)\s+-->\s+([^\s:]+)\s*(?::\s*(.*))?$/.exec(line)
    if (arrow !== null) arrows.push({ from: arrow[1] ?? '', to: arrow[2] ?? '', label: arrow[3] ?? '' })
    const lit = /^class\s+(\S+)\s+present$/.exec(line)
    if (lit !== null) present = lit[1] ?? null
  }
  return { arrows, present }
}

/** The ways out of the present state. */
export function waysOut({ arrows, present }: Machine): readonly Arrow[] {
  return present === null ? [] : arrows.filter((arrow) => arrow.from === present && arrow.to !== '[*]')
}

/** The same machine without the words on its arrows, for a narrow place: they stand in the table, in the larger drawing and below it. */
export function withoutLabels(text: string): string {
  const lines = text.split('\n')
  const starts = lines.filter((line) => /^\s*\[\*\]\s+-->/.test(line)).length
  // A machine that may begin anywhere says nothing by its beginnings.
  return lines
    .filter((line) => starts < 2 || !/^\s*\[\*\]\s+-->/.test(line))
    .map((line) => (line.includes('-->') ? line.replace(/\s*:.*$/, '') : line))
    .join('\n')
}
