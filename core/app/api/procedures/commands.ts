/** What answers the procedures of contract/procedures/commands.ts. */
import { readTwoOperators } from '../../queries/two-operators.ts'
import { act, found, os, queriesOf } from './implementing.ts'

export const commandHandlers = {
  list: os.command.list.handler(({ input, context }) => queriesOf(context).commands(input)),
  get: os.command.get.handler(({ input, context }) =>
    found(queriesOf(context).command(input.commandId), 'COMMAND_UNKNOWN', 'No such command is known here.'),
  ),
  twoOperators: os.command.twoOperators.handler(({ input, context: { served } }) =>
    served.master.moment(() => readTwoOperators(served.master.model, input.domainId)),
  ),
  preview: os.command.preview.handler(({ input, context }) => queriesOf(context).commandPreview(input)),
  issue: os.command.issue.handler(({ input, context }) => act(context, 'command.issue', input)),
  issueBatch: os.command.issueBatch.handler(({ input, context }) => act(context, 'command.issueBatch', input)),
  approve: os.command.approve.handler(async ({ input, context }) => ({ eventIds: await act(context, 'command.approve', input) })),
  cancel: os.command.cancel.handler(async ({ input, context }) => ({ eventIds: await act(context, 'command.cancel', input) })),
  settle: os.command.settle.handler(async ({ input, context }) => ({ eventIds: await act(context, 'command.settle', input) })),
}
