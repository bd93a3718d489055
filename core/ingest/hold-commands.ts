/**
 * Holds a node's question for commands open until there is one or its time is over ([CM19]). A held question is a timer and an entry in
 * a map where the sockets are, so no thread waits and the writer is not asked again before something changed.
 */
import type { Scheduler } from '../kernel/ports.ts'
import type { GatewayResponse, RequestHead } from './exchange.ts'
import type { Admission, GatewayDoor } from './gateway.ts'
import { nodeHeader } from './routes/commands.ts'

/** What is told of every change, as far as it matters here. */
export type ChangeSource = {
  readonly listen: (hear: (change: { readonly topics: readonly string[]; readonly nodeIds?: readonly string[] }) => void) => () => void
}

export type HoldLimits = { readonly longestWaitMs: number; readonly mostHeld: number }
const defaultLimits: HoldLimits = { longestWaitMs: 20_000, mostHeld: 4096 }

export type HeldDoor = GatewayDoor & {
  readonly held: () => number
  /** Answers everything that is held, and holds nothing from now on. */
  readonly release: () => void
}

type Reading = Extract<Admission<GatewayResponse | Promise<GatewayResponse>>, { readonly kind: 'read' }>

export function holdCommands(door: GatewayDoor, changes: ChangeSource, scheduler: Scheduler, limits: HoldLimits = defaultLimits): HeldDoor {
  /** By node: ends the wait, `true` when something changed. */
  const waiting = new Map<string, (isChanged: boolean) => void>()
  let isReleased = false
  const stop = changes.listen(({ topics, nodeIds = [] }) => {
    if (topics.includes('commands')) for (const node of nodeIds) waiting.get(node)?.(true)
  })

  /** Resolves when something changed for the node, or with `false` when `over` is called or the place is needed. */
  const change = (node: string, over: (end: () => void) => void): Promise<boolean> =>
    new Promise((resolve) => {
      // A second question of the same node takes the place of the first: its answer is no longer awaited.
      waiting.get(node)?.(false)
      if (isReleased || waiting.size >= limits.mostHeld) return resolve(false)
      const end = (isChanged: boolean): void => {
        if (waiting.get(node) === end) waiting.delete(node)
        resolve(isChanged)
      }
      waiting.set(node, end)
      over(() => end(false))
    })

  /** Asked anew as a whole each time: meanwhile a key may have been revoked. */
  const askAgain = async (head: RequestHead): Promise<GatewayResponse> => {
    const admission = await door.admit(head)
    return admission.kind === 'answer' ? admission.response : admission.proceed(new Uint8Array())
  }

  const hold = async (head: RequestHead, first: GatewayResponse, waitMs: number): Promise<GatewayResponse> => {
    let isOver = false
    let end = (): void => undefined
    const cancel = scheduler.after(waitMs, () => {
      isOver = true
      end()
    })
    let response = first
    for (let node = nodeOf(response); node !== undefined && !isOver; node = nodeOf(response)) {
      const isChanged = await change(node, (over) => {
        end = over
      })
      if (!isChanged) break
      response = await askAgain(head)
    }
    cancel()
    return response
  }

  return {
    admit: async (head) => {
      const admission = await door.admit(head)
      const waitMs = Math.min(waitOf(head), limits.longestWaitMs)
      if (admission.kind === 'answer' || waitMs === 0) return admission
      const held: Reading = { ...admission, proceed: async (body) => hold(head, await admission.proceed(body), waitMs) }
      return held
    },
    refuse: door.refuse,
    held: () => waiting.size,
    release: () => {
      isReleased = true
      stop()
      for (const end of [...waiting.values()]) end(false)
    },
  }
}

/** Milliseconds that a question for commands may wait; 0 for any other request. */
function waitOf({ method, path }: RequestHead): number {
  if (method !== 'GET' || !path.startsWith('/v1/commands?')) return 0
  const seconds = Number(new URLSearchParams(path.slice(path.indexOf('?') + 1)).get('wait') ?? 0)
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : 0
}

function nodeOf({ status, headers }: GatewayResponse): string | undefined {
  return status === 204 ? headers[nodeHeader] : undefined
}
