/** What answers the procedures of contract/procedures/debt.ts. */
import { os, queriesOf } from './implementing.ts'

export const debtHandlers = { rank: os.debt.rank.handler(({ input, context }) => queriesOf(context).debt(input)) }
