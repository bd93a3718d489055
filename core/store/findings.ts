/** What a check of the store found wrong, and where. */
export type StoreFinding = {
  readonly code: string
  /** One sentence for a person. */
  readonly sentence: string
  /** As `formatLogId` writes it. */
  readonly log?: string
  readonly seq?: number
  /** The event's id, where it is one event. */
  readonly event?: string
}

/** A wrecked store has as many findings as events; the first ones say it all. */
const keptFindings = 1000

export type Findings = { readonly list: StoreFinding[]; count: number }

export function createFindings(): Findings {
  return { list: [], count: 0 }
}

export function addFinding(findings: Findings, finding: StoreFinding): void {
  findings.count++
  if (findings.list.length < keptFindings) findings.list.push(finding)
}
