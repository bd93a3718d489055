/** What an operator does about projections. None of it is an event: it changes what is shown of events, not what happened. */
import { type Act, requireOperator } from './act.ts'

/** Makes all tables anew beside the ones that serve. Throws Conflict `REBUILD_UNDER_WAY`. */
export function rebuildProjections(act: Act, { reason }: { readonly reason: string }): void {
  requireOperator(act, 'engineer')
  act.master.projections.rebuild(reason)
}

/** Throws NotFound `REBUILD_NOT_RUNNING`. */
export function cancelRebuild(act: Act, _input: object): void {
  requireOperator(act, 'engineer')
  act.master.projections.cancelRebuild()
}

/** Of one subject, or of all; answers how many events are parked still. */
export function retryParked(act: Act, { subjectId }: { readonly subjectId?: string | undefined }): number {
  requireOperator(act, 'engineer')
  return act.master.projections.retryParked(subjectId)
}
