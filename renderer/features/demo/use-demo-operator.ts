/** Whoever looks at the demo island is its first operator at once: there is nothing to protect in it, and everything to try. */
import { useEffect, useRef } from 'react'
import { useAct, useQuery, useWorkspace } from '../../client/workspace.tsx'

export function useDemoOperator(): void {
  const { name, queries } = useWorkspace()
  const operators = useQuery(queries.operators())
  const { run } = useAct((client, operatorId: string) => client.operator.signIn({ operatorId }))
  const wasDone = useRef(false)
  const first = name === 'demo' && operators.data?.currentId === null ? operators.data.items[0]?.id : undefined
  useEffect(() => {
    if (first === undefined || wasDone.current) return
    wasDone.current = true
    void run(first)
  }, [first, run])
}
