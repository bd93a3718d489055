/** What answers the procedures of contract/procedures/evidence.ts. */
import { os, queriesOf } from './implementing.ts'

export const evidenceHandlers = {
  list: os.evidence.list.handler(({ input, context }) => ({ items: queriesOf(context).evidence(input.nodeId) })),
}
