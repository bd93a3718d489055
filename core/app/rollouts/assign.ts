/** Telling nodes what to be, by name: in the log of the domain that each is in, where nothing nearer can stand over it. */
import { createUlidSource, type DomainId, type EventId, type OperatorId } from '../../kernel/ids.ts'
import type { Commit } from '../../ingest/master-port.ts'
import type { Ports } from '../../kernel/ports.ts'
import type { NodeView } from '../queries/node-view.ts'

/** So that no event is larger than others read. */
const namedAtOnce = 1000

export function assignByName(
  { decide }: Commit,
  ports: Ports,
  nodes: readonly Pick<NodeView, 'id' | 'domainId'>[],
  policyBundleId: string,
  reason: string,
  actor?: OperatorId,
): EventId[] {
  const nextId = createUlidSource(ports.clock, ports.random)
  const byDomain = new Map<string, string[]>()
  for (const { id, domainId } of nodes) byDomain.set(domainId, [...(byDomain.get(domainId) ?? []), id])
  return [...byDomain].flatMap(([domainId, nodeIds]) =>
    chunksOf(nodeIds, namedAtOnce).map((named) =>
      decide({
        type: 'ibcf.policy.targeted.v1',
        subject: domainId,
        domain: domainId as DomainId,
        data: { assignmentId: nextId<EventId>(), policyBundleId, selector: { nodeIds: named }, reason },
        ...(actor === undefined ? {} : { actor }),
      }),
    ),
  )
}

export function chunksOf<Item>(items: readonly Item[], size: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_chunk, at) => items.slice(at * size, (at + 1) * size))
}
