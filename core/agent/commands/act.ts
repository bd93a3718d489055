/** How one kind of command is done and how it is told, after a crash, whether it took effect (fleet/command/kinds.ts, `probe`). */
import type { Probe } from '../../fleet/command/after-crash.ts'
import type { Writer } from '../../kernel/reader.ts'
import type { Fact } from '../journal.ts'
import type { Entry } from './ledger.ts'

export type Outcome =
  /** `proof` is what was found after the effect; `facts` and `also` are recorded in one transaction with it. */
  | { readonly kind: 'applied'; readonly proof: string; readonly facts?: readonly Fact[]; readonly also?: (writer: Writer) => void }
  /** Nothing of it holds: it was not possible, or was undone. */
  | { readonly kind: 'failed'; readonly code: string; readonly sentence: string }
  /** Only the next start of the agent tells. */
  | { readonly kind: 'awaits-start' }

export type Found = { readonly probe: Probe; readonly proof: string }

export type CommandAct = {
  readonly perform: (entry: Entry, data: Readonly<Record<string, unknown>>) => Outcome | Promise<Outcome>
  readonly probe: (entry: Entry, data: Readonly<Record<string, unknown>>) => Found | Promise<Found>
}

export const noEffect: Found = { probe: 'no-effect', proof: '' }
