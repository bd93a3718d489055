/** Drift by the comparators of a policy, with what accounts for it. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ComparatorRule } from '../../../../core/fleet/drift/comparator-schema.ts'
import { isEqualJson } from '../../../../core/fleet/drift/comparators.ts'
import { type DesiredDocument, type DriftInput, evaluateDrift } from '../../../../core/fleet/drift/evaluate.ts'
import type { PatchOperation } from '../../../../core/fleet/drift/patch.ts'
import { escapeStep, isAtOrBelow, stepsOf, valueAt } from '../../../../core/fleet/drift/pointer.ts'
import type { Waiver } from '../../../../core/fleet/drift/waiver.ts'

const hour = 3_600_000
const desired: DesiredDocument = {
  policyBundleId: '01HZZZZZZZZZZZZZZZZZZZZZZA',
  targetVersion: '2.1.0',
  configuration: { sample: { everySeconds: 60 }, peers: ['a', 'b'], note: 'x' },
  comparators: [],
  delegatedPaths: [],
}
const input = (more: Partial<DriftInput> = {}): DriftInput => ({
  desired,
  actual: { version: '2.1.0', configuration: { sample: { everySeconds: 60 }, peers: ['a', 'b'], note: 'x' }, takenAtMs: 0 },
  asOfMs: hour,
  freshForMs: 24 * hour,
  waivers: [],
  localDecisions: [],
  ...more,
})
const by = (comparators: readonly ComparatorRule[], configuration: Record<string, unknown>, version = '2.1.0') =>
  evaluateDrift(input({ desired: { ...desired, comparators }, actual: { version, configuration, takenAtMs: 0 } }))
const standingAt = (report: ReturnType<typeof evaluateDrift>, path: string) => report.entries.find((entry) => entry.path === path)?.standing
const waiver = (path: string, untilMs: number): Waiver => ({
  waiverId: '01HZZZZZZZZZZZZZZZZZZZZZZW',
  path,
  until: new Date(untilMs).toISOString(),
  reason: 'spare part under way',
  subject: 'node',
  grantedBy: null,
  isRevoked: false,
})

describe('comparators', () => {
  const whole = { sample: { everySeconds: 60 }, peers: ['a', 'b'], note: 'x' }
  const rule = (path: string, comparator: ComparatorRule['comparator'], weight = 1): ComparatorRule => ({ path, comparator, weight })

  it('[DR2] compares a version by range, and what is no version is outside it', () => {
    const range = [rule('/software/version', { kind: 'semver', range: '^2.0.4' })]
    expect(standingAt(by(range, whole, '2.9.9'), '/software/version')).toBe('in-spec')
    expect(standingAt(by(range, whole, '3.0.0'), '/software/version')).toBe('out-of-spec')
    expect(standingAt(by(range, whole, '2.1.0-rc.1'), '/software/version')).toBe('out-of-spec')
    expect(by(range, whole, 'latest').terms).toEqual([{ path: '/software/version', share: 0.25, sentence: 'Is not a version.' }])
  })

  it('[DR2] leaves a number as far as its bounds allow, the larger of the two', () => {
    const near = [rule('/configuration/sample/everySeconds', { kind: 'tolerance', absolute: 3, relative: 0.1 })]
    const at = (everySeconds: unknown) => standingAt(by(near, { ...whole, sample: { everySeconds } }), '/configuration/sample/everySeconds')
    expect([at(66), at(54), at(66.5), at('60'), at(undefined)]).toEqual(['in-spec', 'in-spec', 'out-of-spec', 'out-of-spec', 'out-of-spec'])
  })

  it('[DR2] takes a list as a set where it is told so, and as a list elsewhere', () => {
    const asSet = [rule('/configuration/peers', { kind: 'set' })]
    expect(standingAt(by(asSet, { ...whole, peers: ['b', 'a', 'a'] }), '/configuration/peers')).toBe('in-spec')
    expect(standingAt(by(asSet, { ...whole, peers: ['b'] }), '/configuration/peers')).toBe('out-of-spec')
    expect(standingAt(by([], { ...whole, peers: ['b', 'a'] }), '/configuration/peers')).toBe('out-of-spec')
  })

  it('[DR2] ignores a path with all that is below it, and asks of another only whether it is there', () => {
    const ignored = by([rule('/configuration/sample', { kind: 'ignore' })], { peers: ['a', 'b'], note: 'x', sample: { other: 1 } })
    expect([ignored.score, standingAt(ignored, '/configuration/sample')]).toEqual([0, 'ignored'])
    expect(ignored.entries.some(({ path }) => path.startsWith('/configuration/sample/'))).toBe(false)
    const rules = [
      rule('/configuration/note', { kind: 'presence', expected: 'present' }),
      rule('/configuration/debug', { kind: 'presence', expected: 'absent' }),
    ]
    expect(by(rules, { ...whole, note: 'anything' }).score).toBe(0)
    const there = by(rules, { ...whole, debug: true })
    expect([standingAt(there, '/configuration/debug'), there.score]).toEqual(['out-of-spec', 0.2])
    expect(there.patch).toEqual([{ op: 'remove', path: '/configuration/debug' }])
  })

  it('[DR4] names no operation where no value is desired that could be put there', () => {
    const rules = [
      rule('/configuration/key', { kind: 'presence', expected: 'present' }),
      rule('/configuration/plugin', { kind: 'semver', range: '^1.0.0' }),
      rule('/configuration/note', { kind: 'presence', expected: 'present' }),
    ]
    const report = by(rules, { sample: { everySeconds: 60 }, peers: ['a', 'b'], plugin: '2.0.0' })
    expect(report.terms.map(({ path }) => path)).toEqual(['/configuration/key', '/configuration/note', '/configuration/plugin'])
    expect(report.patch).toEqual([{ op: 'add', path: '/configuration/note', value: 'x' }])
  })

  it('[DR3] weighs each path and explains the score term by term', () => {
    const heavy = [rule('/configuration/note', { kind: 'exact' }, 7)]
    const report = by(heavy, { ...whole, note: 'y', peers: [] })
    expect(report.score).toBeCloseTo(0.8)
    expect(report.terms).toEqual([
      { path: '/configuration/note', share: 0.7, sentence: 'Otherwise than desired.' },
      { path: '/configuration/peers', share: 0.1, sentence: 'Otherwise than desired.' },
    ])
  })
})

describe('what accounts for drift', () => {
  const drifted = { version: '2.1.0', configuration: { sample: { everySeconds: 5 }, peers: ['a', 'b'], note: 'y' }, takenAtMs: 0 }

  it('[DR5] says unknown, never zero, of evidence that is missing or old, and shows what was last known', () => {
    const stale = evaluateDrift(input({ actual: drifted, asOfMs: 25 * hour }))
    expect(stale).toMatchObject({ evidence: 'stale', ageMs: 25 * hour, score: null, outOfSpec: null, terms: [] })
    expect(standingAt(stale, '/configuration/note')).toBe('out-of-spec')
    const none = evaluateDrift(input({ actual: { version: undefined, configuration: undefined, takenAtMs: null } }))
    expect(none).toMatchObject({ evidence: 'none', ageMs: null, score: null })
    expect(new Set(none.entries.map(({ standing }) => standing))).toEqual(new Set(['unknown']))
    const half = evaluateDrift(input({ actual: { ...drifted, configuration: undefined } }))
    expect([half.score, standingAt(half, '/configuration/note')]).toEqual([0, 'unknown'])
  })

  it('[DR6] tells what is waived apart until the date of the waiver', () => {
    const waivers = [waiver('/configuration/note', 2 * hour)]
    const before = evaluateDrift(input({ actual: drifted, waivers }))
    expect([standingAt(before, '/configuration/note'), before.outOfSpec, before.score]).toEqual(['waived', 1, 0.25])
    expect(before.entries.find(({ path }) => path === '/configuration/note')?.because).toBe('01HZZZZZZZZZZZZZZZZZZZZZZW')
    const after = evaluateDrift(input({ actual: drifted, waivers, asOfMs: 2 * hour }))
    expect([standingAt(after, '/configuration/note'), after.outOfSpec]).toEqual(['out-of-spec', 2])
  })

  it('[DR7] tells what the node was allowed to decide alone apart, and only that', () => {
    const path = '/configuration/sample/everySeconds'
    const decision = { path, eventId: 'decision', policyBundleId: desired.policyBundleId }
    const delegated = { ...desired, delegatedPaths: ['/configuration/sample'] }
    const report = evaluateDrift(input({ desired: delegated, actual: drifted, localDecisions: [decision] }))
    expect([standingAt(report, path), report.outOfSpec]).toEqual(['local-decision', 1])
    expect(standingAt(evaluateDrift(input({ actual: drifted, localDecisions: [decision] })), path)).toBe('out-of-spec')
    const older = [{ ...decision, policyBundleId: 'an older bundle' }]
    expect(standingAt(evaluateDrift(input({ desired: delegated, actual: drifted, localDecisions: older })), path)).toBe('out-of-spec')
  })

  it('[DR4] gives the differences as RFC 6902 operations, with what is wanted below a parent that is missing', () => {
    const report = evaluateDrift(input({ actual: { version: '1.0.0', configuration: { note: 'x', peers: 3 }, takenAtMs: 0 } }))
    expect(report.patch).toEqual([
      { op: 'replace', path: '/configuration/peers', value: ['a', 'b'] },
      { op: 'add', path: '/configuration/sample', value: { everySeconds: 60 } },
      { op: 'replace', path: '/software/version', value: '2.1.0' },
    ])
  })
})

describe('properties of drift', () => {
  const key = fc.constantFrom('a', 'b', 'c/d', 'e~f', '', '__proto__', 'constructor')
  const { document } = fc.letrec<{ document: Record<string, unknown>; value: unknown }>((tie) => ({
    document: fc.dictionary(key, tie('value'), { maxKeys: 4 }),
    value: fc.oneof(
      { depthSize: 'small' },
      fc.integer({ min: 0, max: 3 }),
      fc.constantFrom('x', null, true),
      fc.array(fc.nat(2), { maxLength: 3 }),
      tie('document'),
    ),
  }))
  const shuffled = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(shuffled)
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(
      Object.entries(value)
        .toReversed()
        .map(([name, inner]) => [name, shuffled(inner)]),
    )
  }
  const pair = (wanted: Record<string, unknown>, found: Record<string, unknown>, waivers: readonly Waiver[] = []) =>
    evaluateDrift(
      input({ desired: { ...desired, configuration: wanted }, actual: { version: '2.1.0', configuration: found, takenAtMs: 0 }, waivers }),
    )

  it('[DR1] holds the snapshot against the policy path by path, and counts what was not heard of neither way', () => {
    const wanted = { log: { level: 'info' }, ports: [1, 2], 'a/b': true }
    const actual = { version: '2.0.0', configuration: { log: { level: 'debug' }, ports: [1, 2], extra: 1 }, takenAtMs: 0 }
    const report = evaluateDrift(input({ desired: { ...desired, configuration: wanted }, actual }))
    const found = ['/software/version', '/configuration/log/level', '/configuration/ports', '/configuration/a~1b']
    expect(found.map((path) => standingAt(report, path))).toEqual(['out-of-spec', 'out-of-spec', 'in-spec', 'out-of-spec'])
    expect(report).toMatchObject({ score: 0.75, outOfSpec: 3 })
  })

  it('[DR1] does not depend on the order of keys', () => {
    fc.assert(
      fc.property(document, document, (wanted, found) => {
        const other = pair(shuffled(wanted) as Record<string, unknown>, shuffled(found) as Record<string, unknown>)
        expect(other).toEqual(pair(wanted, found))
      }),
    )
  })

  it('[DR3] keeps the score within 0 and 1, as the sum of its terms, and zero only without a difference', () => {
    fc.assert(
      fc.property(document, document, (wanted, found) => {
        const { score, terms, outOfSpec } = pair(wanted, found)
        expect(score).toBeGreaterThanOrEqual(0)
        expect(score).toBeLessThanOrEqual(1)
        expect(terms.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(score ?? -1)
        expect(score === 0).toBe(outOfSpec === 0)
        expect(pair(wanted, wanted).score).toBe(0)
      }),
    )
  })

  it('[DR6] hides by a waiver nothing but what it covers, and never raises the score', () => {
    fc.assert(
      fc.property(document, document, fc.nat(), (wanted, found, choice) => {
        const bare = pair(wanted, found)
        const out = bare.entries.filter(({ standing }) => standing === 'out-of-spec')
        const chosen = out[choice % Math.max(1, out.length)]
        if (chosen === undefined) return
        const waived = pair(wanted, found, [waiver(chosen.path, 2 * hour)])
        const others = (report: typeof bare) => report.entries.filter(({ path }) => !isAtOrBelow(path, chosen.path))
        expect(others(waived)).toEqual(others(bare))
        expect(waived.score ?? 2).toBeLessThan(bare.score ?? -1)
      }),
    )
  })

  it('[DR4] leads by its operations from what was found to what is desired', () => {
    fc.assert(
      fc.property(document, document, (wanted, found) => {
        const { patch, entries } = pair(wanted, found)
        const after = patch.reduce(applied, { software: { version: '2.1.0' }, configuration: found } as unknown)
        for (const { path, standing, desired: value } of entries)
          if (standing === 'in-spec' || standing === 'out-of-spec') expect(isEqualJson(valueAt(after, path).value, value)).toBe(true)
      }),
    )
  })

  it('[DR2] says without rules what the plain comparison says', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom('a', 'b'), fc.nat(3)),
        fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.nat(3)),
        (wanted, found) => {
          // The version is in specification, and one place more; what is there besides counts neither way.
          const outOfSpec = Object.entries(wanted).filter(([name, value]) => found[name] !== value).length
          expect(pair(wanted, found)).toMatchObject({ score: outOfSpec / (Object.keys(wanted).length + 1), outOfSpec })
        },
      ),
    )
  })

  it('[DR4] names every place by a pointer that leads back to it', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), (steps) => {
        expect(stepsOf(steps.map((step) => `/${escapeStep(step)}`).join(''))).toEqual(steps)
      }),
    )
    expect([stepsOf('a'), stepsOf('/a~2'), stepsOf('/~')]).toEqual([undefined, undefined, undefined])
    expect(valueAt({ a: [5] }, '/a/0')).toEqual({ found: true, value: 5 })
    for (const pointer of ['/a/length', '/a/00', '/a/-', '/toString', '/a/0/0']) expect(valueAt({ a: [5] }, pointer).found).toBe(false)
  })
})

/** RFC 6902 for objects, small and independent of what made the operations. */
function applied(document: unknown, operation: PatchOperation): unknown {
  const [step, ...rest] = stepsOf(operation.path) ?? []
  if (step === undefined) return operation.op === 'remove' ? undefined : operation.value
  const members = Object.entries(document as Record<string, unknown>)
  const inner = members.find(([key]) => key === step)
  expect(rest.length === 0 || inner !== undefined).toBe(true)
  expect(operation.op === 'add' || inner !== undefined || rest.length > 0).toBe(true)
  const others = members.filter(([key]) => key !== step)
  if (operation.op === 'remove' && rest.length === 0) return Object.fromEntries(others)
  const below = { ...operation, path: rest.map((one) => `/${escapeStep(one)}`).join('') }
  return Object.fromEntries([...others, [step, applied(inner?.[1], below)]])
}
