/** What answers the procedures of contract/procedures/demo.ts. */
import type { Served } from '../../workspaces.ts'
import { found, os, type MasterContext } from './implementing.ts'

function demoOf({ served }: MasterContext): NonNullable<Served['demo']> {
  return found(served.demo, 'NOT_A_DEMO', 'This is a real fleet: it has no fault knobs.')
}

function drillsOf(context: MasterContext): NonNullable<NonNullable<Served['demo']>['drills']> {
  return found(demoOf(context).drills, 'NO_DRILLS', 'Drills are not offered here; ibcf simulate runs them.')
}

export const demoHandlers = {
  drills: os.demo.drills.handler(({ context }) => ({ items: drillsOf(context).list() })),
  runDrill: os.demo.runDrill.handler(({ input, context }) => drillsOf(context).run(input)),
  get: os.demo.get.handler(({ context }) => demoOf(context).view()),
  fault: os.demo.fault.handler(({ input, context }) => {
    const answer = demoOf(context).fault(input)
    context.served.master.feed.tell({ topics: ['demo'], nodeIds: [input.nodeId] })
    return answer
  }),
}
