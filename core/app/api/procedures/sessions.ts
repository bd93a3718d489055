/** What answers the procedures of contract/procedures/sessions.ts. */
import { act, found, os, queriesOf } from './implementing.ts'

export const sessionHandlers = {
  list: os.session.list.handler(({ input, context }) => queriesOf(context).sessions(input)),
  get: os.session.get.handler(({ input, context }) =>
    found(queriesOf(context).session(input.sessionId), 'SESSION_UNKNOWN', 'No such return is known here.'),
  ),
  queue: os.session.queue.handler(({ input, context }) => queriesOf(context).returnQueue(input)),
  setBudget: os.session.setBudget.handler(async ({ input, context }) => {
    const budget = await act(context, 'session.setBudget', input)
    context.served.master.feed.tell({ topics: ['sessions'] })
    return budget
  }),
  dryRun: os.session.dryRun.handler(({ input, context }) => queriesOf(context).dryRun(input.sessionId)),
}
