/** What answers the procedures of contract/procedures/rollouts.ts. */
import { act, found, os, queriesOf } from './implementing.ts'

const noRollout = ['ROLLOUT_UNKNOWN', 'No such rollout is known here.'] as const

export const rolloutHandlers = {
  list: os.rollout.list.handler(({ input, context }) => queriesOf(context).rollouts(input)),
  get: os.rollout.get.handler(({ input, context }) => found(queriesOf(context).rollout(input.rolloutId), ...noRollout)),
  plan: os.rollout.plan.handler(async ({ input, context }) => {
    const rolloutId = await act(context, 'rollout.plan', input)
    return found(queriesOf(context).rollout(rolloutId), ...noRollout)
  }),
  start: os.rollout.start.handler(async ({ input, context }) => ({ eventIds: await act(context, 'rollout.start', input) })),
  approve: os.rollout.approve.handler(async ({ input, context }) => ({ eventIds: await act(context, 'rollout.approve', input) })),
  pause: os.rollout.pause.handler(async ({ input, context }) => ({ eventIds: await act(context, 'rollout.pause', input) })),
  resume: os.rollout.resume.handler(async ({ input, context }) => ({ eventIds: await act(context, 'rollout.resume', input) })),
  advance: os.rollout.advance.handler(async ({ input, context }) => ({ eventIds: await act(context, 'rollout.advance', input) })),
  abort: os.rollout.abort.handler(async ({ input, context }) => ({ eventIds: await act(context, 'rollout.abort', input) })),
  rollBack: os.rollout.rollBack.handler(async ({ input, context }) => ({ eventIds: await act(context, 'rollout.rollBack', input) })),
  openGate: os.rollout.openGate.handler(async ({ input, context }) => ({ eventIds: await act(context, 'rollout.openGate', input) })),
}
