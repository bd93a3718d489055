/** Asks for nodes page by page as they are looked at, and keeps the pages that are on screen current. */
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import type { Problem } from '../../client/problem.ts'
import { type Requests, toProblem } from '../../client/rpc.ts'
import { useQueryKeepingLast, useWorkspace } from '../../client/workspace.tsx'
import { type HeldPages, keepStill, type NodeRow, noPages, pageOfRow, placePage, rowsOf } from './pages.ts'

const pageLength = 100

export type NodePages = {
  readonly rows: readonly NodeRow[]
  readonly total: number
  readonly hasMore: boolean
  /** Order changes held back while a person points at the list. */
  readonly waiting: number
  readonly isFirstLoading: boolean
  /** The filter changed and its answer is on its way; what is shown is of the filter before. */
  readonly isOlder: boolean
  readonly problem: Problem | null
  readonly refresh: () => void
  readonly loadMore: () => void
  readonly onVisible: (lastRow: number) => void
  readonly hold: (isHeld: boolean) => void
}

export function useNodePages(filter: Requests['node']['list']): NodePages {
  const { client, queries } = useWorkspace()
  const filterKey = JSON.stringify(filter)
  const request = useMemo(() => ({ ...(JSON.parse(filterKey) as Requests['node']['list']), limit: pageLength }), [filterKey])
  const first = useQueryKeepingLast(queries.nodes(request))
  const [held, setHeld] = useState<HeldPages>(noPages)
  const [shown, setShown] = useState<readonly NodeRow[] | null>(null)
  const [problem, setProblem] = useState<Problem | null>(null)
  const visibleRow = useRef(0)
  const loading = useRef(false)
  const heldRef = useRef(held)
  heldRef.current = held

  useEffect(() => {
    setHeld(noPages)
    setShown(null)
    setProblem(null)
  }, [request])

  const ask = useCallback(
    async (at: number, cursor: string | undefined): Promise<void> => {
      if (loading.current) return
      loading.current = true
      try {
        const page = await client.node.list({ ...request, ...(cursor === undefined ? {} : { cursor }) })
        setHeld((now) => placePage(now, at, cursor, page))
        setProblem(null)
      } catch (error) {
        setProblem(toProblem(error))
      } finally {
        loading.current = false
      }
    },
    [client, request],
  )

  useEffect(() => {
    if (first.data === undefined || first.isOlder) return
    const page = first.data
    setHeld((now) => placePage(now, 0, undefined, page))
    // A fresh first page means that something changed: the page on screen is asked again with it.
    const at = pageOfRow(heldRef.current, visibleRow.current)
    if (at > 0) void ask(at, heldRef.current.cursors[at])
  }, [first.data, first.isOlder, ask])

  const fresh = useMemo(() => (held.pages.length === 0 && first.data !== undefined ? first.data.items : rowsOf(held)), [held, first.data])
  const still = shown === null ? null : keepStill(shown, fresh)
  const last = held.pages.at(-1)
  const next = last?.next ?? null
  return {
    rows: still?.rows ?? fresh,
    total: held.pages[0]?.total ?? first.data?.total ?? 0,
    hasMore: next !== null,
    waiting: still?.waiting ?? 0,
    isFirstLoading: first.data === undefined && first.problem === null,
    isOlder: first.isOlder,
    problem: problem ?? first.problem,
    refresh: first.refresh,
    loadMore: () => {
      if (next !== null) void ask(held.pages.length, next)
    },
    onVisible: (row) => {
      visibleRow.current = row
    },
    // Longer lists grow while they are held: what is appended is shown at once, because it moves nothing.
    hold: useCallback((isHeld: boolean) => setShown(isHeld ? rowsOf(heldRef.current) : null), []),
  }
}
