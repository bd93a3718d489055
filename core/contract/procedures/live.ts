/** What changed: names, inputs and outputs. */
import { changeTick, watchRequest } from '../live.ts'
import { base, nothing } from './base.ts'
import { eventIterator } from '@orpc/contract'

export const liveProcedures = {
  changes: base
    .route({ method: 'GET', path: '/changes', summary: 'Server-sent ticks of what changed' })
    .input(nothing)
    .output(eventIterator(changeTick)),
  watch: base
    .route({ method: 'POST', path: '/changes/query', summary: 'Ticks when the answer to a query may be another one' })
    .input(watchRequest)
    .output(eventIterator(changeTick)),
}
