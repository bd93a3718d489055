/**
 * The network of a simulated island, in process: every station reaches the master over its own link and, where it has one, its
 * relay's. Links are slow, narrow, lossy and cut; a request that the master has dealt with can still lose its answer.
 */
import { AppError } from '../kernel/app-error.ts'
import type { Random, Scheduler, Transport, TransportRequest, TransportResponse } from '../kernel/ports.ts'

export type LinkCharacter = {
  readonly rttMs: number
  /** Of what is sent, percent; it is sent again. */
  readonly lossPct: number
  readonly kbps: number
}

/** What is wrong with a link for a while, on top of its character. */
export type Impairment = { readonly addRttMs: number; readonly addLossPct: number; readonly mostKbps: number }

export type Far = (request: {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
  readonly remote: string
}) => Promise<TransportResponse>

export type Station = { readonly id: string; readonly address: string; readonly via: string | undefined; readonly link: LinkCharacter }

export type Network = {
  readonly join: (station: Station) => void
  /** The way of a station to the master, in the station's own time. */
  readonly transport: (id: string, scheduler: Scheduler, random: Random) => Transport
  /** Cut until every cause that cut it is gone. */
  readonly cut: (id: string, cause: string) => void
  readonly restore: (id: string, cause?: string) => void
  /** Its own link is cut. */
  readonly isCut: (id: string) => boolean
  /** Neither its own link nor its relay's is cut. */
  readonly isReachable: (id: string) => boolean
  readonly cutIds: () => readonly string[]
  readonly impair: (id: string, name: string, impairment: Impairment | undefined) => void
}

type Link = { readonly station: Station; readonly cuts: Set<string>; readonly impairments: Map<string, Impairment> }

/** A station knows within this long that nobody is there. */
const refusedAfterMs = 800
/** A lost packet is sent again after this long, and so many times. */
const repeatAfterMs = 1000
const mostRepeats = 4
/** What HTTP adds to a body. */
const headerBytes = 240
const patienceMs = 15_000

export function createNetwork(far: Far): Network {
  const links = new Map<string, Link>()

  function linkOf(id: string): Link {
    const link = links.get(id)
    if (link === undefined) throw new AppError('Bug', 'STATION_UNKNOWN', 'No such station is on the simulated network.', { id })
    return link
  }

  function pathOf(id: string): readonly Link[] {
    const own = linkOf(id)
    return own.station.via === undefined ? [own] : [own, linkOf(own.station.via)]
  }

  const isReachable = (id: string): boolean => pathOf(id).every(({ cuts }) => cuts.size === 0)

  function characterOf(id: string): LinkCharacter {
    let [rttMs, passPct, kbps] = [0, 100, Number.POSITIVE_INFINITY]
    for (const { station, impairments } of pathOf(id)) {
      for (const hop of [toImpairment(station.link), ...impairments.values()]) {
        rttMs += hop.addRttMs
        passPct *= 1 - Math.min(hop.addLossPct, 100) / 100
        kbps = Math.min(kbps, hop.mostKbps)
      }
    }
    return { rttMs, lossPct: 100 - passPct, kbps }
  }

  function transport(id: string, scheduler: Scheduler, random: Random): Transport {
    const { address } = linkOf(id).station

    const wait = (ms: number): Promise<void> =>
      new Promise((resolve) => {
        scheduler.after(ms, resolve)
      })

    /** One way; false when it never arrives. What is lost is sent again by whatever carries it, a few times. */
    async function travel(sizeBytes: number): Promise<boolean> {
      for (let repeats = 0; random.next() * 100 < characterOf(id).lossPct; repeats++) {
        if (repeats === mostRepeats) return false
        await wait(repeatAfterMs)
      }
      const { rttMs, kbps } = characterOf(id)
      await wait(rttMs * (0.45 + random.next() * 0.15) + ((sizeBytes + headerBytes) * 8) / kbps)
      return isReachable(id)
    }

    async function carry(request: TransportRequest): Promise<TransportResponse> {
      const body = request.body ?? new Uint8Array()
      if (!isReachable(id)) {
        await wait(refusedAfterMs * (0.5 + random.next() / 2))
        throw lost(id, 'the link is down')
      }
      if (!(await travel(body.length + request.path.length))) return never()
      const answer = await far({ method: request.method, path: request.path, headers: request.headers, body, remote: address })
      return (await travel(answer.body.length)) ? answer : never()
    }

    return {
      request: (request) =>
        new Promise((resolve, reject) => {
          const cancel = scheduler.after(request.timeoutMs ?? patienceMs, () => reject(lost(id, 'no answer in time')))
          void carry(request).then(resolve, reject).finally(cancel)
        }),
    }
  }

  return {
    join: (station) => void links.set(station.id, { station, cuts: new Set(), impairments: new Map() }),
    transport,
    cut: (id, cause) => void linkOf(id).cuts.add(cause),
    restore: (id, cause) => {
      if (cause === undefined) linkOf(id).cuts.clear()
      else linkOf(id).cuts.delete(cause)
    },
    isCut: (id) => linkOf(id).cuts.size > 0,
    isReachable,
    cutIds: () => [...links.values()].filter(({ cuts }) => cuts.size > 0).map(({ station }) => station.id),
    impair: (id, name, impairment) => {
      if (impairment === undefined) linkOf(id).impairments.delete(name)
      else linkOf(id).impairments.set(name, impairment)
    },
  }
}

function toImpairment({ rttMs, lossPct, kbps }: LinkCharacter): Impairment {
  return { addRttMs: rttMs, addLossPct: lossPct, mostKbps: kbps }
}

/** What got lost gives no sign: only the sender's patience ends it. */
function never(): Promise<never> {
  return new Promise(() => undefined)
}

function lost(id: string, why: string): AppError {
  return new AppError('Unavailable', 'LINK_DOWN', `No answer from the master (${why}).`, { id })
}
