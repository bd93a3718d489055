/** What the present place says of itself to the bar above it: the way down to it, and the authority over it. */
import { t } from '@lingui/core/macro'
import type { Answers } from '../../client/rpc.ts'
import { useQuery, useWorkspace } from '../../client/workspace.tsx'
import type { Query } from '../../client/query-cache.ts'
import { addressOf, useVisit } from '../navigation.ts'

export type Authority = Answers['domain']['get']['row']['authority']
export type Crumb = { readonly name: string; readonly href: string }

/** A question that is not asked. */
const nothing: Query<never> = { key: '', load: () => Promise.reject(new Error('never asked')), isTouchedBy: () => false }

export function usePlaceContext(): {
  readonly crumbs: readonly Crumb[]
  readonly authority: Authority | null
  readonly domainId: string | null
} {
  const { queries } = useWorkspace()
  const { route } = useVisit()
  const { place } = route
  const domains = useQuery(queries.domains())
  const master = useQuery(queries.master())
  const node = useQuery<Answers['node']['get']>(place.room === 'node' ? queries.node(place.nodeId, place.asOf ?? null) : nothing)
  const rows = domains.data?.items ?? []
  // Others' domains are known too once a bundle of theirs was taken in.
  const root = rows.find(({ id }) => id === master.data?.rootDomainId) ?? rows[0]
  const home: Crumb = { name: root?.name ?? t`Overview`, href: addressOf({ room: 'overview' }) }

  switch (place.room) {
    case 'overview':
      return { crumbs: [home], authority: root?.authority ?? null, domainId: root?.id ?? null }
    case 'domain': {
      const path: Crumb[] = []
      for (let at = rows.find((row) => row.id === place.domainId); at !== undefined; at = rows.find((row) => row.id === at?.parentId))
        path.unshift({ name: at.name, href: addressOf({ room: 'domain', domainId: at.id, tab: 'overview', filter: {} }) })
      const here = rows.find((row) => row.id === place.domainId)
      return { crumbs: [{ name: t`Overview`, href: home.href }, ...path], authority: here?.authority ?? null, domainId: place.domainId }
    }
    case 'node': {
      const path = node.data?.domainPath ?? []
      return {
        crumbs: [
          { name: t`Overview`, href: home.href },
          ...path.map((domain) => ({
            name: domain.name,
            href: addressOf({ room: 'domain', domainId: domain.id, tab: 'overview', filter: {} }),
          })),
          { name: node.data?.record.name ?? t`Node`, href: addressOf(place) },
        ],
        authority: node.data?.authority ?? null,
        domainId: node.data?.record.domain_id ?? null,
      }
    }
    case 'attention':
      return { crumbs: [home, { name: t`Attention`, href: addressOf(place) }], authority: root?.authority ?? null, domainId: null }
    case 'enrolments':
      return { crumbs: [home, { name: t`Enrolments`, href: addressOf(place) }], authority: root?.authority ?? null, domainId: null }
    case 'returns':
      return { crumbs: [home, { name: t`Returns`, href: addressOf(place) }], authority: root?.authority ?? null, domainId: null }
    case 'courier':
      return { crumbs: [home, { name: t`Courier desk`, href: addressOf(place) }], authority: root?.authority ?? null, domainId: null }
    case 'data':
      return { crumbs: [home, { name: t`What is held`, href: addressOf(place) }], authority: root?.authority ?? null, domainId: null }
    case 'guide':
      return { crumbs: [home, { name: t`Guide`, href: addressOf(place) }], authority: null, domainId: null }
    case 'changes':
      return { crumbs: [home, { name: t`Since my last shift`, href: addressOf(place) }], authority: null, domainId: null }
    case 'sheet':
      return { crumbs: [home, { name: t`Hand-over sheet`, href: addressOf(place) }], authority: null, domainId: null }
    case 'drills':
      return { crumbs: [home, { name: t`Drills`, href: addressOf(place) }], authority: null, domainId: null }
    case 'clocks':
      return { crumbs: [home, { name: t`Clocks`, href: addressOf(place) }], authority: null, domainId: null }
    case 'settings':
      return { crumbs: [home, { name: t`Settings`, href: addressOf(place) }], authority: null, domainId: null }
    case 'rollouts':
      return {
        crumbs: [home, { name: t`Rollouts`, href: addressOf({ room: 'rollouts' }) }],
        authority: root?.authority ?? null,
        domainId: null,
      }
    case 'audit':
      return { crumbs: [home, { name: t`Audit`, href: addressOf(place) }], authority: root?.authority ?? null, domainId: null }
    case 'forks':
      return { crumbs: [home, { name: t`Forks`, href: addressOf(place) }], authority: root?.authority ?? null, domainId: null }
    case 'policies':
      return { crumbs: [home, { name: t`Policies`, href: addressOf(place) }], authority: root?.authority ?? null, domainId: null }
  }
}
