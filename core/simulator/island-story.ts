/** What happened on the island before one looks: told in its plan, with minutes counted back from now. */
import { AppError } from '../kernel/app-error.ts'
import { cutLink, type Island, restartNode, restoreLink, slowLink } from './island.ts'
import type { StoryEvent } from './island-plan.ts'
import type { SimulatedNode } from './simulated-node.ts'

const minuteMs = 60_000
const cause = 'story'

/** Sets a timer for each beginning and end. `nowMs` is the instant that the minutes are counted back from. */
export function tellStory(island: Island, nowMs: number): void {
  const { plan, scheduler, master } = island
  const { clock } = master.config.ports
  for (const event of plan.story) {
    const node = island.byName(event.node)
    if (node === undefined)
      throw new AppError('Invalid', 'DEMO_DATA_DAMAGED', `The demo island has no node "${event.node}".`, { node: event.node })
    scheduler.after(nowMs - event.minutesAgo * minuteMs - clock.now(), () => begin(island, node, event))
  }
}

function begin(island: Island, node: SimulatedNode, { what, minutes }: StoryEvent): void {
  const { network, scheduler } = island
  const later = (end: () => void): void => {
    if (minutes !== undefined) scheduler.after(minutes * minuteMs, end)
  }
  switch (what) {
    case 'cut':
    case 'relay-falls':
      cutLink(island, node, cause)
      return later(() => restoreLink(island, node, cause))
    case 'slow':
      network.impair(node.plan.name, cause, slowLink)
      return later(() => network.impair(node.plan.name, cause, undefined))
    case 'ail':
      node.machine.ail('DEGRADED')
      return later(node.machine.heal)
    case 'update':
      return node.machine.update(targetVersionOf(island))
    case 'restart':
      return restartNode(island, node, 8000)
    case 'tamper':
      node.tamper()
      return
  }
}

function targetVersionOf({ plan }: Island): string {
  return plan.policies[0]?.targetVersion ?? ''
}
