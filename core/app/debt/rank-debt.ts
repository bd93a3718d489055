/**
 * Which sub-fleets are behind: the nodes that are, grouped by what they have in common. The nodes that are farthest from being heard come
 * first in the order of the read table, so a bounded look from that end finds those who are behind, and says when there were more ([DE2]).
 */
import type { z } from 'zod'
import type { debtRanking, debtRequest } from '../../contract/debt.ts'
import { AppError } from '../../kernel/app-error.ts'
import { placeOf, readDomainTree } from '../queries/domain-tree.ts'
import { type NodeView, readNodeViewsOf, shownMode } from '../queries/node-view.ts'
import type { ReadModel } from '../read-model.ts'

export type DebtInput = z.infer<typeof debtRequest>
export type DebtRanking = z.infer<typeof debtRanking>
type Row = { -readonly [Part in keyof DebtRanking['rows'][number]]: DebtRanking['rows'][number][Part] }
type Group = { readonly key: string | null; readonly name: string | null }

/** Nodes that are looked at; about 30 ms. */
export const lookedAtMost = 5000
const listedAtMost = 50

/** Throws NotFound `DOMAIN_UNKNOWN`. */
export function rankDebt(model: ReadModel, { domainId, by }: DebtInput, most: number = lookedAtMost): DebtRanking {
  if (model.domain(domainId) === undefined) throw new AppError('NotFound', 'DOMAIN_UNKNOWN', 'No such domain is known here.', { domainId })
  const place = placeOf(readDomainTree(model), domainId)
  const rows = model.reader.all<{ subject: string; adopted_policy: string | null }>(
    // LIVE is the last rank; whoever is there by the events and silent since is found by the watch, which writes it down.
    `SELECT subject, adopted_policy FROM nodes WHERE rank IS NOT NULL AND (rank < 8 OR backlog_messages > 0)
      AND domain IN (SELECT value FROM json_each(?)) ORDER BY rank, name LIMIT ?`,
    JSON.stringify(place.subtreeIds),
    most + 1,
  )
  const looked = rows.slice(0, most)
  const policies = new Map(looked.map(({ subject, adopted_policy }) => [subject, adopted_policy]))
  const views = readNodeViewsOf(
    model,
    looked.map(({ subject }) => subject),
  ).filter(isBehind)
  const groupsOf = grouping(model, domainId, by, policies)
  const found = new Map<string, Row>()
  for (const view of views) {
    for (const { key, name } of groupsOf(view)) {
      const row = found.get(key ?? '') ?? { key, name, nodesBehind: 0, backlogMessages: 0, worstSecondsBehind: 0, sumSecondsBehind: 0 }
      row.nodesBehind += 1
      row.backlogMessages += view.backlogMessages
      row.worstSecondsBehind = Math.max(row.worstSecondsBehind, view.secondsBehind)
      row.sumSecondsBehind += view.secondsBehind
      found.set(key ?? '', row)
    }
  }
  return {
    rows: [...found.values()].toSorted(compare).slice(0, listedAtMost),
    nodesBehind: views.length,
    isComplete: rows.length <= most,
    lookedAt: looked.length,
  }
}

/** Late, cached, alone, away or coming back; or heard, with messages that wait. */
function isBehind(view: NodeView): boolean {
  return shownMode(view) !== 'LIVE' || view.backlogMessages > 0
}

function compare(a: Row, b: Row): number {
  return b.sumSecondsBehind - a.sumSecondsBehind || b.backlogMessages - a.backlogMessages || ((a.key ?? '') < (b.key ?? '') ? -1 : 1)
}

function grouping(
  model: ReadModel,
  domainId: string,
  by: DebtInput['by'],
  policies: ReadonlyMap<string, string | null>,
): (view: NodeView) => readonly Group[] {
  switch (by) {
    case 'domain':
      return (view) => [childOf(model, domainId, view.domainId)]
    case 'tag':
      return (view) =>
        view.tags.length === 0 ? [{ key: null, name: null }] : [...new Set(view.tags)].map((tag) => ({ key: tag, name: tag }))
    case 'policy':
      return (view) => {
        const key = policies.get(view.id) ?? null
        const policy = key === null ? undefined : model.policy(key)
        return [{ key, name: policy === undefined ? null : `${policy.name} ${policy.version}` }]
      }
    case 'relay':
      return (view) => [
        {
          key: view.viaId,
          name: view.viaId === null ? null : (model.lifecycle(view.viaId)?.name ?? model.relay(view.viaId)?.name ?? null),
        },
      ]
  }
}

/** The domain directly below `domainId` that the node is in, however deep; none where it is in that domain itself. */
function childOf(model: ReadModel, domainId: string, nodeDomainId: string): Group {
  const seen = new Set<string>()
  for (let at = nodeDomainId; at !== domainId && !seen.has(at); ) {
    seen.add(at)
    const domain = model.domain(at)
    if (domain === undefined || domain.parentId === null) break
    if (domain.parentId === (domainId as typeof domain.parentId)) return { key: at, name: domain.name }
    at = domain.parentId
  }
  return { key: null, name: null }
}
