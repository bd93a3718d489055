/** A rollout: its machine, its verdict, its budget. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { drawRollout, plainName } from '../../../../core/fleet/rollout/gantt.ts'
import { type NodeOutcome, type Outcome, outcomeOf, outcomes, type RolloutEvidence } from '../../../../core/fleet/rollout/outcome.ts'
import { rolloutEvents, type RolloutEvent } from '../../../../core/fleet/rollout/rollout-events.ts'
import { rolloutArrows, rolloutPhases, transitRollout } from '../../../../core/fleet/rollout/rollout-machine.ts'
import {
  decidePlan,
  evolveRollout,
  fallbackOf,
  judgeApproval,
  openedWaves,
  type Rollout,
  splitIntoWaves,
} from '../../../../core/fleet/rollout/rollout.ts'
import { decideAdvance, disruptedOf, nextToStart, progressOf, safeToAdvance } from '../../../../core/fleet/rollout/verdict.ts'

const idOf = (n: number): string => `01HZZZZZZZZZZZZZZZZZZZZ${String(n).padStart(3, '0')}`
const ids = (from: number, to: number): string[] => Array.from({ length: to - from }, (_none, at) => idOf(from + at))
const terms = { name: 'canary', successShare: 0.8, failedShareAtMost: 0.1, soakSeconds: 60, hasGate: false }
const plan = {
  name: 'Pumps 2',
  domainId: idOf(900),
  policyBundleId: idOf(901),
  fallbackPolicyBundleId: idOf(902),
  waves: [terms, { ...terms, name: 'the rest', hasGate: true }],
  maxDisrupted: 3,
}
type Told = { readonly [Type in RolloutEvent['type']]: Extract<RolloutEvent, { type: Type }>['data'] }
const event = <Type extends RolloutEvent['type']>(type: Type, data: Told[Type], atMs = 0): RolloutEvent =>
  ({ type, atMs, data }) as RolloutEvent
const fold = (events: readonly RolloutEvent[]): Rollout => {
  const rollout = events.reduce<Rollout | undefined>(evolveRollout, undefined)
  if (rollout === undefined) throw new Error('the rollout of this test was not planned')
  return rollout
}
const plannedEvents = [
  event('ibcf.rollout.planned.v1', plan),
  event('ibcf.rollout.enlisted.v1', { wave: 0, nodeIds: ids(0, 5) }),
  event('ibcf.rollout.enlisted.v1', { wave: 0, nodeIds: ids(3, 10) }),
  event('ibcf.rollout.enlisted.v1', { wave: 1, nodeIds: ids(5, 30) }),
]
const started = event('ibcf.rollout.started.v1', { reason: 'agreed' }, 1000)
const outcome = (name: Outcome, hasStarted = name !== 'unknown'): NodeOutcome => ({
  outcome: name,
  reason: '',
  isDisrupted: hasStarted && (name === 'pending' || name === 'failed'),
  hasStarted,
})
const view = (rollout: Rollout, list: readonly Outcome[], nowMs = 100_000) => ({
  rollout,
  nowMs,
  outcomes: new Map(list.map((name, at) => [idOf(at), outcome(name)])),
})
const times = (count: number, name: Outcome): Outcome[] => Array.from({ length: count }, () => name)
const codes = (reasons: readonly { readonly code: string }[]): string[] => reasons.map(({ code }) => code)

describe('evidence that grows old', () => {
  const limited = {
    ...plan,
    waves: [
      { ...terms, soakSeconds: 0, evidenceSecondsAtMost: 30 },
      { ...terms, name: 'the rest' },
    ],
  }
  const running = fold([
    event('ibcf.rollout.planned.v1', limited),
    event('ibcf.rollout.enlisted.v1', { wave: 0, nodeIds: ids(0, 10) }),
    event('ibcf.rollout.enlisted.v1', { wave: 1, nodeIds: ids(10, 20) }),
    started,
  ])
  const heard = (heardAtMs: readonly (number | null)[]) => ({
    rollout: running,
    nowMs: 100_000,
    outcomes: new Map(heardAtMs.map((at, index) => [idOf(index), { ...outcome('converged'), heardAtMs: at }])),
  })

  it('[RO11] holds the next wave up until enough of those that proved it were heard of again, and tells it', () => {
    const fresh = Array.from({ length: 8 }, () => 70_000)
    const enough = safeToAdvance(heard([...fresh, 69_999, null]))
    expect(enough.verdict).toBe('advance')
    expect(enough.reasons.find(({ code }) => code === 'EVIDENCE_OLD')).toMatchObject({
      bearing: 'note',
      sentence: 'Wave 1: 2 of the 10 that proved it were not heard of for more than 30 s.',
    })
    const tooFew = safeToAdvance(heard([...fresh.slice(1), 69_999, 69_999, null]))
    expect(tooFew.verdict).toBe('wait')
    expect(tooFew.reasons.find(({ code }) => code === 'EVIDENCE_OLD')?.bearing).toBe('wait')
    expect(decideAdvance(heard(Array.from({ length: 10 }, () => null)))).toMatchObject({ ok: false, refusal: { code: 'ROLLOUT_NOT_SAFE' } })
    expect(codes(safeToAdvance(heard(Array.from({ length: 10 }, () => 100_000))).reasons)).not.toContain('EVIDENCE_OLD')
  })
})

describe('the budget', () => {
  it('[RO5] [RO9] is left to those that may begin: whom nobody may tell takes up no room', () => {
    const rollout = fold([...plannedEvents, started])
    const all = view(rollout, times(10, 'pending'))
    const waiting = {
      ...all,
      outcomes: new Map([...all.outcomes].map(([id, one]) => [id, { ...one, hasStarted: false, isDisrupted: false }])),
    }
    expect(nextToStart(waiting)).toEqual(ids(0, 3))
    expect(nextToStart(waiting, (id) => id > idOf(3))).toEqual(ids(4, 7))
  })
})

describe('the second person', () => {
  const begun = [...plannedEvents, { ...event('ibcf.rollout.started.v1', { reason: '', needsApproval: true }, 1000), actor: 'ada' }]
  const agreed = (actor: string | null): RolloutEvent => ({ ...event('ibcf.rollout.approved.v1', { reason: '' }, 2000), actor })

  it('[RO12] is another one than who started it; before that nothing begins, and no later word changes it', () => {
    for (const events of [begun, [...begun, agreed('ada')], [...begun, agreed(null)]]) {
      expect(safeToAdvance(view(fold(events), times(10, 'pending'))).reasons).toContainEqual(
        expect.objectContaining({ code: 'APPROVAL_MISSING', bearing: 'wait' }),
      )
      expect(nextToStart(view(fold(events), times(10, 'pending')))).toEqual([])
    }
    const both = fold([...begun, agreed('ada'), agreed('grace'), agreed('eve')])
    expect(both.agreement).toEqual({ startedBy: 'ada', approvedBy: 'grace' })
    expect(codes(safeToAdvance(view(both, times(10, 'pending'))).reasons)).not.toContain('APPROVAL_MISSING')
    expect(judgeApproval(fold([...plannedEvents, started]), 'grace')).toMatchObject({ refusal: { code: 'APPROVAL_NOT_NEEDED' } })
  })
})

describe('the machine of a rollout', () => {
  it('[RO1] moves along its table, and refuses in words what the table does not have', () => {
    for (const from of rolloutPhases) {
      for (const type of Object.keys(rolloutEvents) as RolloutEvent['type'][]) {
        if (type === 'ibcf.rollout.planned.v1') continue
        const arrows = rolloutArrows.filter((arrow) => arrow.from === from && arrow.event === type)
        expect(arrows.length).toBeLessThanOrEqual(1)
        expect(transitRollout(from, type)).toMatchObject(arrows[0] === undefined ? { ok: false } : { ok: true, value: arrows[0] })
      }
    }
    const refusal = transitRollout('PLANNED', 'ibcf.rollout.resumed.v1')
    expect(refusal.ok ? '' : refusal.refusal.sentence).toBe(
      'A rollout that is PLANNED cannot be resumed; from there: nodes enlisted, gate opened, started, aborted.',
    )
    const over = transitRollout('ABORTED', 'ibcf.rollout.started.v1')
    expect(over.ok ? '' : over.refusal.sentence).toBe('A rollout that is ABORTED is over; plan another.')
  })

  it('[RO1] takes in nodes until it starts, each in the first wave that listed it', () => {
    const rollout = fold([...plannedEvents, started, event('ibcf.rollout.enlisted.v1', { wave: 1, nodeIds: ids(40, 50) })])
    expect(rollout.waves.map(({ nodeIds }) => nodeIds)).toEqual([ids(0, 10), ids(10, 30)])
    expect([rollout.phase, openedWaves(rollout).length, rollout.waves[0]?.openedAtMs]).toEqual(['RUNNING', 1, 1000])
  })

  it('[RO1] pauses, resumes, aborts, and takes an advance that is said twice once', () => {
    const running = [...plannedEvents, started]
    const advanced = event('ibcf.rollout.advanced.v1', { wave: 1, reason: '' }, 5000)
    const twice = fold([...running, advanced, advanced, event('ibcf.rollout.advanced.v1', { wave: 7, reason: '' }, 6000)])
    expect(twice.waves.map(({ openedAtMs }) => openedAtMs)).toEqual([1000, 5000])
    const paused = [...running, event('ibcf.rollout.paused.v1', { reason: 'storm' }, 2000)]
    expect(fold([...paused, advanced])).toMatchObject({ phase: 'PAUSED', sinceMs: 2000, reason: 'storm' })
    expect(openedWaves(fold([...paused, advanced])).length).toBe(1)
    expect(fold([...paused, event('ibcf.rollout.resumed.v1', { reason: 'calm' })]).phase).toBe('RUNNING')
  })

  it('[RO6] names what the nodes that were told go back to when it is aborted, and nothing without a fallback', () => {
    const running = [...plannedEvents, started]
    const aborted = fold([...running, event('ibcf.rollout.aborted.v1', { reason: 'it leaks' })])
    expect(fallbackOf(aborted)).toEqual({ policyBundleId: plan.fallbackPolicyBundleId, nodeIds: ids(0, 10) })
    expect([fallbackOf(fold(running)), evolveRollout(undefined, started)]).toEqual([undefined, undefined])
    expect(fallbackOf({ ...aborted, fallbackPolicyBundleId: null })).toBeUndefined()
  })

  it('[RO1] is planned with nodes in every wave, none of them twice', () => {
    const code = (lists: string[][]) => {
      const decided = decidePlan(plan, lists)
      return decided.ok ? 'accepted' : decided.refusal.code
    }
    expect(code([ids(0, 2), ids(2, 9)])).toBe('accepted')
    expect(code([ids(0, 2), ids(1, 9)])).toBe('ROLLOUT_NODE_TWICE')
    expect(code([ids(0, 2), []])).toBe('ROLLOUT_WITHOUT_NODES')
    expect(code([ids(0, 2)])).toBe('ROLLOUT_WAVE_UNKNOWN')
    expect(splitIntoWaves(ids(0, 100), [0.01, 0.1]).map((wave) => wave.length)).toEqual([1, 10, 89])
    expect(splitIntoWaves(ids(0, 2), [0.01, 0.01, 0.5]).map((wave) => wave.length)).toEqual([1, 1])
  })
})

describe('the outcome at a node', () => {
  const target = { policyBundleId: 'bundle', targetVersion: '2.0.0' }
  const base: RolloutEvidence = {
    phase: 'ACTIVE',
    mode: 'LIVE',
    hasStarted: true,
    adoptedPolicyBundleId: null,
    reportedVersion: '1.0.0',
    proof: null,
    refusal: null,
    failure: null,
  }
  const proof = { policyBundleId: 'bundle', version: '2.0.0', isAfterRestart: true }
  const of = (more: Partial<RolloutEvidence>) => outcomeOf({ ...base, ...more }, target).outcome

  it('[RO2] is success only by its own proof after a restart, of this bundle and version', () => {
    expect(of({ proof })).toBe('converged')
    expect(of({ proof, mode: 'DISCONNECTED' })).toBe('converged')
    expect(of({ adoptedPolicyBundleId: 'bundle', reportedVersion: '2.0.0' })).toBe('pending')
    for (const wrong of [{ isAfterRestart: false }, { version: '1.9.9' }, { policyBundleId: 'another' }])
      expect(of({ proof: { ...proof, ...wrong } })).toBe('pending')
  })

  it('[RO3] tells unknown from failed, and cannot from not yet', () => {
    expect(of({ mode: 'AUTONOMOUS' })).toBe('unknown')
    expect(of({ mode: null, hasStarted: false })).toBe('unknown')
    expect(of({ failure: 'no space', mode: 'DISCONNECTED' })).toBe('failed')
    expect(of({ refusal: { code: 'WINDOW_CLOSED', sentence: 'Until Sunday.', isFinal: false } })).toBe('pending')
    expect(of({ refusal: { code: 'WRONG_MACHINE', sentence: 'Other hardware.', isFinal: true } })).toBe('cannot-converge')
    expect([of({ phase: 'QUARANTINED' }), of({ phase: 'RETIRED' })]).toEqual(['cannot-converge', 'cannot-converge'])
    expect(of({})).toBe('pending')
  })

  it('[RO5] may be out of service from its beginning to its proof', () => {
    const isDisrupted = (more: Partial<RolloutEvidence>) => outcomeOf({ ...base, ...more }, target).isDisrupted
    expect([isDisrupted({}), isDisrupted({ mode: 'AUTONOMOUS' }), isDisrupted({ failure: 'x' })]).toEqual([true, true, true])
    expect([isDisrupted({ proof }), isDisrupted({ hasStarted: false, mode: 'AUTONOMOUS' })]).toEqual([false, false])
    expect(isDisrupted({ refusal: { code: 'WRONG_MACHINE', sentence: '', isFinal: true } })).toBe(false)
  })
})

describe('the verdict', () => {
  const running = fold([...plannedEvents, started])
  const open = event('ibcf.rollout.gate-opened.v1', { wave: 1, reason: 'looked at it' })
  const gateOpen = fold([...plannedEvents, started, open])

  it('[RO4] advances when the wave proved enough, was watched, and the gate is open', () => {
    const reached = [...times(8, 'converged'), ...times(2, 'unknown')]
    expect(safeToAdvance(view(gateOpen, reached)).verdict).toBe('advance')
    expect(decideAdvance(view(gateOpen, reached))).toEqual({ ok: true, value: { step: 'advance', wave: 1 } })
    const closed = safeToAdvance(view(running, reached))
    expect([closed.verdict, codes(closed.reasons)]).toEqual(['wait', ['THRESHOLD_REACHED', 'UNKNOWN', 'GATE_CLOSED']])
    expect(codes(safeToAdvance(view(gateOpen, reached, 30_000)).reasons)).toContain('SOAKING')
    const soon = safeToAdvance(view(gateOpen, [...times(7, 'converged'), ...times(3, 'unknown')]))
    expect([soon.verdict, codes(soon.reasons)]).toEqual(['wait', ['THRESHOLD_NOT_REACHED', 'UNKNOWN']])
    expect(soon.reasons[1]?.sentence).toBe('Wave 1: 3 of 10 have not been heard of, which is neither failure nor success.')
  })

  it('[RO4] stops when too many failed, or when what was asked for cannot be reached any more', () => {
    const failing = safeToAdvance(view(gateOpen, [...times(8, 'converged'), ...times(2, 'failed')]))
    expect([failing.verdict, codes(failing.reasons)]).toEqual(['stop', ['THRESHOLD_REACHED', 'TOO_MANY_FAILED']])
    const stuck = safeToAdvance(view(gateOpen, [...times(7, 'converged'), ...times(3, 'cannot-converge')]))
    expect([stuck.verdict, codes(stuck.reasons)]).toEqual(['stop', ['THRESHOLD_NOT_REACHED', 'THRESHOLD_OUT_OF_REACH', 'CANNOT_CONVERGE']])
    const refused = decideAdvance(view(gateOpen, [...times(7, 'converged'), ...times(3, 'cannot-converge')]))
    expect(refused).toMatchObject({ ok: false, refusal: { code: 'ROLLOUT_NOT_SAFE', facts: { verdict: 'stop' } } })
  })

  it('[RO4] waits before it starts and while it is paused, ends after the last wave, and is over after that', () => {
    expect(safeToAdvance(view(fold(plannedEvents), [])).verdict).toBe('wait')
    const paused = fold([...plannedEvents, started, open, event('ibcf.rollout.paused.v1', { reason: 'storm' })])
    expect(codes(safeToAdvance(view(paused, times(10, 'converged'))).reasons)).toContain('PAUSED')
    const last = [...plannedEvents, started, open, event('ibcf.rollout.advanced.v1', { wave: 1, reason: '' }, 2000)]
    expect(decideAdvance(view(fold(last), times(30, 'converged')))).toEqual({ ok: true, value: { step: 'finish' } })
    const atIt = safeToAdvance(view(fold(last), [...times(29, 'converged'), 'pending']))
    expect([atIt.verdict, codes(atIt.reasons)]).toEqual(['wait', ['THRESHOLD_REACHED', 'THRESHOLD_REACHED', 'STILL_PENDING']])
    const done = fold([...last, event('ibcf.rollout.completed.v1', { reason: '' })])
    expect(safeToAdvance(view(done, times(30, 'converged'))).verdict).toBe('over')
    // A first wave that fell back below its share counts also later.
    expect(safeToAdvance(view(fold(last), [...times(7, 'converged'), ...times(3, 'pending'), ...times(20, 'converged')])).verdict).toBe(
      'wait',
    )
  })

  it('[RO5] lets no more nodes begin than the disruption budget has room for', () => {
    const waiting = new Map(ids(0, 10).map((id, at) => [id, outcome('pending', at < 2)]))
    expect(nextToStart({ rollout: gateOpen, outcomes: waiting, nowMs: 0 })).toEqual([idOf(2)])
    expect(nextToStart({ rollout: { ...gateOpen, phase: 'PAUSED' }, outcomes: waiting, nowMs: 0 })).toEqual([])
    const used = view(gateOpen, [...times(7, 'converged'), ...times(3, 'failed')])
    expect([disruptedOf(used), codes(safeToAdvance(used).reasons).includes('BUDGET_USED')]).toEqual([3, true])
  })

  it('[RO3] counts every node once, and never makes unknown better than it is', () => {
    const any = fc.array(fc.constantFrom(...outcomes), { minLength: 10, maxLength: 10 })
    const rank = ['stop', 'wait', 'advance']
    fc.assert(
      fc.property(any, fc.nat(9), (list, at) => {
        const progress = progressOf(
          gateOpen.waves[0] ?? { ...terms, nodeIds: [], openedAtMs: 0, isGateOpen: true },
          view(gateOpen, list).outcomes,
        )
        expect(outcomes.reduce((sum, name) => sum + progress[name], 0)).toBe(10)
        const judged = (name: Outcome) =>
          rank.indexOf(safeToAdvance({ ...view(gateOpen, list.with(at, name)), rollout: { ...gateOpen, maxDisrupted: 99 } }).verdict)
        expect(judged('unknown')).toBeLessThanOrEqual(judged('converged'))
        expect(judged('unknown')).toBeGreaterThanOrEqual(judged('failed'))
        expect(judged('unknown')).toBeGreaterThanOrEqual(judged('cannot-converge'))
      }),
    )
  })

  it('[RO1] folds whatever decisions come, in any order, into a rollout that its table allows', () => {
    const decision = fc.constantFrom<RolloutEvent>(
      ...plannedEvents,
      started,
      open,
      event('ibcf.rollout.advanced.v1', { wave: 1, reason: '' }),
      event('ibcf.rollout.paused.v1', { reason: '' }),
      event('ibcf.rollout.resumed.v1', { reason: '' }),
      event('ibcf.rollout.aborted.v1', { reason: '' }),
      event('ibcf.rollout.completed.v1', { reason: '' }),
    )
    fc.assert(
      fc.property(fc.array(decision), (events) => {
        let rollout: Rollout | undefined
        for (const one of events) {
          const next = evolveRollout(rollout, one)
          if (rollout !== undefined && next !== undefined && next.phase !== rollout.phase)
            expect(
              rolloutArrows.some(({ from, event: type, to }) => from === rollout?.phase && type === one.type && to === next.phase),
            ).toBe(true)
          rollout = next
        }
        const all = rollout?.waves.flatMap(({ nodeIds }) => nodeIds) ?? []
        expect(new Set(all).size).toBe(all.length)
      }),
    )
  })
})

describe('drawing', () => {
  it('[RO8] draws each wave from when it was opened, the ones to come after it', () => {
    const at = Date.parse('2026-05-01T10:00:00.000Z')
    const rollout = fold([
      event('ibcf.rollout.planned.v1', plan, at),
      ...plannedEvents.slice(1),
      event('ibcf.rollout.started.v1', { reason: '' }, at),
    ])
    expect(drawRollout(rollout, view(rollout, times(4, 'converged')).outcomes, at + 7_200_000).split('\n')).toEqual([
      'gantt',
      '    title Rollout Pumps 2',
      '    dateFormat YYYY-MM-DDTHH:mm:ss',
      '    axisFormat %m-%d %H:%M',
      '    section Wave 1 canary',
      '    Wave 1 canary, 4 of 10 converged :active, wave1, 2026-05-01T10:00:00, 2026-05-01T12:00:00',
      '    section Wave 2 the rest',
      '    Wave 2 the rest, 0 of 20 converged :wave2, after wave1, 3600s',
    ])
  })

  it('[RO8] takes nothing from a name but its letters and digits', () => {
    expect(plainName('a:b;c#d,e\nf%%{init}%%')).toBe('a b c d e f init')
    expect(plainName('Pumpe Süd 3')).toBe('Pumpe Süd 3')
    expect([plainName('::'), plainName('x'.repeat(99)).length]).toEqual(['unnamed', 60])
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 80 }), (name) => {
        const rollout = fold([
          event('ibcf.rollout.planned.v1', {
            ...plan,
            name,
            waves: [
              { ...terms, name },
              { ...terms, name },
            ],
          }),
        ])
        const drawn = drawRollout(rollout, new Map(), 0)
        expect(drawn.split('\n').length).toBe(8)
        const tasks = drawn.split('\n').filter((_line, at) => at === 5 || at === 7)
        for (const task of tasks)
          expect(task).toMatch(/^ {4}Wave [12] [^:,]+, 0 of 0 converged :wave[12], (after wave1|1970-01-01T00:00:00), 3600s$/u)
        expect(/[#;%{}<>]|--/.test(drawn.replace('%m-%d %H:%M', ''))).toBe(false)
      }),
    )
  })
})
