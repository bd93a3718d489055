/** What answers the procedures of contract/procedures/audit.ts. */
import { os, queriesOf } from './implementing.ts'

export const auditHandlers = { list: os.audit.list.handler(({ input, context }) => queriesOf(context).audit(input)) }
