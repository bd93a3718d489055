/** The filter of a list of nodes: from the text of an address to what the contract takes, and back. */
import type { RouteFilter } from '../../app/route.ts'
import { bandOrder } from '../../charts/bands.ts'
import type { Requests } from '../../client/rpc.ts'
import type { Health, Kind, Mode, Phase } from '../../i18n/words.ts'

export const phaseOrder: readonly Phase[] = [
  'PROVISIONING',
  'ENROLLED',
  'ACTIVE',
  'UPDATING',
  'DEGRADED',
  'QUARANTINED',
  'DECOMMISSIONING',
  'RETIRED',
]
export const healthOrder: readonly Health[] = ['OK', 'DEGRADED', 'FAILED', 'UNKNOWN']
export const kindOrder: readonly Kind[] = ['EDGE', 'DC', 'GATEWAY', 'RELAY', 'VIRTUAL']

export type NodeFilter = {
  readonly modes: readonly Mode[]
  readonly phases: readonly Phase[]
  readonly healths: readonly Health[]
  readonly kinds: readonly Kind[]
  readonly tags: readonly string[]
  readonly text: string
}

/** What an address says that means nothing is left out rather than sent. */
export function readFilter(route: RouteFilter): NodeFilter {
  return {
    modes: known(bandOrder, route.modes),
    phases: known(phaseOrder, route.phases),
    healths: known(healthOrder, route.healths),
    kinds: known(kindOrder, route.kinds),
    tags: (route.tags ?? []).slice(0, 20).map((tag) => tag.slice(0, 100)),
    text: (route.text ?? '').slice(0, 200),
  }
}

export function writeFilter(filter: NodeFilter): RouteFilter {
  return {
    ...(filter.modes.length === 0 ? {} : { modes: filter.modes }),
    ...(filter.phases.length === 0 ? {} : { phases: filter.phases }),
    ...(filter.healths.length === 0 ? {} : { healths: filter.healths }),
    ...(filter.kinds.length === 0 ? {} : { kinds: filter.kinds }),
    ...(filter.tags.length === 0 ? {} : { tags: filter.tags }),
    ...(filter.text === '' ? {} : { text: filter.text }),
  }
}

export function toRequest(domainId: string, filter: NodeFilter): Requests['node']['list'] {
  return {
    domainId,
    ...(filter.modes.length === 0 ? {} : { modes: [...filter.modes] }),
    ...(filter.phases.length === 0 ? {} : { phases: [...filter.phases] }),
    ...(filter.healths.length === 0 ? {} : { healths: [...filter.healths] }),
    ...(filter.kinds.length === 0 ? {} : { kinds: [...filter.kinds] }),
    ...(filter.tags.length === 0 ? {} : { tags: [...filter.tags] }),
    ...(filter.text.trim() === '' ? {} : { text: filter.text.trim() }),
  }
}

export function isEmptyFilter(filter: NodeFilter): boolean {
  return (
    filter.modes.length + filter.phases.length + filter.healths.length + filter.kinds.length + filter.tags.length === 0 &&
    filter.text.trim() === ''
  )
}

/** Adds what is not there and takes away what is. */
export function toggled<Value>(values: readonly Value[], value: Value): readonly Value[] {
  return values.includes(value) ? values.filter((held) => held !== value) : [...values, value]
}

function known<Value extends string>(all: readonly Value[], wanted: readonly string[] | undefined): readonly Value[] {
  return all.filter((value) => wanted?.includes(value) === true)
}
