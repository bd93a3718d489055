/** What answers the procedures of contract/procedures/attention.ts. */
import { act, os, queriesOf } from './implementing.ts'

export const attentionHandlers = {
  list: os.attention.list.handler(({ input, context }) => queriesOf(context).attentionPage(input)),
  acknowledge: os.attention.acknowledge.handler(async ({ input, context }) => ({
    eventIds: await act(context, 'attention.acknowledge', input),
  })),
  snooze: os.attention.snooze.handler(async ({ input, context }) => ({ eventIds: await act(context, 'attention.snooze', input) })),
  resolve: os.attention.resolve.handler(async ({ input, context }) => ({ eventIds: await act(context, 'attention.resolve', input) })),
  assign: os.attention.assign.handler(async ({ input, context }) => ({ eventIds: await act(context, 'attention.assign', input) })),
  weigh: os.attention.weigh.handler(async ({ input, context }) => ({ eventIds: await act(context, 'attention.weigh', input) })),
}
