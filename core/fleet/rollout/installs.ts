/** What came of installing the target version at a node, by its own word: the newest of the commands that were to bring it ([RO10]). */
import type { CommandEnd } from '../command/command-state.ts'

export type Install = {
  readonly commandId: string
  readonly version: string
  readonly digest: string
  readonly issuedAtMs: number
  /** Null while it is not done. */
  readonly end: Pick<CommandEnd, 'kind' | 'code' | 'detail'> | null
}

export type InstallWords = {
  readonly failure: string | null
  readonly refusal: { readonly code: string; readonly sentence: string; readonly isFinal: boolean } | null
}

/** What a node says when it tried and went back to what it had. */
export const installFailures: ReadonlySet<string> = new Set(['UPDATE_FAILED', 'ROLLED_BACK'])
/** Refusals that waiting does not end. */
const finalRefusals: ReadonlySet<string> = new Set(['INSTALL_NOT_POSSIBLE', 'ARTIFACT_SIGNATURE_WRONG'])

const nothing: InstallWords = { failure: null, refusal: null }

/** These bytes came up at the node, and were the last that it was brought since the rollout was planned. */
export function hasInstalled(
  installs: readonly Install[],
  { version, digest }: { readonly version: string; readonly digest: string },
  sinceMs: number,
): boolean {
  const newest = installs
    .filter(({ issuedAtMs, end }) => issuedAtMs >= sinceMs && end !== null)
    .toSorted(byAge)
    .at(-1)
  return newest?.end?.kind === 'applied' && newest.version === version && newest.digest === digest
}

/** Only those count that were issued since the rollout was planned: what failed before was known then. */
export function wordsOfInstalls(installs: readonly Install[], targetVersion: string, sinceMs: number): InstallWords {
  const newest = installs
    .filter(({ version, issuedAtMs, end }) => version === targetVersion && issuedAtMs >= sinceMs && end !== null)
    .toSorted(byAge)
    .at(-1)
  if (newest?.end?.kind !== 'rejected') return nothing
  const { code, detail } = newest.end
  if (code !== null && installFailures.has(code)) return { failure: detail, refusal: null }
  return { failure: null, refusal: { code: code ?? '', sentence: detail, isFinal: code !== null && finalRefusals.has(code) } }
}

function byAge(a: Install, b: Install): number {
  return a.issuedAtMs - b.issuedAtMs || (a.commandId < b.commandId ? -1 : 1)
}
