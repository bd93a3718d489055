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
  /** All of them. */
  readonly tags: readonly string[]
  /** One of them at least. */
  readonly anyTags: readonly string[]
  readonly policyBundleId: string | null
  /** Its phase or its mode changed last in that time. */
  readonly from: string | null
  readonly to: string | null
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
    anyTags: (route.anyTags ?? []).slice(0, 20).map((tag) => tag.slice(0, 100)),
    policyBundleId: /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/.test(route.policy ?? '') ? (route.policy ?? null) : null,
    from: instantOf(route.from),
    to: instantOf(route.to),
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
    ...(filter.anyTags.length === 0 ? {} : { anyTags: filter.anyTags }),
    ...(filter.policyBundleId === null ? {} : { policy: filter.policyBundleId }),
    ...(filter.from === null ? {} : { from: filter.from }),
    ...(filter.to === null ? {} : { to: filter.to }),
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
    ...(filter.anyTags.length === 0 ? {} : { anyTags: [...filter.anyTags] }),
    ...(filter.policyBundleId === null ? {} : { policyBundleId: filter.policyBundleId }),
    ...(filter.from === null ? {} : { from: filter.from }),
    ...(filter.to === null ? {} : { to: filter.to }),
    ...(filter.text.trim() === '' ? {} : { text: filter.text.trim() }),
  }
}

export function isEmptyFilter(filter: NodeFilter): boolean {
  return (
    filter.modes.length +
      filter.phases.length +
      filter.healths.length +
      filter.kinds.length +
      filter.tags.length +
      filter.anyTags.length ===
      0 &&
    filter.policyBundleId === null &&
    filter.from === null &&
    filter.to === null &&
    filter.text.trim() === ''
  )
}

/** Adds what is not there and takes away what is. */
export function toggled<Value>(values: readonly Value[], value: Value): readonly Value[] {
  return values.includes(value) ? values.filter((held) => held !== value) : [...values, value]
}

function instantOf(text: string | undefined): string | null {
  const ms = Date.parse(text ?? '')
  return text !== undefined && Number.isFinite(ms) ? new Date(ms).toISOString() : null
}

function known<Value extends string>(all: readonly Value[], wanted: readonly string[] | undefined): readonly Value[] {
  return all.filter((value) => wanted?.includes(value) === true)
}
