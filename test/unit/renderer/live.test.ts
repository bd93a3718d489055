import { describe, expect, it } from 'vitest'
import type { ChangeTick } from '../../../core/contract/live.ts'
import { followChanges, type LiveState, retryDelayMs } from '../../../renderer/client/live.ts'

type Stream = { readonly push: (tick: ChangeTick) => void; readonly end: (error?: Error) => void; readonly lastEventId: string | undefined }

function stream(): {
  readonly values: AsyncIterable<ChangeTick>
  readonly push: (tick: ChangeTick) => void
  readonly end: (error?: Error) => void
} {
  const held: ChangeTick[] = []
  let wake: () => void = () => undefined
  let over: { readonly error: Error | undefined } | null = null
  return {
    values: {
      async *[Symbol.asyncIterator]() {
        for (;;) {
          const next = held.shift()
          if (next !== undefined) yield next
          else if (over !== null) {
            if (over.error !== undefined) throw over.error
            return
          } else
            await new Promise<void>((resolve) => {
              wake = resolve
            })
        }
      },
    },
    push(tick) {
      held.push(tick)
      wake()
    },
    end(error) {
      over = { error }
      wake()
    },
  }
}

function world(): {
  readonly states: LiveState[]
  readonly ticks: ChangeTick[]
  readonly opened: () => number
  readonly streams: Stream[]
  readonly advance: (ms: number) => Promise<void>
  readonly settle: () => Promise<void>
  readonly following: ReturnType<typeof followChanges>
  readonly refuseNext: () => void
} {
  let now = 1_000
  let timers: { readonly at: number; readonly run: () => void }[] = []
  let opened = 0
  let isRefusing = false
  const states: LiveState[] = []
  const ticks: ChangeTick[] = []
  const streams: Stream[] = []
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 20; turn += 1) await Promise.resolve()
  }
  const following = followChanges({
    now: () => now,
    after(delayMs, run) {
      const timer = { at: now + delayMs, run }
      timers.push(timer)
      return () => {
        timers = timers.filter((held) => held !== timer)
      }
    },
    random: () => 0.5,
    open(_signal, lastEventId) {
      if (isRefusing) {
        isRefusing = false
        return Promise.reject(new Error('refused'))
      }
      const made = stream()
      streams.push({ push: made.push, end: made.end, lastEventId })
      return Promise.resolve(made.values)
    },
    toProblem: () => ({ kind: 'OFFLINE', code: 'MASTER_UNREACHABLE', sentence: '', facts: {} }),
    onTick: (tick) => ticks.push(tick),
    onState: (state) => states.push(state),
    onOpened: () => (opened += 1),
  })
  return {
    states,
    ticks,
    streams,
    settle,
    following,
    opened: () => opened,
    refuseNext: () => {
      isRefusing = true
    },
    async advance(ms) {
      now += ms
      const due = timers.filter((timer) => timer.at <= now)
      timers = timers.filter((timer) => timer.at > now)
      for (const timer of due) timer.run()
      await settle()
    },
  }
}

const change = (position: number): ChangeTick => ({
  position,
  at: '2026-01-01T00:00:00.000Z',
  nodeIds: [],
  domainIds: [],
  topics: [],
  isPartial: false,
})

describe('following the changes', () => {
  it('[UI2] is connecting, then live, and hands on every tick', async () => {
    const { states, ticks, streams, settle } = world()
    await settle()
    expect(states.map((state) => state.kind)).toEqual(['connecting', 'live'])
    streams[0]?.push(change(7))
    await settle()
    expect(ticks.map((tick) => tick.position)).toEqual([7])
    expect(states.at(-1)).toEqual({ kind: 'live', since: 1_000, lastTickAt: 1_000 })
  })

  it('[UI2] says since when it is lost, however often it tries', async () => {
    const { states, streams, settle, advance, refuseNext } = world()
    await settle()
    streams[0]?.end(new Error('cut'))
    await settle()
    refuseNext()
    await advance(500)
    const lost = states.filter((state) => state.kind === 'lost')
    expect(lost.map((state) => [state.since, state.attempts])).toEqual([
      [1_000, 1],
      [1_000, 2],
    ])
  })

  it('[UI2] goes on after the last change it heard, and has everything asked again', async () => {
    const { streams, settle, advance, opened, states } = world()
    await settle()
    streams[0]?.push(change(42))
    await settle()
    streams[0]?.end()
    await settle()
    await advance(500)
    expect(streams[1]?.lastEventId).toBe('42')
    expect(opened()).toBe(2)
    expect(states.at(-1)?.kind).toBe('live')
  })

  it('[UI2] tries at once when it is told to', async () => {
    const { streams, settle, following } = world()
    await settle()
    streams[0]?.end(new Error('cut'))
    await settle()
    following.tryNow()
    await settle()
    expect(streams).toHaveLength(2)
  })

  it('[UI2] tries no more once it is stopped', async () => {
    const { streams, settle, following, advance } = world()
    await settle()
    streams[0]?.end(new Error('cut'))
    await settle()
    following.stop()
    await advance(60_000)
    expect(streams).toHaveLength(1)
  })

  it('[UI2] waits longer each time, never more than 19 seconds, and not all at the same moment', () => {
    expect([0, 1, 2, 3, 10].map((attempt) => retryDelayMs(attempt, 0.5))).toEqual([500, 1_000, 2_000, 4_000, 15_000])
    expect(retryDelayMs(20, 1)).toBe(18_750)
    expect(retryDelayMs(0, 0)).toBe(375)
  })
})
