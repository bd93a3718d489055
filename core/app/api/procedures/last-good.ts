/** What answers the procedures of contract/procedures/last-good.ts. */
import { os, queriesOf } from './implementing.ts'

export const lastGoodHandlers = { get: os.lastGood.get.handler(({ input, context }) => queriesOf(context).lastGood(input.nodeId)) }
