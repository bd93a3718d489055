/** What answers the procedures of contract/procedures/reconciliation.ts. */
import { act, os, queriesOf } from './implementing.ts'

export const reconciliationHandlers = {
  get: os.reconciliation.get.handler(({ input, context }) => queriesOf(context).reconciliation(input.domainId)),
  set: os.reconciliation.set.handler(async ({ input, context }) => ({ eventIds: await act(context, 'reconciliation.set', input) })),
}
