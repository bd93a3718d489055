/** How many nodes each value of each dimension would leave, were it asked for beside the filter ([QY44]). */
import type { z } from 'zod'
import { type FacetDimension, facetDimensions, type facetsAnswer, type facetsRequest } from '../../contract/filter.ts'
import { AppError } from '../../kernel/app-error.ts'
import { readCounters } from '../projecting/read-states.ts'
import type { ReadModel } from '../read-model.ts'
import { placeOf } from './domain-tree.ts'
import { type Cell, countCells, fitsCell, readCells } from './fleet/cells.ts'
import { domainsWithNodes, type FleetMemory, fleetOf, stateOfDomain } from './fleet/fleet.ts'
import { countInOrder, isCounted, walkInOrder } from './fleet/node-order.ts'
import { beforeAll, type OrderFilter } from './fleet/order-filter.ts'
import { refuseAsOf } from './list-page.ts'
import { type NodeFilter, orderFilterOf } from './node-list.ts'
import { type NodeView, readNodeViewsOf, shownMode } from './node-view.ts'

export type FacetsInput = Omit<z.infer<typeof facetsRequest>, 'of'> & { readonly of?: readonly FacetDimension[] | undefined }
export type Facets = z.infer<typeof facetsAnswer>
type Facet = Facets['facets'][number]

const valuesAtMost = 50
/** Nodes that are read where no counter has the answer. */
const readAtMost = 1000

/** The part of the filter that a dimension stands for, which is left out while its own values are counted. */
const ownParts: Readonly<Record<FacetDimension, readonly (keyof NodeFilter)[]>> = {
  mode: ['modes'],
  phase: ['phases'],
  health: ['healths'],
  kind: ['kinds'],
  tag: ['tags', 'anyTags'],
  policy: ['policyBundleId'],
  domain: [],
}

/**
 * Of the fleet alone ([QY7]). Throws NotFound `DOMAIN_UNKNOWN`, Invalid `AS_OF_UNSUPPORTED`, `FACETS_BEYOND_FLEET` for nodes that are in
 * no figures.
 */
export function facetsOf(model: ReadModel, { of = facetDimensions, asOf, ...filter }: FacetsInput): Facets {
  refuseAsOf('domains', asOf)
  if (filter.phases?.some((phase) => phase === 'PROVISIONING' || phase === 'RETIRED') === true)
    throw new AppError('Invalid', 'FACETS_BEYOND_FLEET', 'Nodes that are not of the fleet are listed, but not counted by facets.')
  const fleet = fleetOf(model)
  const { total, isExact } = countInOrder(model.reader, fleet, orderFilterOf(model, fleet, filter))
  const facets = of.map((dimension) => facetOf(model, fleet, dimension, without(filter, ownParts[dimension])))
  return { total, isTotalExact: isExact, facets }
}

function without(filter: NodeFilter, parts: readonly (keyof NodeFilter)[]): NodeFilter {
  return Object.fromEntries(Object.entries(filter).filter(([part]) => !parts.includes(part as keyof NodeFilter)))
}

type Counted = { readonly counts: ReadonlyMap<string, number>; readonly isExact: boolean }

function facetOf(model: ReadModel, fleet: FleetMemory, dimension: FacetDimension, filter: NodeFilter): Facet {
  const wanted = orderFilterOf(model, fleet, filter)
  const children = dimension === 'domain' ? childrenOf(fleet, filter.domainId) : new Map<string, string>()
  const { counts, isExact } =
    byCounters(model, fleet, dimension, filter, wanted, children) ?? byRows(model, fleet, dimension, wanted, children)
  const values = [...counts]
    .filter(([, nodes]) => nodes > 0)
    .sort(([a, most], [b, more]) => more - most || (a < b ? -1 : 1))
    .slice(0, valuesAtMost)
    .map(([value, nodes]) => ({ value, name: nameOf(model, dimension, value), nodes }))
  return { dimension, values, isExact }
}

function nameOf(model: ReadModel, dimension: FacetDimension, value: string): string | null {
  if (dimension === 'domain') return model.domain(value)?.name ?? null
  return dimension === 'policy' ? (model.policy(value)?.name ?? null) : null
}

/** Undefined where only rows tell. */
function byCounters(
  model: ReadModel,
  fleet: FleetMemory,
  dimension: FacetDimension,
  filter: NodeFilter,
  wanted: OrderFilter,
  children: ReadonlyMap<string, string>,
): Counted | undefined {
  if (!isCounted(wanted)) return undefined
  const isOfDomainsAlone = [filter.modes, filter.phases, filter.healths, filter.kinds, filter.policyBundleId].every(
    (part) => part === undefined,
  )
  switch (dimension) {
    case 'tag':
      return isOfDomainsAlone ? exact(tagCounts(model, wanted.domainIds)) : undefined
    case 'policy':
      return isOfDomainsAlone ? exact(policyCounts(model, fleet, wanted.domainIds)) : undefined
    case 'domain': {
      const cells = readCells(model.reader, fleet, wanted.domainIds ?? [...domainsWithNodes(fleet)])
      return exact(groupCells(cells, wanted, ({ scope }) => children.get(scope)))
    }
    default: {
      const cells = readCells(model.reader, fleet, wanted.domainIds)
      return exact(groupCells(cells, wanted, (cell) => cell[dimension]))
    }
  }
}

function exact(counts: ReadonlyMap<string, number>): Counted {
  return { counts, isExact: true }
}

function groupCells(cells: readonly Cell[], filter: OrderFilter, valueOf: (cell: Cell) => string | undefined): ReadonlyMap<string, number> {
  const groups = new Map<string, Cell[]>()
  for (const cell of cells) {
    const value = valueOf(cell)
    if (value === undefined || !fitsCell(filter, cell)) continue
    const known = groups.get(value)
    if (known === undefined) groups.set(value, [cell])
    else known.push(cell)
  }
  return new Map([...groups].map(([value, group]) => [value, countCells(group, filter)]))
}

function tagCounts({ reader }: ReadModel, domainIds: readonly string[] | undefined): ReadonlyMap<string, number> {
  return new Map(
    [...readCounters(reader, 'nodes', domainIds)].flatMap(([key, nodes]) =>
      key.startsWith('tag:') ? [[key.slice('tag:'.length), nodes]] : [],
    ),
  )
}

function policyCounts(model: ReadModel, fleet: FleetMemory, domainIds: readonly string[] | undefined): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const domainId of domainIds ?? domainsWithNodes(fleet)) {
    // Finds the figures, where they are not found yet.
    stateOfDomain(model, fleet, domainId)
    for (const [policyBundleId, { nodes }] of fleet.domains.get(domainId)?.classes?.byPolicy ?? [])
      counts.set(policyBundleId, (counts.get(policyBundleId) ?? 0) + nodes)
  }
  return counts
}

/** The first so many in the order of the list. */
function byRows(
  model: ReadModel,
  fleet: FleetMemory,
  dimension: FacetDimension,
  wanted: OrderFilter,
  children: ReadonlyMap<string, string>,
): Counted {
  const { places, reached } = walkInOrder(model.reader, fleet, wanted, beforeAll, readAtMost + 1)
  const views = readNodeViewsOf(
    model,
    places.slice(0, readAtMost).map(({ subject }) => subject),
  )
  const counts = new Map<string, number>()
  for (const view of views) for (const value of valuesOf(fleet, view, dimension, children)) counts.set(value, (counts.get(value) ?? 0) + 1)
  return { counts, isExact: reached === undefined && places.length <= readAtMost }
}

function valuesOf(fleet: FleetMemory, view: NodeView, dimension: FacetDimension, children: ReadonlyMap<string, string>): readonly string[] {
  switch (dimension) {
    case 'mode':
      return [shownMode(view)]
    case 'phase':
      return [view.phase]
    case 'health':
      return [view.health]
    case 'kind':
      return [view.kind]
    case 'tag':
      return [...new Set(view.tags)]
    case 'policy':
      return [fleet.desiredIn(view.domainId).of(view)?.policyBundleId].flatMap((id) => id ?? [])
    case 'domain':
      return [children.get(view.domainId)].flatMap((id) => id ?? [])
  }
}

/** Of each domain below, the child of the domain that is asked for that it is in; the tops of the tree when none is. */
function childrenOf({ tree }: FleetMemory, domainId: string | undefined): ReadonlyMap<string, string> {
  const tops =
    domainId === undefined
      ? tree.filter(({ depth }) => depth === 0)
      : tree.filter(({ parentId, depth }) => parentId === domainId && depth > 0)
  const within = domainId === undefined ? undefined : new Set(placeOf(tree, domainId).subtreeIds)
  return new Map(
    tops.filter(({ id }) => within?.has(id) !== false).flatMap(({ id, subtreeIds }) => subtreeIds.map((below) => [below, id] as const)),
  )
}
