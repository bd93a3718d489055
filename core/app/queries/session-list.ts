/** Returns by filter, a page at a time. */
import type { z } from 'zod'
import type { SessionView, sessionListRequest } from '../../contract/nodes.ts'
import type { ReadModel } from '../read-model.ts'
import { nodeTest } from './among.ts'
import { isWithin, type ListPage, pageOfList, refuseAsOf } from './list-page.ts'
import { listReturns } from './sessions.ts'

export type SessionListInput = z.infer<typeof sessionListRequest>

/** The newest; what is older is on the timeline of its node. */
const lookedAtMost = 2000

/** Open ones first, each kind newest first. Throws NotFound `DOMAIN_UNKNOWN`, Invalid `CURSOR_MALFORMED`, `AS_OF_UNSUPPORTED`. */
export function listSessions(
  model: ReadModel,
  { domainId, onlyOpen = false, from, to, asOf, cursor, limit = 100, ...ofNode }: Partial<SessionListInput>,
): ListPage<SessionView> & { isTotalExact: boolean } {
  refuseAsOf('returns', asOf)
  const { items: all } = listReturns(model, { domainId, onlyOpen, limit: lookedAtMost })
  const test = nodeTest(model, ofNode)
  const fitting = test?.(all.map(({ nodeId }) => nodeId))
  const found = all.filter(({ nodeId, openedAt }) => fitting?.has(nodeId) !== false && isWithin(openedAt, { from, to }))
  return { ...pageOfList(found, { cursor, limit }, ({ id }) => id), isTotalExact: all.length < lookedAtMost }
}
