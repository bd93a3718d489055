/** What answers the procedures of contract/procedures/policies.ts. */
import { act, found, os, queriesOf } from './implementing.ts'

export const policyHandlers = {
  list: os.policy.list.handler(({ context }) => ({ items: queriesOf(context).policies() })),
  publish: os.policy.publish.handler(async ({ input, context }) => {
    const policyBundleId = await act(context, 'policy.publish', input)
    return found(
      queriesOf(context)
        .policies()
        .find(({ id }) => id === policyBundleId),
      'POLICY_UNKNOWN',
      'The policy bundle could not be read back.',
    )
  }),
  assign: os.policy.assign.handler(({ input, context }) => act(context, 'policy.assign', input)),
  assignments: os.policy.assignments.handler(({ input, context }) => queriesOf(context).assignments(input)),
  rollBack: os.policy.rollBack.handler(({ input, context }) => act(context, 'policy.rollBack', input)),
  withdraw: os.policy.withdraw.handler(async ({ input, context }) => ({ eventIds: await act(context, 'policy.withdraw', input) })),
}
