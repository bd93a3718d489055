/** The score of a node that needs a person. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type NodeStandingForAttention, scoreContestedDomain, scoreNode } from '../../../../core/fleet/attention/score.ts'
import { attentionWeightsSchema, defaultAttentionWeights, inheritWeights } from '../../../../core/fleet/attention/weights.ts'

const calm: NodeStandingForAttention = {
  quarantineEvent: null,
  health: 'OK',
  isDisconnected: false,
  isNeverHeard: false,
  isOutOfContact: false,
  secondsBehind: 0,
  autonomyBudgetSeconds: 3600,
  backlogMessages: 0,
  evidence: 0,
  drift: 0,
}

describe('attention', () => {
  it.each([
    ['trust-violation', 80, 'Quarantined: it is not trusted'],
    ['critical-failure', 70, 'Quarantined after a failure'],
    ['drift-violation', 60, 'Quarantined: its drift was too large'],
    ['operator-quarantine', 40, 'Quarantined by an operator'],
  ])('[AT1] weighs a quarantine by its cause: %s', (event, points, term) => {
    const expected = { score: points, kind: 'quarantined', terms: [{ kind: 'quarantined', term, points }] }
    expect(scoreNode({ ...calm, quarantineEvent: event })).toEqual(expected)
  })

  it('[AT1] says term by term why, and is named after the heaviest', () => {
    const node = {
      ...calm,
      health: 'FAILED',
      isDisconnected: true,
      isOutOfContact: true,
      secondsBehind: 7200,
      backlogMessages: 999,
      evidence: 2,
      drift: 0.5,
    } as const
    expect(scoreNode(node)).toEqual({
      score: 100,
      kind: 'health',
      terms: [
        { kind: 'health', term: 'Its health is FAILED', points: 50 },
        { kind: 'sync-debt', term: 'Silent for longer than it can be on its own', points: 15 },
        { kind: 'sync-debt', term: '999 messages behind', points: 12 },
        { kind: 'evidence', term: '2 refused pieces kept as evidence', points: 20 },
        { kind: 'stale', term: 'What is known of it is out of date', points: 20 },
        { kind: 'drift', term: '50 % of what is desired is otherwise', points: 20 },
      ],
    })
  })

  it('[AT1] weighs a domain that two masters hold', () => {
    expect(scoreContestedDomain(7)).toEqual({
      score: 70,
      kind: 'authority',
      terms: [{ kind: 'authority', term: 'Two masters hold it at epoch 7', points: 70 }],
    })
  })

  it('[AT1] never falls when anything gets worse, and stays within 0 and 100', () => {
    const standing = fc.record({
      quarantineEvent: fc.constantFrom(null, 'trust-violation', 'drift-violation', 'operator-quarantine'),
      health: fc.constantFrom('OK' as const, 'DEGRADED' as const, 'FAILED' as const, 'UNKNOWN' as const),
      isDisconnected: fc.boolean(),
      isNeverHeard: fc.boolean(),
      isOutOfContact: fc.boolean(),
      secondsBehind: fc.nat(1e7),
      autonomyBudgetSeconds: fc.nat(1e6),
      backlogMessages: fc.nat(1e7),
      evidence: fc.nat(100),
      drift: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
    })
    const score = (node: NodeStandingForAttention): number => scoreNode(node)?.score ?? 0
    fc.assert(
      fc.property(standing, fc.nat(1e6), (node, more) => {
        const worse = {
          ...node,
          secondsBehind: node.secondsBehind + more,
          backlogMessages: node.backlogMessages + more,
          evidence: node.evidence + 1,
          drift: Math.max(node.drift ?? 0, more / 1e6),
        }
        expect(score(node)).toBeGreaterThanOrEqual(0)
        expect(score(worse)).toBeGreaterThanOrEqual(score(node))
        expect(score(worse)).toBeLessThanOrEqual(100)
      }),
    )
  })

  it.each([
    ['LIVE and in order', calm],
    ['on its own within its budget', { ...calm, isOutOfContact: true, secondsBehind: 3600 }],
    ['replaying a backlog', { ...calm, backlogMessages: 100_000, secondsBehind: 5000 }],
    ['of unknown health and drift', { ...calm, health: 'UNKNOWN', drift: null } as const],
  ])('[AT2] has nothing to say of a node that is %s', (_case, node) => {
    expect(scoreNode(node)).toBeUndefined()
  })
})

describe('weights', () => {
  it('[AT4] weighs by what the domain and the policy set, nearest first, and by the defaults elsewhere', () => {
    const weights = inheritWeights([{ drift: 10 }, { drift: 99, quarantineTrust: 90 }, { quarantineTrust: 1, contested: 0 }])
    expect(weights).toEqual({ ...defaultAttentionWeights, drift: 10, quarantineTrust: 90, contested: 0 })
    expect(scoreNode({ ...calm, drift: 1 }, weights)?.score).toBe(10)
    expect(scoreNode({ ...calm, quarantineEvent: 'trust-violation' }, weights)?.score).toBe(90)
    expect(scoreContestedDomain(3, weights).score).toBe(0)
    expect(inheritWeights([])).toEqual(defaultAttentionWeights)
  })

  it('[AT4] takes only weights there are, each of 0 to 100 points', () => {
    expect(attentionWeightsSchema.safeParse({ drift: 100, contested: 0 }).success).toBe(true)
    for (const wrong of [{ drift: 101 }, { drift: -1 }, { unheardOf: 1 }])
      expect(attentionWeightsSchema.safeParse(wrong).success).toBe(false)
    expect(Object.keys(attentionWeightsSchema.shape).sort()).toEqual(Object.keys(defaultAttentionWeights).sort())
  })
})
