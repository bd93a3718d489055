/** Who waits to return, in the order in which they will be let in, and how long that will take ([RT14]). */
import type { ReturnQueueView } from '../../contract/nodes.ts'
import { defaultBudget, fairOrder } from '../../ingest/returns/admission.ts'
import { readBudget, readClosingRate, readOpenLoad, readTickets } from '../../ingest/returns/queue-table.ts'
import type { ReadModel } from '../read-model.ts'
import { instantOf } from './instants.ts'

export function readReturnQueue(model: ReadModel, { limit }: { readonly limit: number }): ReturnQueueView {
  const { reader } = model
  const nowMs = model.ports.clock.now()
  const load = readOpenLoad(reader, Number.MAX_SAFE_INTEGER)
  const order = fairOrder(readTickets(reader), load)
  const ratePerSecond = readClosingRate(reader, nowMs)
  const { maxSessions, maxBytes } = readBudget(reader) ?? defaultBudget
  const domains = new Map<string, { waiting: number; open: number }>()
  for (const [domainId, { sessions }] of load) domains.set(domainId, { waiting: 0, open: sessions })
  for (const { domainId } of order) {
    const known = domains.get(domainId) ?? { waiting: 0, open: 0 }
    domains.set(domainId, { ...known, waiting: known.waiting + 1 })
  }
  return {
    at: instantOf(nowMs),
    open: [...load.values()].reduce((sum, { sessions }) => sum + sessions, 0),
    waiting: order.length,
    maxSessions,
    maxBytes,
    ratePerSecond: ratePerSecond === 0 ? null : ratePerSecond,
    etaSeconds: ratePerSecond === 0 || order.length === 0 ? null : order.length / ratePerSecond,
    domains: [...domains]
      .map(([domainId, counts]) => ({ domainId, name: model.domain(domainId)?.name ?? domainId, ...counts }))
      .toSorted((a, b) => b.waiting - a.waiting || (a.domainId < b.domainId ? -1 : 1)),
    items: order.slice(0, limit).map(({ nodeId, domainId, askedAt, dueAt, expectedEvents }, at) => ({
      nodeId,
      nodeName: model.lifecycle(nodeId)?.name ?? nodeId,
      domainId,
      place: at + 1,
      askedAt: instantOf(askedAt),
      dueAt: instantOf(dueAt),
      expectedEvents,
      etaSeconds: ratePerSecond === 0 ? null : (at + 1) / ratePerSecond,
    })),
  }
}
