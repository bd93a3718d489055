/** What answers the procedures of contract/procedures/waivers.ts. */
import { act, os, queriesOf } from './implementing.ts'

export const waiverHandlers = {
  list: os.waiver.list.handler(({ input, context }) => queriesOf(context).waivers(input)),
  grant: os.waiver.grant.handler(({ input, context }) => act(context, 'waiver.grant', input)),
  revoke: os.waiver.revoke.handler(async ({ input, context }) => ({ eventIds: await act(context, 'waiver.revoke', input) })),
}
