import { describe, expect, it } from 'vitest'
import { isAppError } from '../../../core/kernel/app-error.ts'
import type { TransportResponse } from '../../../core/kernel/ports.ts'
import { createScheduler } from '../../../core/platform/scheduler.ts'
import { createNetwork, type LinkCharacter, type Network } from '../../../core/simulator/network.ts'
import { createSeededRandom, type SeededRandom } from '../../../core/simulator/seeded-random.ts'
import { createVirtualTime, type VirtualTime } from '../../../core/simulator/virtual-time.ts'

const fast: LinkCharacter = { rttMs: 20, lossPct: 0, kbps: 1_000_000 }
const slow: LinkCharacter = { rttMs: 400, lossPct: 0, kbps: 8 }

type World = { readonly time: VirtualTime; readonly network: Network; readonly random: SeededRandom; readonly served: string[] }

function makeWorld(link: LinkCharacter = fast, relay: LinkCharacter = fast): World {
  const time = createVirtualTime(0, createScheduler().yield)
  const served: string[] = []
  const network = createNetwork(({ path, remote }) => {
    served.push(`${path} from ${remote}`)
    return Promise.resolve({ status: 200, headers: {}, body: new Uint8Array(10) })
  })
  network.join({ id: 'relay', address: '10.0.0.1', via: undefined, link: relay })
  network.join({ id: 'truck', address: '10.0.0.2', via: 'relay', link })
  network.join({ id: 'crane', address: '10.0.0.3', via: undefined, link })
  return { time, network, served, random: createSeededRandom('network') }
}

type Outcome = { readonly kind: 'answered' | 'LINK_DOWN'; readonly tookMs: number }

async function ask(
  { time, network, random }: World,
  id: string,
  bodyBytes = 0,
  timeoutMs = 15_000,
  meanwhile: () => void = () => undefined,
): Promise<Outcome> {
  const startedAt = time.clock.monotonic()
  let outcome: Outcome | undefined
  const request = network
    .transport(id, time.scheduler, random)
    .request({ method: 'POST', path: `/${id}`, headers: {}, body: new Uint8Array(bodyBytes), timeoutMs })
  void request.then(
    (_answer: TransportResponse) => (outcome = { kind: 'answered', tookMs: time.clock.monotonic() - startedAt }),
    (error: unknown) => {
      if (!isAppError(error) || error.kind !== 'Unavailable' || error.code !== 'LINK_DOWN') throw error
      outcome = { kind: 'LINK_DOWN', tookMs: time.clock.monotonic() - startedAt }
    },
  )
  meanwhile()
  await time.runUntilTrue(() => outcome !== undefined, 10 * 60_000)
  if (outcome === undefined) throw new Error('The request never ended.')
  return outcome
}

describe('the simulated network', () => {
  it('[SM5] takes as long as the links on the way are far and narrow', async () => {
    const near = await ask(makeWorld(), 'crane')
    const thin = await ask(makeWorld(slow), 'crane', 4000)
    const relayed = await ask(makeWorld(fast, slow), 'truck', 4000)
    expect(near).toEqual({ kind: 'answered', tookMs: expect.closeTo(20, -1) })
    // 400 ms of way, and about 4.5 kB at 1 kB/s.
    for (const { kind, tookMs } of [thin, relayed]) {
      expect(kind).toBe('answered')
      expect(tookMs).toBeGreaterThan(4300)
      expect(tookMs).toBeLessThan(5300)
    }
  })

  it('[SM5] says LINK_DOWN within a second when a link on the way is cut', async () => {
    const world = makeWorld()
    world.network.cut('relay', 'storm')
    const behind = await ask(world, 'truck')
    const beside = await ask(world, 'crane')
    expect([behind.kind, behind.tookMs < 1000, beside.kind]).toEqual(['LINK_DOWN', true, 'answered'])
    expect([world.network.isReachable('truck'), world.network.isCut('truck'), world.network.cutIds()]).toEqual([false, false, ['relay']])
    expect(world.served).toEqual(['/crane from 10.0.0.3'])
  })

  it('[SM5] is cut until every cause is gone', () => {
    const { network } = makeWorld()
    network.cut('crane', 'storm')
    network.cut('crane', 'operator')
    network.restore('crane', 'storm')
    expect(network.isReachable('crane')).toBe(false)
    network.restore('crane', 'operator')
    expect(network.isReachable('crane')).toBe(true)
    network.cut('crane', 'storm')
    network.cut('crane', 'operator')
    network.restore('crane')
    expect(network.cutIds()).toEqual([])
  })

  it('[SM5] loses the answer of a request that arrived, when the link is cut in between', async () => {
    const world = makeWorld(slow)
    const outcome = await ask(world, 'crane', 0, 5000, () => world.time.scheduler.after(600, () => world.network.cut('crane', 'storm')))
    expect(world.served).toHaveLength(1)
    expect(outcome).toEqual({ kind: 'LINK_DOWN', tookMs: 5000 })
  })

  it('[SM5] gives up when the asker does, though the request may arrive later', async () => {
    const world = makeWorld(slow)
    const outcome = await ask(world, 'crane', 60_000, 2000)
    expect([outcome, world.served]).toEqual([{ kind: 'LINK_DOWN', tookMs: 2000 }, []])
    await world.time.runUntil(120_000)
    expect(world.served).toHaveLength(1)
  })

  it('[SM5] sends again what gets lost, which takes time', async () => {
    const world = makeWorld({ ...fast, lossPct: 60 })
    const outcomes: Outcome[] = []
    for (let at = 0; at < 40; at++) outcomes.push(await ask(world, 'crane'))
    expect(new Set(outcomes.map(({ kind }) => kind))).toEqual(new Set(['answered', 'LINK_DOWN']))
    expect(outcomes.some(({ kind, tookMs }) => kind === 'answered' && tookMs > 1000)).toBe(true)
  })

  it('[SM5] is worse while it is impaired', async () => {
    const world = makeWorld()
    world.network.impair('crane', 'rain', { addRttMs: 2000, addLossPct: 0, mostKbps: 64 })
    const inTheRain = await ask(world, 'crane')
    world.network.impair('crane', 'rain', undefined)
    const after = await ask(world, 'crane')
    expect([inTheRain.tookMs > 1800, after.tookMs < 100]).toEqual([true, true])
  })
})
