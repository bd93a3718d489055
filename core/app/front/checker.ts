/**
 * Has whole segments checked in a thread of their own on their way to the writer ([GW19]). Where there is none, or it fails or falls
 * behind, they go on unchecked: it only saves the writer work.
 */
import type { RequestHead } from '../../ingest/exchange.ts'
import type { CheckedSegment } from '../../ingest/segment-check.ts'

export type CheckQuestion = { readonly id: number; readonly publicKey: Uint8Array; readonly packed: Uint8Array }
export type CheckAnswer = { readonly id: number; readonly checked: CheckedSegment | undefined }

/** The thread, as far as it is used here. */
export type CheckerThread = {
  readonly post: (question: CheckQuestion, owned: readonly ArrayBuffer[]) => void
  readonly listen: (hear: (answer: CheckAnswer) => void, failed: () => void) => void
  readonly close: () => void
}

export type Checker = {
  /** Undefined where the body is no whole segment of a node that is known, or could not be checked. */
  readonly check: (head: Pick<RequestHead, 'method' | 'path'>, body: Uint8Array) => Promise<CheckedSegment | undefined>
  readonly close: () => void
}

/** A segment waits for no more than so many others: beyond, the writer is no slower. */
const mostWaiting = 16

/** `start` is called with the first segment; `keyOf` the key of a node as it is known here. */
export function createChecker(start: () => CheckerThread, keyOf: (node: string) => Uint8Array | undefined): Checker {
  const waiting = new Map<number, (checked: CheckedSegment | undefined) => void>()
  let thread: CheckerThread | undefined
  let isBroken = false
  let numbered = 0

  function giveUp(): void {
    isBroken = true
    for (const resolve of waiting.values()) resolve(undefined)
    waiting.clear()
  }

  function started(): CheckerThread {
    if (thread !== undefined) return thread
    thread = start()
    thread.listen(({ id, checked }) => {
      waiting.get(id)?.(checked)
      waiting.delete(id)
    }, giveUp)
    return thread
  }

  return {
    check: async (head, body) => {
      const node = originOfWhole(head, body.length)
      const publicKey = node === undefined || isBroken || waiting.size >= mostWaiting ? undefined : keyOf(node)
      if (publicKey === undefined) return undefined
      // A Buffer's slice is a view of memory that others use: what goes over has to be a copy of its own.
      const packed = new Uint8Array(body)
      return new Promise((resolve) => {
        const id = ++numbered
        waiting.set(id, resolve)
        started().post({ id, publicKey, packed }, [packed.buffer])
      })
    },
    close: () => {
      giveUp()
      thread?.close()
    },
  }
}

/** Whose log it is of, where the body is all of a segment: on a good link nearly every one comes in one piece. */
export function originOfWhole({ method, path }: Pick<RequestHead, 'method' | 'path'>, sizeBytes: number): string | undefined {
  if (method !== 'PUT' || !path.startsWith('/v1/segments?')) return undefined
  const query = new URLSearchParams(path.slice(path.indexOf('?') + 1))
  if (query.get('offset') !== '0' || query.get('total') !== String(sizeBytes)) return undefined
  return query.get('log')?.split('/')[0]
}
