/** What answers the procedures of contract/procedures/operators.ts. */
import type { OperatorId } from '../../../kernel/ids.ts'
import { act, found, os, queriesOf } from './implementing.ts'

export const operatorHandlers = {
  list: os.operator.list.handler(({ context }) => ({
    items: queriesOf(context).operators(),
    currentId: context.session.operatorOf(context.served) ?? null,
  })),
  create: os.operator.create.handler(async ({ input, context }) => {
    const operatorId = await act(context, 'operator.create', input)
    if (context.session.operatorOf(context.served) === undefined) context.session.signIn(context.served, operatorId)
    return found(queriesOf(context).operator(operatorId), 'OPERATOR_UNKNOWN', 'The operator could not be read back.')
  }),
  signIn: os.operator.signIn.handler(({ input, context }) => {
    const operator = found(queriesOf(context).operator(input.operatorId), 'OPERATOR_UNKNOWN', 'No such operator is known here.')
    context.session.signIn(context.served, operator.id as OperatorId)
    return operator
  }),
}
