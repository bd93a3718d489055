/** A query as people type it: one line, read by the reader of the contract, and what it comes to in the console and in a batch. */
import type { FilterNames, FilterProblem } from '../../../core/contract/filter-text.ts'
import { parseFilter, printFilter } from '../../../core/contract/filter-text.ts'
import type { RouteFilter } from '../../app/route.ts'
import type { Requests } from '../../client/rpc.ts'
import { type NodeFilter, readFilter } from '../nodes/filter.ts'

export type QueryPlace = { readonly domainId: string; readonly filter: NodeFilter }
export type LineProblem = FilterProblem | { readonly code: 'NOT_HERE'; readonly at: number; readonly word: string }

type Named = { readonly id: string; readonly name: string }

/** A name that two things bear stands for neither. */
export function namesFrom(domains: readonly Named[], policies: readonly (Named & { readonly version: string })[]): FilterNames {
  const bundles = policies.map(({ id, name, version }) => ({ id, name: `${name} ${version}` }))
  const finder = (all: readonly Named[]) => ({
    idOf: (name: string): string | undefined => {
      const found = all.filter((one) => one.name.toLocaleLowerCase() === name.toLocaleLowerCase())
      return found.length === 1 ? found[0]?.id : undefined
    },
    nameOf: (id: string): string | undefined => all.find((one) => one.id === id)?.name,
  })
  const [domain, policy] = [finder(domains), finder(bundles)]
  return { idOfDomain: domain.idOf, nameOfDomain: domain.nameOf, idOfPolicy: policy.idOf, nameOfPolicy: policy.nameOf }
}

/** The line of what is shown; the domain is named in it, so that it says the same wherever it is read. */
export function writeLine({ domainId, filter }: QueryPlace, names: FilterNames): string {
  return printFilter(
    {
      domainId,
      modes: [...filter.modes],
      phases: [...filter.phases],
      healths: [...filter.healths],
      kinds: [...filter.kinds],
      tags: [...filter.tags],
      ...(filter.anyTags.length === 0 ? {} : { anyTags: [...filter.anyTags] }),
      ...(filter.policyBundleId === null ? {} : { policyBundleId: filter.policyBundleId }),
      ...(filter.from === null ? {} : { from: filter.from }),
      ...(filter.to === null ? {} : { to: filter.to }),
      ...(filter.text.trim() === '' ? {} : { text: filter.text }),
    },
    names,
  )
}

/** A line without a domain is about `hereId`. The rest holds where a part could not be read. */
export function readLine(
  line: string,
  names: FilterNames,
  hereId: string,
): { readonly place: QueryPlace; readonly problems: readonly LineProblem[] } {
  const { filter, problems } = parseFilter(line, names)
  const { domainId = hereId, policyBundleId, asOf, text, from, to, ...lists } = filter
  const route: RouteFilter = {
    ...Object.fromEntries(Object.entries(lists)),
    ...(policyBundleId === undefined ? {} : { policy: policyBundleId }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(text === undefined ? {} : { text }),
  }
  return {
    place: { domainId, filter: readFilter(route) },
    // A list of the past has a page of its own; here it would be dropped in silence.
    problems: asOf === undefined ? problems : [...problems, { code: 'NOT_HERE', at: line.toLowerCase().indexOf('asof:'), word: 'asof' }],
  }
}

/** The line as it is typed means a query, not a name to look for. */
export function isQueryLine(line: string): boolean {
  return /(^|\s)(domain|tag|policy|mode|phase|health|kind|from|to):\S/i.test(line)
}

export type BatchScope =
  | { readonly kind: 'selector'; readonly selector: Requests['command']['preview']['selector'] }
  | { readonly kind: 'barred'; readonly by: 'text' | 'time' }

/** Whom a batch over this list would be for. A batch goes by what nodes are, not by how they are called or when they changed. */
export function toSelector({ domainId, filter }: QueryPlace): BatchScope {
  if (filter.text.trim() !== '') return { kind: 'barred', by: 'text' }
  if (filter.from !== null || filter.to !== null) return { kind: 'barred', by: 'time' }
  return {
    kind: 'selector',
    selector: {
      domainId,
      ...(filter.modes.length === 0 ? {} : { modes: [...filter.modes] }),
      ...(filter.phases.length === 0 ? {} : { phases: [...filter.phases] }),
      ...(filter.healths.length === 0 ? {} : { healths: [...filter.healths] }),
      ...(filter.kinds.length === 0 ? {} : { kinds: [...filter.kinds] }),
      ...(filter.tags.length === 0 ? {} : { tagsAll: [...filter.tags] }),
      ...(filter.anyTags.length === 0 ? {} : { tagsAny: [...filter.anyTags] }),
      ...(filter.policyBundleId === null ? {} : { policyBundleIds: [filter.policyBundleId] }),
    },
  }
}
