/** What answers the procedures of contract/procedures/master.ts. */
import { requireOperator } from '../../acts/act.ts'
import { parseAddress } from '../../node-listener.ts'
import { act, actorOf, os, queriesOf } from './implementing.ts'

export const masterHandlers = {
  get: os.master.get.handler(({ context }) => context.served.view()),
  incarnation: os.master.incarnation.handler(({ context }) => queriesOf(context).incarnation()),
  rename: os.master.rename.handler(async ({ input, context }) => ({ eventIds: await act(context, 'master.rename', input) })),
  listen: os.master.listen.handler(async ({ input, context }) => {
    const { master } = context.served
    master.moment(() => requireOperator({ master, actor: actorOf(context) }, 'engineer'))
    await context.served.gateway.set(input.address === null ? null : parseAddress(input.address))
    return context.served.view()
  }),
}
