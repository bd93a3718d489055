/** What answers the procedures of contract/procedures/forks.ts. */
import { act, os, queriesOf } from './implementing.ts'

export const forkHandlers = {
  list: os.fork.list.handler(({ context }) => queriesOf(context).forks()),
  preview: os.fork.preview.handler(({ input, context }) => queriesOf(context).forkPreview(input)),
  resolve: os.fork.resolve.handler(async ({ input, context }) => ({ eventIds: await act(context, 'fork.resolve', input) })),
}
