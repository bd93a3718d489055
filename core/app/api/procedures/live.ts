/** What answers the procedures of contract/procedures/live.ts. */
import { os } from './implementing.ts'

export const liveHandlers = { changes: os.live.changes.handler(({ context, signal }) => context.served.master.feed.subscribe(signal)) }
