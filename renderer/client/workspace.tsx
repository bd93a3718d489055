/** A workspace that is open in the console: its client, its cache, its live stream and its clock, handed down the tree. */
import { createContext, type ReactNode, use, useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react'
import { createMasterClock, type MasterClock } from './clock.ts'
import { followChanges, type LiveState } from './live.ts'
import type { Problem } from './problem.ts'
import { createQueries, type Queries } from './queries.ts'
import { type Answer, createQueryCache, type Query, type QueryCache } from './query-cache.ts'
import { connectMaster, type MasterClient, toProblem, type WorkspaceName } from './rpc.ts'

type Workspace = {
  readonly name: WorkspaceName
  readonly client: MasterClient
  readonly queries: Queries
  readonly cache: QueryCache
  readonly clock: MasterClock
  readonly live: { readonly get: () => LiveState; readonly subscribe: (listener: () => void) => () => void; readonly tryNow: () => void }
  readonly start: () => () => void
}

const WorkspaceContext = createContext<Workspace | null>(null)

export function WorkspaceProvider({ name, children }: { readonly name: WorkspaceName; readonly children: ReactNode }): ReactNode {
  const workspace = useMemo(() => openWorkspace(name), [name])
  useEffect(() => workspace.start(), [workspace])
  return <WorkspaceContext value={workspace}>{children}</WorkspaceContext>
}

/** What is drawn within counts its ages to an instant of the past. */
export function PastNow({ at, children }: { readonly at: string; readonly children: ReactNode }): ReactNode {
  const workspace = useWorkspace()
  const past = useMemo(() => ({ ...workspace, clock: { ...workspace.clock, now: () => Date.parse(at) } }), [workspace, at])
  return <WorkspaceContext value={past}>{children}</WorkspaceContext>
}

export function useWorkspace(): Workspace {
  const workspace = use(WorkspaceContext)
  if (workspace === null) throw new Error('A view was drawn outside of a workspace.')
  return workspace
}

/** The answer to a question, kept current by the live stream while the component is on screen. */
export function useQuery<Data>(query: Query<Data>): Answer<Data> & { readonly refresh: () => void } {
  const { cache } = useWorkspace()
  const latest = useRef(query)
  latest.current = query
  const subscribe = useCallback(
    (listener: () => void) => (query.key === '' ? () => undefined : cache.watch(latest.current, listener)),
    [cache, query.key],
  )
  const answer = useSyncExternalStore(subscribe, () => cache.read(latest.current))
  const refresh = useCallback(() => cache.refresh(query.key), [cache, query.key])
  return useMemo(() => ({ ...answer, refresh }), [answer, refresh])
}

/** Keeps what was last shown while the next question (another filter, a longer page) is on its way. */
export function useQueryKeepingLast<Data>(query: Query<Data>): Answer<Data> & { readonly refresh: () => void; readonly isOlder: boolean } {
  const answer = useQuery(query)
  const last = useRef<Data | undefined>(undefined)
  if (answer.data !== undefined) last.current = answer.data
  return { ...answer, data: answer.data ?? last.current, isOlder: answer.data === undefined && last.current !== undefined }
}

export function useLiveState(): LiveState {
  const { live } = useWorkspace()
  return useSyncExternalStore(live.subscribe, live.get)
}

/** Derives a value from the present instant and draws again only when the value changes, not every second. */
export function useFromNow<Value extends string | number | boolean>(derive: (nowMs: number) => Value): Value {
  const { clock } = useWorkspace()
  return useSyncExternalStore(clock.subscribe, () => derive(clock.now()))
}

export type Act<Input, Output> = {
  readonly run: (input: Input) => Promise<Output | null>
  readonly isRunning: boolean
  readonly problem: Problem | null
  readonly reset: () => void
}

/** Something a person does: runs once at a time, keeps why it failed, and has everything shown asked again when it worked. */
export function useAct<Input, Output>(perform: (client: MasterClient, input: Input) => Promise<Output>): Act<Input, Output> {
  const { client, cache } = useWorkspace()
  const [isRunning, setRunning] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)
  const latest = useRef(perform)
  latest.current = perform
  const busy = useRef(false)
  const run = useCallback(
    async (input: Input): Promise<Output | null> => {
      if (busy.current) return null
      busy.current = true
      setRunning(true)
      setProblem(null)
      try {
        const output = await latest.current(client, input)
        cache.invalidateAll()
        return output
      } catch (error) {
        setProblem(toProblem(error))
        return null
      } finally {
        busy.current = false
        setRunning(false)
      }
    },
    [client, cache],
  )
  const reset = useCallback(() => setProblem(null), [])
  return { run, isRunning, problem, reset }
}

function after(delayMs: number, run: () => void): () => void {
  const timer = window.setTimeout(run, delayMs)
  return () => window.clearTimeout(timer)
}

function every(ms: number, run: () => void): () => void {
  const timer = window.setInterval(run, ms)
  return () => window.clearInterval(timer)
}

function openWorkspace(name: WorkspaceName): Workspace {
  const client = connectMaster(name)
  const clock = createMasterClock(Date.now, every)
  const cache = createQueryCache({ now: Date.now, after, toProblem })
  const listeners = new Set<() => void>()
  let state: LiveState = { kind: 'connecting', since: Date.now() }
  let tryNow = (): void => undefined
  return {
    name,
    client,
    queries: createQueries(client),
    cache,
    clock,
    live: {
      get: () => state,
      subscribe(listener) {
        listeners.add(listener)
        return () => listeners.delete(listener)
      },
      tryNow: () => tryNow(),
    },
    start() {
      const following = followChanges({
        now: Date.now,
        after,
        random: Math.random,
        open: (signal, lastEventId) => client.live.changes({}, { signal, ...(lastEventId === undefined ? {} : { lastEventId }) }),
        toProblem,
        onTick(tick) {
          clock.hear(tick.at)
          cache.onTick(tick)
        },
        onState(next) {
          state = next
          for (const listener of [...listeners]) listener()
        },
        onOpened: () => cache.invalidateAll(),
      })
      tryNow = following.tryNow
      return following.stop
    },
  }
}
