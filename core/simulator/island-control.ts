/** The fault knobs of the demo island: each does the real thing to the simulated world, and says in a sentence what to expect. */
import type { DemoControl } from '../app/api/demo-control.ts'
import { thresholdsOf } from '../app/queries/thresholds.ts'
import { AppError } from '../kernel/app-error.ts'
import type { NodeId } from '../kernel/ids.ts'
import { cutLink, type Island, restartNode, restoreLink, slowLink } from './island.ts'
import type { SimulatedNode } from './simulated-node.ts'

const cause = 'operator'
const slowForMs = 5 * 60_000
const restartAfterMs = 5000

/** `fault` throws NotFound `NODE_UNKNOWN`, Rejected `NOT_A_RELAY`. */
export function createIslandControl(island: Island): DemoControl {
  const { network, nodes, master } = island
  return {
    view: () => ({
      nodes: Number(
        master.model.reader.get("SELECT count(*) AS n FROM lifecycle_nodes WHERE enrolment = 'APPROVED' AND phase <> 'RETIRED'")?.['n'] ??
          0,
      ),
      relays: nodes.filter(({ plan }) => plan.isRelay).length,
      cut: network.cutIds().flatMap((name) => island.byName(name)?.nodeId ?? []),
      speed: 1,
    }),
    fault: ({ kind, nodeId }) => {
      const node = island.byId(nodeId as NodeId)
      if (node === undefined) throw new AppError('NotFound', 'NODE_UNKNOWN', 'No such node is simulated here.', { nodeId })
      switch (kind) {
        case 'cut-link':
          cutLink(island, node, cause)
          return { sentence: `The link of ${node.plan.name} is cut. ${whenAlone(island, node)}` }
        case 'restore-link':
          return { sentence: restore(island, node) }
        case 'slow-link':
          network.impair(node.plan.name, cause, slowLink)
          island.scheduler.after(slowForMs, () => network.impair(node.plan.name, cause, undefined))
          return {
            sentence: `The link of ${node.plan.name} is slow and thin for the next 5 minutes; after a few contacts it counts as DELAYED.`,
          }
        case 'tamper-backlog':
          return { sentence: tamper(node) }
        case 'restart-node':
          restartNode(island, node, restartAfterMs)
          return {
            sentence: `${node.plan.name} lost its power, without a chance to sign anything, and is up again in 5 seconds over the same disk.`,
          }
        case 'cut-relay':
          requireRelay(node)
          cutLink(island, node, cause)
          return {
            sentence: `${node.plan.name} has fallen, and ${countBehind(island, node)} nodes behind it have lost their way to this master.`,
          }
        case 'restore-relay':
          requireRelay(node)
          return { sentence: `${restore(island, node)} ${countBehind(island, node)} nodes behind it come back one after another.` }
      }
    },
  }
}

function restore(island: Island, node: SimulatedNode): string {
  const { network } = island
  const { name, via } = node.plan
  network.impair(name, cause, undefined)
  if (!network.isCut(name)) return `The link of ${name} is not cut.`
  restoreLink(island, node)
  if (!network.isReachable(name)) return `The link of ${name} is whole again, but ${via ?? 'its relay'} in front of it is down.`
  return `The link of ${name} is whole again, slow at first. It looks for its master within a minute, then returns and replays.`
}

function tamper(node: SimulatedNode): string {
  const altered = node.tamper()
  if (altered === 'waits')
    return `${node.plan.name} has delivered everything. The next event it records is altered before it is sent; its chain will show it.`
  const lane = altered.log.split('/')[2] ?? ''
  return `One digit of event ${altered.seq} in the ${lane} log of ${node.plan.name} was altered on its disk. When it delivers that, it ends in quarantine, and what came before stays good.`
}

function whenAlone({ master }: Island, { nodeId, plan }: SimulatedNode): string {
  const domainId = master.model.lifecycle(nodeId)?.domainId
  if (domainId === undefined) return 'It was not let in yet, so nobody waits for it.'
  const { autonomousAfterS } = thresholdsOf(master.model, domainId).thresholds
  return `It goes on alone; ${plan.contactEverySeconds + autonomousAfterS} seconds after it was last heard it counts as AUTONOMOUS here.`
}

function requireRelay({ plan }: SimulatedNode): void {
  if (!plan.isRelay) throw new AppError('Rejected', 'NOT_A_RELAY', `${plan.name} is no relay: cut its link instead.`, { name: plan.name })
}

function countBehind({ nodes }: Island, { plan }: SimulatedNode): number {
  return nodes.filter((node) => node.plan.via === plan.name).length
}
