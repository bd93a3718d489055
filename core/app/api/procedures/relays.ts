/** What answers the procedures of contract/procedures/relays.ts. */
import { act, os } from './implementing.ts'

export const relayHandlers = {
  register: os.relay.register.handler(({ input, context }) => act(context, 'relay.register', input)),
  reroute: os.relay.reroute.handler(async ({ input, context }) => ({ eventIds: await act(context, 'relay.reroute', input) })),
  retire: os.relay.retire.handler(async ({ input, context }) => ({ eventIds: await act(context, 'relay.retire', input) })),
}
