import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { judgeValues, type LocalPolicy, readLocalPolicy, shippedPolicy } from '../../../core/agent/local-policy.ts'

const cooling: LocalPolicy = { rules: [{ when: { value: 'temperature_c', above: 80 }, decide: 'reduce-duty' }] }

describe('local policy', () => {
  it('[AG9] begins a decision past the bound and names what it rests on', () => {
    expect(judgeValues(cooling, [], { temperature_c: 80 })).toEqual([])
    expect(judgeValues(cooling, [], { temperature_c: 81 })).toEqual([
      { decide: 'reduce-duty', isBeginning: true, basis: 'temperature_c = 81' },
    ])
  })

  it('[AG9] ends a decision only past the hysteresis, a twentieth of the bound unless said', () => {
    expect(judgeValues(cooling, ['reduce-duty'], { temperature_c: 79 })).toEqual([])
    expect(judgeValues(cooling, ['reduce-duty'], { temperature_c: 76 })).toEqual([
      { decide: 'reduce-duty', isBeginning: false, basis: 'temperature_c = 76' },
    ])
    const narrow: LocalPolicy = { rules: [{ when: { value: 'temperature_c', above: 80, hysteresis: 1 }, decide: 'reduce-duty' }] }
    expect(judgeValues(narrow, ['reduce-duty'], { temperature_c: 79 })).toHaveLength(1)
  })

  it('[AG9] holds a decision while any of several rules wants it, and while its value is not measured', () => {
    const either: LocalPolicy = {
      rules: [...cooling.rules, { when: { value: 'battery_pct', below: 20 }, decide: 'reduce-duty' }],
    }
    expect(judgeValues(either, ['reduce-duty'], { temperature_c: 40, battery_pct: 10 })).toEqual([])
    expect(judgeValues(either, ['reduce-duty'], { temperature_c: 40 })).toEqual([])
    expect(judgeValues(either, ['reduce-duty'], { temperature_c: 40, battery_pct: 50 })).toHaveLength(1)
    expect(judgeValues(either, [], { temperature_c: 'hot' })).toEqual([])
  })

  it('[AG9] ends a decision whose rule is gone from the policy', () => {
    expect(judgeValues({ rules: [] }, ['reduce-duty'], {})).toEqual([
      { decide: 'reduce-duty', isBeginning: false, basis: 'its rule is gone from the policy' },
    ])
  })

  it('[AG9] never decides twice on the same values', () => {
    const values = fc.record({
      temperature_c: fc.double({ min: -50, max: 150, noNaN: true }),
      battery_pct: fc.double({ min: 0, max: 100, noNaN: true }),
    })
    fc.assert(
      fc.property(values, fc.subarray(['reduce-duty', 'save-power', 'gone']), (measured, inForce) => {
        const decided = judgeValues(shippedPolicy, inForce, measured)
        const ended = decided.filter(({ isBeginning }) => !isBeginning).map(({ decide }) => decide)
        const begun = decided.filter(({ isBeginning }) => isBeginning).map(({ decide }) => decide)
        const after = [...inForce.filter((name) => !ended.includes(name)), ...begun]
        return judgeValues(shippedPolicy, after, measured).length === 0
      }),
    )
  })

  it('[AG9] reads the policy of a configuration, or takes the shipped one when it has none', () => {
    expect(readLocalPolicy({})).toEqual({ ok: true, value: shippedPolicy })
    expect(readLocalPolicy({ local_policy: cooling })).toEqual({ ok: true, value: cooling })
  })

  it('[AG9] refuses a policy that cannot be read, and says where', () => {
    const read = readLocalPolicy({ local_policy: { rules: [{ when: { value: 'x' }, decide: 'y' }] } })
    expect(read).toMatchObject({ ok: false, refusal: { code: 'LOCAL_POLICY_MALFORMED', facts: { where: 'rules/0' } } })
  })
})
