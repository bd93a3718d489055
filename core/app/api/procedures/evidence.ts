/** What answers the procedures of contract/procedures/evidence.ts. */
import { act, os, queriesOf } from './implementing.ts'

export const evidenceHandlers = {
  list: os.evidence.list.handler(({ input, context }) => ({ items: queriesOf(context).evidence(input.nodeId) })),
  export: os.evidence.export.handler(({ input, context }) => act(context, 'evidence.export', input)),
  save: os.evidence.save.handler(({ input, context }) => act(context, 'evidence.save', input)),
}
