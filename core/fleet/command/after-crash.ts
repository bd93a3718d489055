/** What a node does with a command that was started and had not ended when it came up again ([CM8]). */
import { assertNever } from '../../kernel/assert-never.ts'
import type { Semantics } from './events.ts'

/** What was found at the place where the effect would be (kinds.ts, `probe`). */
export type Probe = 'took-effect' | 'no-effect' | 'cannot-tell'

export type AfterCrash =
  | { readonly act: 'record-applied'; readonly wasProbed: true }
  | { readonly act: 'record-unsure'; readonly sentence: string }
  /** Recorded as started anew, with this number, before the effect. */
  | { readonly act: 'run-again'; readonly attempt: number }

/** Something that ends the node every time it runs must not do so for ever. */
export const maxAttempts = 3

/** `attempt` counts from 1: which one was interrupted. AT_MOST_ONCE is never probed nor run again: a person decides. */
export function afterCrash(command: { readonly semantics: Semantics; readonly attempt: number }, probe: Probe): AfterCrash {
  if (command.semantics === 'AT_MOST_ONCE') {
    return { act: 'record-unsure', sentence: 'It was interrupted while it ran, and must not be run twice.' }
  }
  switch (probe) {
    case 'took-effect':
      return { act: 'record-applied', wasProbed: true }
    case 'no-effect':
    case 'cannot-tell':
      if (command.attempt < maxAttempts) return { act: 'run-again', attempt: command.attempt + 1 }
      return { act: 'record-unsure', sentence: `It was interrupted ${command.attempt} times while it ran.` }
    default:
      return assertNever(probe)
  }
}
