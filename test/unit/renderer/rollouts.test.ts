import { describe, expect, it } from 'vitest'
import {
  firstWaves,
  type PlanForm,
  rankRollouts,
  readPlan,
  type Rollout,
  toActs,
  toBars,
  toShares,
  toTotal,
  waitingGate,
} from '../../../renderer/features/rollouts/model.ts'

const outcomes = (given: Partial<Rollout['waves'][number]['outcomes']>) => ({
  converged: 0,
  pending: 0,
  unknown: 0,
  'cannot-converge': 0,
  failed: 0,
  ...given,
})
const wave = (given: Partial<Rollout['waves'][number]>): Rollout['waves'][number] => ({
  name: 'w',
  successShare: 0.9,
  failedShareAtMost: 0.1,
  soakSeconds: 3600,
  hasGate: false,
  nodes: 10,
  openedAt: null,
  isGateOpen: false,
  outcomes: outcomes({}),
  ...given,
})
const rollout = (given: Partial<Rollout>): Rollout =>
  ({
    id: 'r',
    name: 'r',
    phase: 'RUNNING',
    since: '2026-01-01T00:00:00Z',
    plannedAt: '2026-01-01T00:00:00Z',
    fallbackPolicyBundleId: null,
    nodes: 20,
    waves: [],
    verdict: { verdict: 'wait', reasons: [] },
    ...given,
  }) as Rollout

describe('how far a rollout is', () => {
  it('[UI38] counts five outcomes, unknown among neither success nor failure', () => {
    const one = wave({ outcomes: outcomes({ converged: 6, unknown: 3, failed: 1 }) })
    expect(toShares(one).map(({ outcome, share }) => [outcome, share])).toEqual([
      ['converged', 0.6],
      ['pending', 0],
      ['unknown', 0.3],
      ['cannot-converge', 0],
      ['failed', 0.1],
    ])
    expect(toTotal({ nodes: 20, waves: [one, wave({ outcomes: outcomes({ converged: 2, pending: 8 }) })] }).outcomes).toEqual(
      outcomes({ converged: 8, pending: 8, unknown: 3, failed: 1 }),
    )
  })

  it('[UI38] lays the waves on one axis: watched ones until the next, those to come behind', () => {
    const hour = 3_600_000
    const start = Date.parse('2026-01-01T00:00:00Z')
    const bars = toBars(
      rollout({
        waves: [
          wave({ openedAt: '2026-01-01T00:00:00Z' }),
          wave({ openedAt: '2026-01-01T01:00:00Z', soakSeconds: 7200 }),
          wave({ soakSeconds: 60, hasGate: true }),
        ],
      }),
      start + 2 * hour,
    )
    expect(
      bars.map(({ state, from, to, soakedAt }) => [
        state,
        (from - start) / hour,
        (to - start) / hour,
        soakedAt === null ? null : (soakedAt - start) / hour,
      ]),
    ).toEqual([
      ['done', 0, 1, 1],
      ['under-way', 1, 2, 3],
      ['to-come', 2, 3, null],
    ])
  })

  it('[UI38] puts first what is under way', () => {
    const of = (id: string, phase: Rollout['phase']) => rollout({ id, phase })
    expect(rankRollouts([of('a', 'COMPLETED'), of('b', 'PLANNED'), of('c', 'RUNNING'), of('d', 'PAUSED')]).map(({ id }) => id)).toEqual([
      'c',
      'd',
      'b',
      'a',
    ])
  })
})

describe('what may be done about a rollout', () => {
  const barriers = (given: Partial<Rollout>) => Object.fromEntries(toActs(rollout(given)).map(({ act, barrier }) => [act, barrier]))

  it('[UI38] goes by its phase, by its verdict, and by what the plan names', () => {
    expect(barriers({ verdict: { verdict: 'advance', reasons: [] } })).toEqual({
      start: 'not-in-this-phase',
      advance: null,
      pause: null,
      resume: 'not-in-this-phase',
      abort: null,
      'roll-back': 'no-fallback',
    })
    expect(barriers({})['advance']).toBe('not-safe')
    expect(barriers({ phase: 'ABORTED', fallbackPolicyBundleId: 'p' })).toMatchObject({ abort: 'not-in-this-phase', 'roll-back': null })
  })

  it('[UI38] names the gate that waits, and none once it is over', () => {
    const waves = [wave({ openedAt: '2026-01-01T00:00:00Z' }), wave({ hasGate: true })]
    expect(waitingGate(rollout({ waves }))).toBe(1)
    expect(waitingGate(rollout({ waves: [waves[0] ?? wave({}), wave({ hasGate: true, isGateOpen: true })] }))).toBeNull()
    expect(waitingGate(rollout({ waves, phase: 'ABORTED' }))).toBeNull()
  })
})

describe('a plan', () => {
  const form: PlanForm = {
    name: ' Spring ',
    domainId: 'd',
    policyBundleId: 'p',
    fallbackPolicyBundleId: null,
    tags: 'pump, ,ship',
    maxDisrupted: '10',
    waves: firstWaves,
  }

  it('[UI38] gives the last wave the rest, whatever stands there', () => {
    const { request, problems } = readPlan(form)
    expect(problems).toEqual({})
    expect(request).toMatchObject({ name: 'Spring', selector: { tagsAll: ['pump', 'ship'] }, maxDisrupted: 10 })
    expect(request?.waves.map(({ share, soakSeconds, hasGate }) => [share, soakSeconds, hasGate])).toEqual([
      [0.05, 1800, false],
      [0.45, 3600, true],
      [0.5, 3600, false],
    ])
  })

  it('[UI15] [UI38] is not sent while anything in it is wrong', () => {
    const waves = [
      { ...firstWaves[0], percent: '80' },
      { ...firstWaves[1], percent: '45', soakMinutes: 'x' },
      firstWaves[2],
    ] as PlanForm['waves']
    expect(readPlan({ ...form, name: '', maxDisrupted: '0', waves })).toEqual({
      request: null,
      problems: { name: 'empty', maxDisrupted: 'not-a-number', percent1: 'more-than-all', soak1: 'not-a-number' },
    })
  })
})

describe('the second person of a rollout that installs software', () => {
  const unapproved = { agreement: { startedBy: 'Ada', startedById: 'ID-ADA', approvedBy: null } }

  it('[UI54] offers agreeing to anybody but who started it, and only while nobody has agreed', () => {
    const barrierFor = (who: string, given: Partial<Rollout>) => toActs(rollout(given), who).find(({ act }) => act === 'approve')?.barrier
    expect(barrierFor('ID-ADA', unapproved)).toBe('needs-another')
    // Another person of the same name is another person.
    expect(barrierFor('ID-ADA-TOO', unapproved)).toBe(null)
    expect(barrierFor('ID-GRACE', unapproved)).toBe(null)
    expect(barrierFor('ID-GRACE', { agreement: { startedBy: 'Ada', startedById: 'ID-ADA', approvedBy: 'Linus' } })).toBe(undefined)
    expect(barrierFor('ID-GRACE', { ...unapproved, phase: 'ABORTED' })).toBe(undefined)
    expect(barrierFor('ID-GRACE', {})).toBe(undefined)
  })

  it('[UI54] plans how old the word of a node may be, in hours, and leaves it out where nothing is asked', () => {
    const form = (evidenceHours: string): PlanForm => ({
      name: 'n',
      domainId: 'd',
      policyBundleId: 'p',
      fallbackPolicyBundleId: null,
      tags: '',
      maxDisrupted: '1',
      waves: firstWaves.map((one) => ({ ...one, evidenceHours })),
    })
    expect(readPlan(form('1,5')).request?.waves.map(({ evidenceSecondsAtMost }) => evidenceSecondsAtMost)).toEqual([5400, 5400, 5400])
    expect(readPlan(form('')).request?.waves.some((one) => 'evidenceSecondsAtMost' in one)).toBe(false)
    expect(readPlan(form('0')).problems).toMatchObject({ evidence0: 'not-hours' })
    expect(readPlan(form('9000')).problems).toMatchObject({ evidence2: 'not-hours' })
  })
})
