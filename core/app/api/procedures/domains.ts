/** What answers the procedures of contract/procedures/domains.ts. */
import { act, found, os, queriesOf } from './implementing.ts'

export const domainHandlers = {
  list: os.domain.list.handler(({ input, context }) => queriesOf(context).domains(input)),
  get: os.domain.get.handler(({ input, context }) =>
    found(queriesOf(context).domain(input.domainId), 'DOMAIN_UNKNOWN', 'No such domain is known here.'),
  ),
  topology: os.domain.topology.handler(({ input, context }) =>
    found(queriesOf(context).topology(input.domainId, input.limit), 'DOMAIN_UNKNOWN', 'No such domain is known here.'),
  ),
  authority: os.domain.authority.handler(({ input, context }) =>
    found(queriesOf(context).domainAuthority(input.domainId), 'DOMAIN_UNKNOWN', 'No such domain is known here.'),
  ),
  create: os.domain.create.handler(async ({ input, context }) => ({ domainId: await act(context, 'domain.create', input) })),
  configure: os.domain.configure.handler(async ({ input, context }) => ({ eventIds: await act(context, 'domain.configure', input) })),
}
