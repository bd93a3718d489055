/** The one error type: a kind that decides what the caller can do, a stable code, facts, and one sentence for a person. */

export type Facts = Readonly<Record<string, string | number | boolean | null>>

export type ErrorKind =
  /** A rule of the fleet says no; the facts say what would allow it. */
  | 'Rejected'
  /** The input is malformed. */
  | 'Invalid'
  /** It contradicts what is already held. */
  | 'Conflict'
  /** Who asks is not known, or may not. */
  | 'Unauthorised'
  /** Made by, or meant for, another version. */
  | 'Incompatible'
  | 'NotFound'
  /** The environment (disk, port, permission, peer) does not let us; trying again later can help. */
  | 'Unavailable'
  /** What is stored is not what was written. */
  | 'Corrupt'
  /** Ours. */
  | 'Bug'

/** Process exit codes (design 1, Command line). */
export const exitCodes = { done: 0, checkFailed: 1, usage: 2, refused: 3, environment: 4 } as const

export class AppError extends Error {
  readonly kind: ErrorKind
  /** Stable, UPPER_SNAKE; what programs and the radio use. */
  readonly code: string
  readonly facts: Facts

  constructor(kind: ErrorKind, code: string, sentence: string, facts: Facts = {}, cause?: unknown) {
    super(sentence, cause === undefined ? undefined : { cause })
    this.name = `AppError(${code})`
    this.kind = kind
    this.code = code
    this.facts = facts
  }
}

export function isAppError(error: unknown): error is AppError {
  return error instanceof AppError
}

/** The exit status that a failure of this kind ends a command with. */
export function exitCodeOf(error: unknown): number {
  if (!isAppError(error)) return exitCodes.environment
  switch (error.kind) {
    case 'Invalid':
      return exitCodes.usage
    case 'Rejected':
    case 'Conflict':
    case 'Unauthorised':
    case 'NotFound':
      return exitCodes.refused
    case 'Incompatible':
    case 'Unavailable':
    case 'Corrupt':
    case 'Bug':
      return exitCodes.environment
  }
}
