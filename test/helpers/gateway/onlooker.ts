/**
 * Somebody who looks at a master while much is going on, from a thread of its own: how long it takes is then not the time that whoever
 * makes the noise needs for itself. Asks again and again until it is told to stop, and answers what it met.
 */
import { parentPort, Worker, workerData } from 'node:worker_threads'
import { callProcedure, targetOfDirectory } from '../../../core/bin/api-client.ts'
import { createFiles } from '../../../core/platform/files.ts'

/** Milliseconds. */
export type Latency = { readonly looks: number; readonly median: number; readonly p95: number; readonly most: number }

export type Seen = {
  /** The whole page of returns: `session.queue`, `session.list`. */
  readonly returns: Latency
  readonly overview: Latency
  /** A page that is not there, asked for where nodes ask: answered by the front alone. */
  readonly front: Latency
  readonly mostWaiting: number
  readonly mostOpen: number
}

type Looked = { readonly directory: string; readonly url: string; readonly everyMs: number }

export type Onlooker = { readonly stop: () => Promise<Seen> }

export function startOnlooker(looked: Looked): Onlooker {
  const worker = new Worker(new URL('onlooker.ts', import.meta.url), { workerData: looked })
  const seen = new Promise<Seen>((resolve, reject) => {
    worker.on('message', resolve)
    worker.on('error', reject)
  })
  // It is waited for by `stop`; until then it must not end the process.
  seen.catch(() => undefined)
  return {
    stop: () => {
      worker.postMessage('stop')
      return seen
    },
  }
}

export function latencyOf(values: readonly number[]): Latency {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (share: number): number => Math.round((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0) * 10) / 10
  return { looks: sorted.length, median: at(0.5), p95: at(0.95), most: at(1) }
}

async function look(port: NonNullable<typeof parentPort>, { directory, url, everyMs }: Looked): Promise<void> {
  const files = createFiles()
  const call = async <Answer>(procedure: string, input: unknown = {}): Promise<Answer> =>
    (await callProcedure(targetOfDirectory(directory, files), 'main', procedure, input, undefined, new AbortController().signal)) as Answer
  const took = { returns: [] as number[], overview: [] as number[], front: [] as number[] }
  const timed = async <Answer>(into: number[], act: () => Promise<Answer>): Promise<Answer> => {
    const began = performance.now()
    const answer = await act()
    into.push(performance.now() - began)
    return answer
  }
  let isOver = false
  let mostWaiting = 0
  let mostOpen = 0
  port.once('message', () => (isOver = true))
  while (!isOver) {
    const queue = await timed(took.returns, async () => {
      const [answer] = await Promise.all([
        call<{ readonly waiting: number; readonly open: number }>('session.queue', { limit: 50 }),
        call('session.list', { limit: 50 }),
      ])
      return answer
    })
    mostWaiting = Math.max(mostWaiting, queue.waiting)
    mostOpen = Math.max(mostOpen, queue.open)
    await timed(took.overview, () => call('fleet.overview'))
    await timed(took.front, async () => (await fetch(`${url}/nothing-here`)).arrayBuffer())
    await new Promise((resolve) => setTimeout(resolve, everyMs))
  }
  const seen: Seen = {
    returns: latencyOf(took.returns),
    overview: latencyOf(took.overview),
    front: latencyOf(took.front),
    mostWaiting,
    mostOpen,
  }
  port.postMessage(seen)
}

if (parentPort !== null && isLooked(workerData)) await look(parentPort, workerData)

/** Vitest, too, runs in threads: only the one that was started here looks. */
function isLooked(data: unknown): data is Looked {
  return typeof data === 'object' && data !== null && 'everyMs' in data && 'directory' in data
}
