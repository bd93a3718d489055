/** What answers the procedures of contract/procedures/nodes.ts. */
import type { NodeId } from '../../../kernel/ids.ts'
import { projections, readTables } from '../../../projections/all.ts'
import { nodeAt } from '../../projecting/answers.ts'
import { act, found, os, queriesOf } from './implementing.ts'

const noNode = ['NODE_UNKNOWN', 'No such node is known here.'] as const

export const nodeHandlers = {
  list: os.node.list.handler(({ input, context }) => queriesOf(context).nodes(input)),
  facets: os.node.facets.handler(({ input, context }) => queriesOf(context).facets(input)),
  get: os.node.get.handler(({ input, context }) => found(queriesOf(context).node(input.nodeId, input.asOf), ...noNode)),
  asOf: os.node.asOf.handler(({ input, context: { served } }) =>
    served.master.moment(() =>
      nodeAt(served.master.model.reader, served.master.model.ports.crypto, { projections, readTables }, input.nodeId, input.at),
    ),
  ),
  timeline: os.node.timeline.handler(({ input, context }) => found(queriesOf(context).timeline(input), ...noNode)),
  observations: os.node.observations.handler(({ input, context }) => found(queriesOf(context).observations(input), ...noNode)),
  desiredActual: os.node.desiredActual.handler(({ input, context }) =>
    found(queriesOf(context).desiredActual(input.nodeId, input.asOf), ...noNode),
  ),
  snapshot: os.node.snapshot.handler(({ input, context }) => queriesOf(context).snapshot(input.nodeId)),
  activate: os.node.activate.handler(async ({ input, context }) => ({
    eventIds: await act(context, 'node.activate', { ...input, nodeId: input.nodeId as NodeId }),
  })),
  quarantine: os.node.quarantine.handler(async ({ input, context }) => ({
    eventIds: await act(context, 'node.quarantine', { ...input, nodeId: input.nodeId as NodeId }),
  })),
  remediate: os.node.remediate.handler(async ({ input, context }) => ({
    eventIds: await act(context, 'node.remediate', { ...input, nodeId: input.nodeId as NodeId }),
  })),
  decommission: os.node.decommission.handler(async ({ input, context }) => ({
    eventIds: await act(context, 'node.decommission', { ...input, nodeId: input.nodeId as NodeId }),
  })),
  retire: os.node.retire.handler(async ({ input, context }) => ({
    eventIds: await act(context, 'node.retire', { ...input, nodeId: input.nodeId as NodeId }),
  })),
  schedule: os.node.schedule.handler(async ({ input, context }) => ({
    eventIds: await act(context, 'node.schedule', { ...input, nodeId: input.nodeId as NodeId }),
  })),
  move: os.node.move.handler(async ({ input, context }) => ({ eventIds: await act(context, 'node.move', input) })),
  hardware: os.node.hardware.handler(({ input, context }) => queriesOf(context).nodeHardware(input.nodeId)),
  replaceHardware: os.node.replaceHardware.handler(async ({ input, context }) => ({
    eventIds: await act(context, 'node.replaceHardware', { ...input, nodeId: input.nodeId as NodeId }),
  })),
  refuseHardware: os.node.refuseHardware.handler(async ({ input, context }) => ({
    eventIds: await act(context, 'node.refuseHardware', { ...input, nodeId: input.nodeId as NodeId }),
  })),
  resolveFork: os.node.resolveFork.handler(async ({ input, context }) => ({
    eventIds: await act(context, 'node.resolveFork', { ...input, nodeId: input.nodeId as NodeId }),
  })),
  revokeKey: os.node.revokeKey.handler(async ({ input, context }) => ({
    eventIds: await act(context, 'node.revokeKey', { ...input, nodeId: input.nodeId as NodeId }),
  })),
}
