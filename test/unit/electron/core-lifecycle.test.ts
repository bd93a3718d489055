import { describe, expect, it } from 'vitest'
import type { CoreHappening, CoreState, Step } from '../../../electron/main/core-lifecycle.ts'
import { decide, restartWaits, wellAfterMs } from '../../../electron/main/core-lifecycle.ts'

const killed = (at: number): CoreHappening => ({ type: 'exited', exitCode: null, signal: 'SIGKILL', at })

/** Lets things happen one after the other and answers the last step. */
function happen(from: CoreState, ...happenings: readonly CoreHappening[]): Step {
  return happenings.reduce<Step>((step, happening) => decide(step.state, happening), { state: from, deeds: [] })
}

const serving: CoreState = { kind: 'serving', failures: 0, since: 0 }

describe('decide', () => {
  it('[SH6] starts, serves and shows the console', () => {
    const started = decide({ kind: 'idle' }, { type: 'start-asked' })
    expect(started).toEqual({ state: { kind: 'starting', failures: 0 }, deeds: [{ type: 'spawn' }] })
    const ready = decide(started.state, { type: 'ready', at: 5 })
    expect(ready).toEqual({ state: { kind: 'serving', failures: 0, since: 5 }, deeds: [{ type: 'show-console' }] })
  })

  it('[SH6] shows a trouble with code, sentence and next step when core ends, and starts it again after a wait', () => {
    const step = decide(serving, killed(1_000))
    expect(step.state).toMatchObject({ kind: 'waiting', failures: 1 })
    expect(step.deeds).toEqual([
      {
        type: 'show-trouble',
        trouble: {
          code: 'CORE_EXITED',
          sentence: 'The core of the console ended unexpectedly, by signal SIGKILL. Everything it had acknowledged is on disk.',
          nextStep: 'Nothing needs doing: it starts again by itself. You can also start it now.',
          restartsInMs: 8_000,
        },
      },
      { type: 'restart-later', ms: 8_000 },
    ])
    expect(decide(step.state, { type: 'restart-due' }).deeds).toEqual([{ type: 'spawn' }])
    expect(decide(step.state, { type: 'start-asked' }).deeds).toEqual([{ type: 'spawn' }])
  })

  it('[SH6] waits longer each time, and then leaves it to a person', () => {
    let state: CoreState = serving
    const waits: number[] = []
    for (let round = 0; round <= restartWaits.length; round += 1) {
      const ended = decide(state, killed(1_000))
      waits.push(...ended.deeds.flatMap((deed) => (deed.type === 'restart-later' ? [deed.ms] : [])))
      state = ended.state
      if (state.kind === 'waiting') state = happen(state, { type: 'restart-due' }, { type: 'ready', at: 1_000 }).state
    }
    expect(waits).toEqual([...restartWaits])
    expect(waits).toEqual([...waits].sort((a, b) => a - b))
    expect(state).toMatchObject({ kind: 'refused', trouble: { code: 'CORE_EXITED' } })
    expect(state.kind === 'refused' ? state.trouble.restartsInMs : 0).toBeUndefined()
    expect(decide(state, { type: 'start-asked' }).deeds).toEqual([{ type: 'spawn' }])
  })

  it('[SH6] counts from one again after core had been well', () => {
    const step = decide({ kind: 'serving', failures: 2, since: 0 }, killed(wellAfterMs))
    expect(step.state).toMatchObject({ kind: 'waiting', failures: 1 })
  })

  it('[SH6] does not start again by itself what core refused, but does when asked', () => {
    const refused = decide({ kind: 'starting', failures: 0 }, { type: 'failed', code: 'STORE_LOCKED', message: 'Another master holds it.' })
    expect(refused.deeds).toEqual([
      {
        type: 'show-trouble',
        trouble: { code: 'STORE_LOCKED', sentence: 'Another master holds it.', nextStep: expect.stringContaining('start again') },
      },
    ])
    const afterExit = happen(refused.state, { type: 'exited', exitCode: 4, signal: null, at: 9 }, { type: 'restart-due' })
    expect(afterExit).toEqual({ state: refused.state, deeds: [] })
    expect(decide(refused.state, { type: 'start-asked' }).deeds).toEqual([{ type: 'spawn' }])
  })

  it('[SH7] says what to do about a host that is too old', () => {
    const step = decide({ kind: 'starting', failures: 0 }, { type: 'host-refused', code: 'HOST_ELECTRON_TOO_OLD', sentence: 'Too old.' })
    expect(step.state).toMatchObject({ kind: 'refused', trouble: { nextStep: expect.stringContaining('current version') } })
  })

  it('[SH6] ends a core that takes too long to start, which then counts as ended', () => {
    const overdue = decide({ kind: 'starting', failures: 0 }, { type: 'start-overdue' })
    expect(overdue.deeds).toEqual([{ type: 'kill' }])
    expect(decide(overdue.state, killed(1)).state).toMatchObject({ kind: 'waiting', failures: 1 })
    expect(decide(serving, { type: 'start-overdue' })).toEqual({ state: serving, deeds: [] })
  })

  it('[SH15] asks core to stop, leaves when it has, and ends it when it does not', () => {
    const closing = decide(serving, { type: 'close-asked' })
    expect(closing).toEqual({ state: { kind: 'closing' }, deeds: [{ type: 'ask-to-stop' }] })
    expect(decide(closing.state, { type: 'exited', exitCode: 0, signal: null, at: 1 }).deeds).toEqual([{ type: 'leave' }])
    expect(decide(closing.state, { type: 'close-overdue' }).deeds).toEqual([{ type: 'kill' }])
  })

  it('[SH15] leaves at once when no core runs, and does nothing twice', () => {
    const idle: CoreState = { kind: 'idle' }
    expect(decide(idle, { type: 'close-asked' })).toEqual({ state: { kind: 'closed' }, deeds: [{ type: 'leave' }] })
    expect(happen(serving, { type: 'close-asked' }, { type: 'close-asked' }).deeds).toEqual([])
    for (const late of [{ type: 'restart-due' }, { type: 'start-asked' }, { type: 'close-asked' }] as const) {
      expect(decide({ kind: 'closed' }, late)).toEqual({ state: { kind: 'closed' }, deeds: [] })
    }
  })
})
