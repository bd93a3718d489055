/** Every place of the console as a value and as the text behind the `#` of its address, so that it can be linked, kept and shared. */
import type { WorkspaceName } from '../client/rpc.ts'

export const domainTabs = ['overview', 'nodes', 'behind', 'rollouts', 'commands', 'authority', 'topology', 'thresholds'] as const
export const nodeTabs = ['overview', 'commands', 'observations', 'logs', 'snapshot'] as const
export type DomainTab = (typeof domainTabs)[number]
export type NodeTab = (typeof nodeTabs)[number]

/** A query for nodes as the address carries it; the values are checked where they are used. */
export type RouteFilter = Readonly<Partial<Record<'modes' | 'phases' | 'healths' | 'kinds' | 'tags' | 'anyTags', readonly string[]>>> &
  Readonly<Partial<Record<'text' | 'policy' | 'from' | 'to', string>>>

export type Place =
  | { readonly room: 'overview' }
  | { readonly room: 'domain'; readonly domainId: string; readonly tab: DomainTab; readonly filter: RouteFilter }
  /** `asOf`: an instant of the past; absent for now. */
  | { readonly room: 'node'; readonly nodeId: string; readonly tab: NodeTab; readonly asOf?: string }
  | { readonly room: 'attention' }
  | { readonly room: 'enrolments' }
  | { readonly room: 'returns' }
  | { readonly room: 'policies' }
  /** The one that is looked at; absent for the first of the list. */
  | { readonly room: 'rollouts'; readonly rolloutId?: string }
  | { readonly room: 'audit' }
  | { readonly room: 'forks' }
  | { readonly room: 'courier' }
  | { readonly room: 'data' }
  | { readonly room: 'settings' }
  | { readonly room: 'changes' }
  | { readonly room: 'sheet' }
  | { readonly room: 'clocks' }
  /** Of the demo island alone. */
  | { readonly room: 'drills' }
  /** The page of the guide; absent for its first. */
  | { readonly room: 'guide'; readonly pageId?: string }

export type Route = { readonly workspace: WorkspaceName; readonly place: Place }

const plainRooms = [
  'overview',
  'attention',
  'enrolments',
  'returns',
  'policies',
  'audit',
  'forks',
  'courier',
  'data',
  'settings',
  'changes',
  'sheet',
  'clocks',
  'drills',
] as const
const listKeys = ['modes', 'phases', 'healths', 'kinds', 'tags', 'anyTags'] as const
const wordKeys = ['text', 'policy', 'from', 'to'] as const

export const home: Route = { workspace: 'main', place: { room: 'overview' } }

/** The address of a place: `#/w/main/domain/ID/nodes?modes=AUTONOMOUS,REPLAYING`. */
export function formatRoute({ workspace, place }: Route): string {
  const start = `#/w/${workspace}`
  switch (place.room) {
    case 'overview':
      return `${start}/`
    case 'domain':
      return `${start}/domain/${encodeURIComponent(place.domainId)}${place.tab === 'overview' ? '' : `/${place.tab}`}${formatFilter(place.filter)}`
    case 'node':
      return `${start}/node/${encodeURIComponent(place.nodeId)}${place.tab === 'overview' ? '' : `/${place.tab}`}${place.asOf === undefined ? '' : `?at=${encodeURIComponent(place.asOf)}`}`
    case 'rollouts':
      return `${start}/rollouts${place.rolloutId === undefined ? '' : `/${encodeURIComponent(place.rolloutId)}`}`
    case 'guide':
      return `${start}/guide${place.pageId === undefined ? '' : `/${encodeURIComponent(place.pageId)}`}`
    default:
      return `${start}/${place.room}`
  }
}

/** The place of an address; an address that means nothing leads home. */
export function parseRoute(hash: string): Route {
  const [path = '', search = ''] = hash.replace(/^#\/?/, '').split('?', 2)
  const [w, workspace, room = '', id = '', tab = ''] = path.split('/').map(decode)
  if (w !== 'w' || (workspace !== 'main' && workspace !== 'demo')) return home
  if (room === 'domain' && id !== '')
    return {
      workspace,
      place: { room, domainId: id, tab: domainTabs.find((known) => known === tab) ?? 'overview', filter: parseFilter(search) },
    }
  if (room === 'node' && id !== '')
    return { workspace, place: { room, nodeId: id, tab: nodeTabs.find((known) => known === tab) ?? 'overview', ...parseMoment(search) } }
  if (room === 'rollouts') return { workspace, place: { room, ...(id === '' ? {} : { rolloutId: id }) } }
  if (room === 'guide') return { workspace, place: { room, ...(id === '' ? {} : { pageId: id }) } }
  return { workspace, place: { room: plainRooms.find((known) => known === room) ?? 'overview' } }
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return ''
  }
}

/** An instant that means nothing means now. */
function parseMoment(search: string): { readonly asOf?: string } {
  const at = new URLSearchParams(search).get('at') ?? ''
  const ms = /^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/.test(at) ? Date.parse(at) : Number.NaN
  return Number.isFinite(ms) ? { asOf: new Date(ms).toISOString() } : {}
}

function formatFilter(filter: RouteFilter): string {
  const parts = new URLSearchParams()
  for (const key of listKeys) if ((filter[key]?.length ?? 0) > 0) parts.set(key, filter[key]?.join(',') ?? '')
  for (const key of wordKeys) if ((filter[key] ?? '') !== '') parts.set(key, filter[key] ?? '')
  const text = parts.toString()
  return text === '' ? '' : `?${text}`
}

function parseFilter(search: string): RouteFilter {
  const parts = new URLSearchParams(search)
  const lists = listKeys.flatMap((key) => {
    const values = (parts.get(key) ?? '').split(',').filter((value) => value !== '')
    return values.length === 0 ? [] : [[key, values] as const]
  })
  const words = wordKeys.flatMap((key) => {
    const value = parts.get(key) ?? ''
    return value === '' ? [] : [[key, value] as const]
  })
  return Object.fromEntries([...lists, ...words])
}
