/** A failure as the console shows it: always a code, a sentence and something to do next. */
export type ProblemKind =
  | 'REJECTED'
  | 'INVALID'
  | 'CONFLICT'
  | 'UNAUTHORISED'
  | 'INCOMPATIBLE'
  | 'NOT_FOUND'
  | 'UNAVAILABLE'
  | 'CORRUPT'
  | 'BUG'
  | 'OFFLINE'

export type Problem = {
  readonly kind: ProblemKind
  /** Stable; what is read out over the radio. */
  readonly code: string
  /** From the master, for a person; empty when there was no master to say anything. */
  readonly sentence: string
  readonly facts: Readonly<Record<string, string | number | boolean | null>>
}

/** Trying the same again may work, because the cause lies in the connection or the moment. */
export function isWorthRetrying(problem: Problem): boolean {
  return problem.kind === 'OFFLINE' || problem.kind === 'UNAVAILABLE'
}

/** What one person reads to another over a poor link: short lines, no punctuation that gets lost. */
export function toRadioText(problem: Problem, where: { readonly place: string; readonly fingerprint: readonly string[] }): string {
  const facts = Object.entries(problem.facts).map(([name, value]) => `${name} ${String(value)}`)
  return [
    `CODE ${problem.code}`,
    problem.sentence,
    ...facts,
    `AT ${where.place}`,
    ...(where.fingerprint.length === 0 ? [] : [`FINGERPRINT ${where.fingerprint.join(' ')}`]),
  ]
    .filter((line) => line !== '')
    .join('\n')
}
