/** Follows the master's stream of changes, and says honestly since when it does not. */
import type { ChangeTick } from '../../core/contract/live.ts'
import type { Problem } from './problem.ts'

export type LiveState =
  | { readonly kind: 'connecting'; readonly since: number }
  | { readonly kind: 'live'; readonly since: number; readonly lastTickAt: number | null }
  | {
      readonly kind: 'lost'
      readonly since: number
      readonly attempts: number
      readonly nextTryAt: number
      readonly problem: Problem | null
    }

export type LivePorts = {
  readonly now: () => number
  readonly after: (delayMs: number, run: () => void) => () => void
  /** 0..1; spreads the retries of many consoles. */
  readonly random: () => number
  readonly open: (signal: AbortSignal, lastEventId: string | undefined) => Promise<AsyncIterable<ChangeTick>>
  readonly toProblem: (error: unknown) => Problem
  readonly onTick: (tick: ChangeTick) => void
  readonly onState: (state: LiveState) => void
  /** The stream is there (again): whatever changed in between was not heard. */
  readonly onOpened: () => void
}

/** First retry after half a second, doubling, at most 15 s, spread by a quarter to either side. */
export function retryDelayMs(attempt: number, random: number): number {
  return Math.min(15_000, 500 * 2 ** Math.min(attempt, 10)) * (0.75 + random / 2)
}

/** Follows until told to stop; returns how to stop, and how to try at once. */
export function followChanges(ports: LivePorts): { readonly stop: () => void; readonly tryNow: () => void } {
  let isStopped = false
  let running: AbortController | null = null
  let callOff: (() => void) | null = null
  let attempts = 0
  let lostSince: number | null = null
  let lastEventId: string | undefined

  const run = async (): Promise<void> => {
    const current = new AbortController()
    running = current
    let problem: Problem | null = null
    try {
      const stream = await ports.open(current.signal, lastEventId)
      if (isStopped) return
      attempts = 0
      lostSince = null
      const since = ports.now()
      ports.onState({ kind: 'live', since, lastTickAt: null })
      ports.onOpened()
      for await (const tick of stream) {
        if (isStopped) return
        lastEventId = String(tick.position)
        ports.onState({ kind: 'live', since, lastTickAt: ports.now() })
        ports.onTick(tick)
      }
    } catch (error) {
      problem = ports.toProblem(error)
    }
    if (isStopped) return
    running = null
    lostSince ??= ports.now()
    const wait = retryDelayMs(attempts, ports.random())
    attempts += 1
    ports.onState({ kind: 'lost', since: lostSince, attempts, nextTryAt: ports.now() + wait, problem })
    callOff = ports.after(wait, start)
  }

  const start = (): void => {
    callOff = null
    void run()
  }

  ports.onState({ kind: 'connecting', since: ports.now() })
  start()
  return {
    stop() {
      isStopped = true
      callOff?.()
      running?.abort()
    },
    tryNow() {
      if (callOff === null) return
      callOff()
      start()
    },
  }
}
