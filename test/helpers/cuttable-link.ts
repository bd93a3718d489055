/**
 * A link that can be cut: a TCP proxy on loopback in front of a master. Whoever uses it sees what a bad link shows: connections
 * that die in the middle, that take long, that cannot be made.
 */
import { createServer, connect, type Socket } from 'node:net'

export type CuttableLink = {
  /** What the near end connects to. */
  readonly url: string
  /** Where it leads; may be set anew, when the far end comes back on another port. */
  target: { readonly host: string; readonly port: number }
  /** Ends what is open and lets nothing through until `restore`. */
  readonly cut: () => void
  readonly restore: () => void
  /** At most so many bytes a second in either direction; undefined = as fast as it goes. */
  readonly throttle: (bytesPerSecond: number | undefined) => void
  /** Ends every open connection after each `ms`; undefined = never. */
  readonly dropEvery: (ms: number | undefined) => void
  /** Bytes that went towards the far end so far. */
  readonly sentBytes: () => number
  readonly close: () => Promise<void>
}

/** A slow link moves its bytes in slices of this length. */
const sliceMs = 50

export async function openCuttableLink(farUrl: string): Promise<CuttableLink> {
  const pairs = new Set<readonly [Socket, Socket]>()
  let isUp = true
  let bytesPerSecond: number | undefined
  let dropping: NodeJS.Timeout | undefined
  let sentBytes = 0

  const end = (): void => {
    for (const pair of [...pairs]) for (const socket of pair) socket.destroy()
  }
  const pass = (from: Socket, to: Socket, count: (bytes: number) => void): void => {
    from.on('data', (chunk: Buffer) => {
      from.pause()
      const give = (offset: number): void => {
        if (to.destroyed) return
        const size = bytesPerSecond === undefined ? chunk.length : Math.max(1, Math.floor((bytesPerSecond * sliceMs) / 1000))
        const slice = chunk.subarray(offset, offset + size)
        const next = offset + slice.length
        count(slice.length)
        to.write(slice, () => {
          if (next < chunk.length) setTimeout(give, sliceMs, next)
          else if (bytesPerSecond === undefined) from.resume()
          else setTimeout(() => from.resume(), (slice.length * 1000) / bytesPerSecond)
        })
      }
      give(0)
    })
  }
  const server = createServer((near) => {
    if (!isUp) {
      near.destroy()
      return
    }
    const far = connect(link.target)
    const pair = [near, far] as const
    pairs.add(pair)
    pass(near, far, (bytes) => (sentBytes += bytes))
    pass(far, near, () => undefined)
    for (const [socket, other] of [pair, [far, near] as const]) {
      socket.on('error', () => other.destroy())
      socket.on('close', () => {
        pairs.delete(pair)
        other.destroy()
      })
      socket.on('end', () => other.end())
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The link has no port.')

  const link: CuttableLink = {
    url: `http://127.0.0.1:${address.port}`,
    target: targetOf(farUrl),
    cut: () => {
      isUp = false
      end()
    },
    restore: () => {
      isUp = true
    },
    throttle: (limit) => {
      bytesPerSecond = limit
    },
    dropEvery: (ms) => {
      clearInterval(dropping)
      dropping = ms === undefined ? undefined : setInterval(end, ms)
    },
    sentBytes: () => sentBytes,
    close: async () => {
      clearInterval(dropping)
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      end()
      await closed
    },
  }
  return link
}

export function targetOf(url: string): { readonly host: string; readonly port: number } {
  const { hostname, port } = new URL(url)
  return { host: hostname, port: Number(port) }
}
