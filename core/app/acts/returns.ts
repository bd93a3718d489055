/** How many returns this master takes at once. No event: it is about this machine and its links, and nothing that happened changes. */
import { type AdmissionBudget, putBudget } from '../../ingest/returns/queue-table.ts'
import { type Act, requireOperator } from './act.ts'

/** For whoever asks to return from now on; kept over restarts ([RT14]). */
export function setReturnBudget(act: Act, { maxSessions, maxBytes }: AdmissionBudget): AdmissionBudget {
  requireOperator(act, 'engineer')
  act.master.port.commit(({ writer }) => putBudget(writer, { maxSessions, maxBytes }))
  return { maxSessions, maxBytes }
}
