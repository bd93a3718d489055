/** What answers the procedures of contract/procedures/fleet.ts. */
import { os, queriesOf } from './implementing.ts'

export const fleetHandlers = { overview: os.fleet.overview.handler(({ context }) => queriesOf(context).overview()) }
