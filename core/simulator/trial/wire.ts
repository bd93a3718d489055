/**
 * What lies between the nodes and the masters besides distance: requests that come twice, late or damaged, answers that never come, and
 * a relay that keeps a lane to itself and says it was delivered. It also takes down what masters acknowledge.
 */
import { AppError, isAppError } from '../../kernel/app-error.ts'
import { toHex } from '../../kernel/hex.ts'
import type { Ports, TransportResponse } from '../../kernel/ports.ts'
import type { Lane } from '../../log/log-id.ts'
import { decodeSegment } from '../../log/segment.ts'
import type { Far } from '../network.ts'
import type { SeededRandom } from '../seeded-random.ts'
import type { FieldNode } from './field-node.ts'
import type { wireFaults } from './happening.ts'
import type { Station } from './station.ts'
import { tally, type Witness } from './witness.ts'

export type WireFault = (typeof wireFaults)[number]

export type Wire = {
  readonly far: Far
  /** For the next requests that it can befall. */
  readonly inject: (link: string, fault: WireFault, times: number) => void
  readonly withhold: (link: string, lane: Lane | undefined) => void
  readonly turn: (link: string, to: Station) => void
  /** The master it leads to in the end. */
  readonly end: (link: string) => Station | undefined
  /** It goes over this relay from now on, whichever master that leads to. */
  readonly lead: (link: string, over: FieldNode) => void
  readonly via: (link: string) => FieldNode | undefined
  /** Nothing is wrong any more. */
  readonly clear: () => void
}

export type WireParts = {
  readonly world: Ports
  readonly random: SeededRandom
  readonly witness: Witness
  readonly linkAt: (address: string) => string
}

type Request = Parameters<Far>[0]

const maxSegmentBytes = 8 * 1024 * 1024
const lateMs = [200, 40_000] as const

export function createWire({ world, random, witness, linkAt }: WireParts): Wire {
  const ends = new Map<string, Station>()
  const vias = new Map<string, FieldNode>()
  const pending = new Map<string, Map<WireFault, number>>()
  const withheld = new Map<string, Lane>()

  function takes(link: string, fault: WireFault): boolean {
    const left = pending.get(link)?.get(fault) ?? 0
    if (left === 0) return false
    pending.get(link)?.set(fault, left - 1)
    return true
  }

  const wait = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      world.scheduler.after(ms, resolve)
    })

  /** What the master answers, if it lives to say it. */
  async function ask(link: string, request: Request): Promise<TransportResponse> {
    const relay = vias.get(link)
    if (relay !== undefined) return askRelay(link, relay, request)
    const station = ends.get(link)
    const running = station?.running()
    if (station === undefined || running === undefined)
      throw new AppError('Unavailable', 'LINK_DOWN', 'Nobody answers at the other end.', { link })
    const answer = await running.gateway.handle(request)
    if (!running.power.isOn()) return never()
    noteAnswer(station, request, answer)
    return answer
  }

  async function askRelay(link: string, relay: FieldNode, request: Request): Promise<TransportResponse> {
    const running = relay.relay()
    if (running === undefined) throw new AppError('Unavailable', 'LINK_DOWN', 'The relay is down.', { link })
    const answer = await running.handle(request)
    if (!running.power.isOn()) return never()
    if (answer.status === 200 && request.method === 'PUT' && request.path.startsWith('/v1/relay/')) tally(witness.left, relay.name)
    return answer
  }

  function noteAnswer(station: Station, { method, path }: Request, { status, body }: TransportResponse): void {
    if (method !== 'PUT' || !path.startsWith('/v1/segments') || status !== 200) return
    const answer = JSON.parse(new TextDecoder().decode(body)) as {
      readonly isComplete: boolean
      readonly held: { readonly log: string; readonly seq: number }
    }
    if (!answer.isComplete) return
    const { log, seq } = answer.held
    witness.acknowledgedLogs.push({ master: station.name, life: station.life(), log, seq })
  }

  function isSegment({ method, path }: Request): boolean {
    return method === 'PUT' && path.startsWith('/v1/segments')
  }

  /** The relay says that it was delivered, and keeps it. Only what comes in one piece, since only then it knows what to say. */
  function lieAbout(link: string, request: Request): TransportResponse | undefined {
    const lane = withheld.get(link)
    if (lane === undefined || !isSegment(request) || !request.path.includes(`%2F${lane}%2F`)) return undefined
    const query = new URLSearchParams(request.path.slice(request.path.indexOf('?')))
    const bytes = unpacked(request.body)
    const decoded = bytes === undefined ? undefined : decodeSegment(bytes)
    if (decoded?.ok !== true || query.get('offset') !== '0' || Number(query.get('total')) !== request.body.length) return undefined
    const { log, to, head } = decoded.value.header
    tally(witness.faults, 'withheld')
    const said = { offset: request.body.length, isComplete: true, held: { log, seq: to, head } }
    return { status: 200, headers: { 'content-type': 'application/json' }, body: new TextEncoder().encode(JSON.stringify(said)) }
  }

  function unpacked(body: Uint8Array): Uint8Array | undefined {
    try {
      return world.compression.unzstd(body, maxSegmentBytes)
    } catch (error) {
      if (isAppError(error)) return undefined
      throw error
    }
  }

  async function askDamaged(link: string, request: Request, body: Uint8Array, fault: string): Promise<TransportResponse> {
    tally(witness.faults, `wire-${fault}`)
    const answer = await ask(link, { ...request, body })
    // Zstd's own frame has bits that mean nothing: what comes out of it then is the true segment.
    const before = unpacked(request.body)
    const after = unpacked(body)
    const isSame = before !== undefined && after !== undefined && toHex(before) === toHex(after)
    const isWhole = answer.status === 200 && new TextDecoder().decode(answer.body).includes('"isComplete":true')
    if (!isSame) witness.altered.push({ where: `a segment on the link of ${link}`, wasRefused: !isWhole })
    return answer
  }

  const far: Far = async (request) => {
    const link = linkAt(request.remote)
    const lie = lieAbout(link, request)
    if (lie !== undefined) return lie
    if (takes(link, 'delay')) {
      tally(witness.faults, 'wire-delay')
      await wait(random.between(...lateMs))
    }
    if (isSegment(request) && request.body.length > 0 && takes(link, 'flip')) {
      const at = Math.floor(random.between(0, request.body.length))
      return askDamaged(link, request, request.body.with(at, (request.body[at] ?? 0) ^ (1 << Math.floor(random.between(0, 8)))), 'flip')
    }
    if (isSegment(request) && request.body.length > 1 && takes(link, 'truncate'))
      return askDamaged(link, request, request.body.subarray(0, Math.floor(random.between(1, request.body.length))), 'truncate')
    if (request.method !== 'GET' && takes(link, 'duplicate')) {
      tally(witness.faults, 'wire-duplicate')
      const again = { ...request, body: request.body.slice() }
      world.scheduler.after(random.between(...lateMs), () => void ask(link, again).catch(() => undefined))
    }
    if (takes(link, 'lose-answer')) {
      tally(witness.faults, 'wire-lose-answer')
      await ask(link, request)
      return never()
    }
    return ask(link, request)
  }

  return {
    far,
    inject: (link, fault, times) => {
      const faults = pending.get(link) ?? new Map<WireFault, number>()
      faults.set(fault, (faults.get(fault) ?? 0) + times)
      pending.set(link, faults)
    },
    withhold: (link, lane) => {
      if (lane === undefined) withheld.delete(link)
      else withheld.set(link, lane)
    },
    turn: (link, to) => {
      ends.set(link, to)
      vias.delete(link)
    },
    lead: (link, over) => void vias.set(link, over),
    via: (link) => vias.get(link),
    end: (link) => ends.get(link),
    clear: () => {
      pending.clear()
      withheld.clear()
    },
  }
}

/** What got lost gives no sign: only the sender's patience ends it. */
function never(): Promise<never> {
  return new Promise(() => undefined)
}
