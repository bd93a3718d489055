/** What an operator does about old bulk. None of it is an event: it moves bytes, and nothing that happened changes. */
import type { SealingState } from '../../contract/archives.ts'
import { type Act, requireOperator } from './act.ts'

/** From now on; whoever asks keeps it over restarts. */
export function setRetention(act: Act, { keepBulkDays }: { readonly keepBulkDays: number }): void {
  requireOperator(act, 'engineer')
  act.master.retaining.keep(keepBulkDays)
}

/** Begins; how it goes is told by `sealingOf`. Throws Rejected `SEALING_RUNNING`, `NOTHING_KEPT`. */
export function sealNow(act: Act, { keepBulkDays }: { readonly keepBulkDays?: number | undefined }): SealingState {
  requireOperator(act, 'engineer')
  act.master.retaining.seal(keepBulkDays)
  return act.master.retaining.state()
}

/** For anybody: it changes nothing. */
export function sealingOf(act: Act, _input: object): SealingState {
  return act.master.retaining.state()
}
