/** What answers the procedures of contract/procedures/relays.ts. */
import { act, os, queriesOf } from './implementing.ts'

export const relayHandlers = {
  list: os.relay.list.handler(({ input, context }) => queriesOf(context).relays(input)),
  register: os.relay.register.handler(({ input, context }) => act(context, 'relay.register', input)),
  reroute: os.relay.reroute.handler(async ({ input, context }) => ({ eventIds: await act(context, 'relay.reroute', input) })),
  retire: os.relay.retire.handler(async ({ input, context }) => ({ eventIds: await act(context, 'relay.retire', input) })),
}
