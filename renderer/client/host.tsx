/** The process behind the page: which workspaces it holds, and opening and closing the demo island. */
import { createContext, type ReactNode, use, useCallback, useEffect, useMemo, useState } from 'react'
import type { Problem } from './problem.ts'
import { connectHost, type HostAnswers, toProblem } from './rpc.ts'

type WorkspaceState = HostAnswers['workspaces']['items'][number]

export type Host = {
  readonly workspaces: readonly WorkspaceState[]
  readonly version: string | null
  readonly isBusy: boolean
  readonly openDemo: () => Promise<Problem | null>
  readonly closeDemo: () => Promise<Problem | null>
  readonly refresh: () => void
}

const HostContext = createContext<Host | null>(null)

export function HostProvider({ children }: { readonly children: ReactNode }): ReactNode {
  const client = useMemo(connectHost, [])
  const [answer, setAnswer] = useState<HostAnswers['workspaces'] | null>(null)
  const [isBusy, setBusy] = useState(false)

  const refresh = useCallback(async (): Promise<void> => {
    try {
      setAnswer(await client.workspaces({}))
    } catch {
      // The stream of the workspace tells that the connection is lost; this list is asked again with the next act.
    }
  }, [client])
  useEffect(() => void refresh(), [refresh])

  const act = useCallback(
    async (perform: () => Promise<WorkspaceState>): Promise<Problem | null> => {
      setBusy(true)
      try {
        const state = await perform()
        return state.problem === null
          ? null
          : { kind: 'UNAVAILABLE', code: state.problem.code, sentence: state.problem.sentence, facts: {} }
      } catch (error) {
        return toProblem(error)
      } finally {
        await refresh()
        setBusy(false)
      }
    },
    [refresh],
  )

  const host = useMemo<Host>(
    () => ({
      workspaces: answer?.items ?? [],
      version: answer?.version ?? null,
      isBusy,
      openDemo: () => act(() => client.openDemo({})),
      closeDemo: () => act(() => client.closeDemo({})),
      refresh: () => void refresh(),
    }),
    [answer, isBusy, act, client, refresh],
  )
  return <HostContext value={host}>{children}</HostContext>
}

export function useHost(): Host {
  const host = use(HostContext)
  if (host === null) throw new Error('A view was drawn outside of the host.')
  return host
}
