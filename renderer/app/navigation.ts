/** Where the console is, kept in the browser's history, with what each visited place looked like when it was left. */
import { useSyncExternalStore } from 'react'
import { formatRoute, parseRoute, type Place, type Route } from './route.ts'

export type Visit = {
  readonly route: Route
  /** Names this visit in the history: the same place visited twice has two. */
  readonly key: string
}

/** What a place remembers of itself while the person is elsewhere. */
type Memory = { scrollTop: number; readonly selected: Map<string, string> }

const memories = new Map<string, Memory>()
const listeners = new Set<() => void>()
let visitCount = 0
let visit: Visit = readVisit()

function readVisit(): Visit {
  const state: unknown = window.history.state
  const known = typeof state === 'object' && state !== null && 'visit' in state && typeof state.visit === 'string' ? state.visit : null
  const key = known ?? newKey()
  if (known === null) window.history.replaceState({ visit: key }, '')
  return { route: parseRoute(window.location.hash), key }
}

function newKey(): string {
  visitCount += 1
  return `${Date.now().toString(36)}-${String(visitCount)}`
}

function tell(): void {
  visit = readVisit()
  for (const listener of [...listeners]) listener()
}

window.addEventListener('popstate', tell)

export function useVisit(): Visit {
  return useSyncExternalStore(subscribe, () => visit)
}

/** Goes to a place. `replace` keeps the history as long as it is: for a filter that is being typed. */
export function navigate(route: Route, how: 'push' | 'replace' = 'push'): void {
  const address = formatRoute(route)
  if (how === 'replace') window.history.replaceState({ visit: visit.key }, '', address)
  else if (address !== formatRoute(visit.route)) window.history.pushState({ visit: newKey() }, '', address)
  tell()
}

/** Goes to another place of the same workspace. */
export function goTo(place: Place, how: 'push' | 'replace' = 'push'): void {
  navigate({ workspace: visit.route.workspace, place }, how)
}

export function addressOf(place: Place): string {
  return formatRoute({ workspace: visit.route.workspace, place })
}

export function memoryOf(key: string): Memory {
  const known = memories.get(key)
  if (known !== undefined) return known
  const memory: Memory = { scrollTop: 0, selected: new Map() }
  memories.set(key, memory)
  return memory
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
