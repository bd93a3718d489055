/** The fingerprint of what is held here, page by page: the frontier of a large fleet is never in memory at once. */
import type { Crypto } from '../../kernel/ports.ts'
import type { Reader } from '../../kernel/reader.ts'
import { createFingerprinter, type Fingerprint, wholeScope } from '../../log/fingerprint.ts'
import type { Frontier } from '../../log/frontier.ts'
import { readFrontierPages } from '../../store/frontier-pages.ts'

export type HeldFingerprint = Fingerprint & { readonly scope: string; readonly logs: number }

/** A scope is a set of whole logs. Its name goes into the fingerprint and is read out with the words. */
export type Scope = { readonly name: string; readonly holds: (log: string) => boolean }

export const everything: Scope = { name: wholeScope, holds: () => true }

const logsAtATime = 500

/** Yields after every few hundred logs, so that whoever drives it can let others have their turn. */
export function* fingerprintSlices(
  reader: Reader,
  crypto: Pick<Crypto, 'sha256Stream'>,
  scope: Scope = everything,
): Generator<void, HeldFingerprint> {
  const printing = createFingerprinter(crypto, scope.name)
  let logs = 0
  for (const page of readFrontierPages(reader, logsAtATime)) {
    const inScope = page.filter(({ log }) => scope.holds(log))
    logs += countLogs(inScope)
    printing.add(inScope)
    yield
  }
  return { ...printing.finish(), scope: scope.name, logs }
}

/** All at once. */
export function heldFingerprint(reader: Reader, crypto: Pick<Crypto, 'sha256Stream'>, scope: Scope = everything): HeldFingerprint {
  const slices = fingerprintSlices(reader, crypto, scope)
  for (;;) {
    const step = slices.next()
    if (step.done === true) return step.value
  }
}

/** Branches of one log are neighbours. */
function countLogs(sorted: Frontier): number {
  return sorted.filter(({ log }, at) => log !== sorted[at - 1]?.log).length
}
