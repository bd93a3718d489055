/** Policy bundles: published once, assigned by selection, rolled back on the record. */
import fc from 'fast-check'
import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { desiredOf } from '../../../../core/fleet/policy/assignment.ts'
import {
  type AssignAct,
  decideAssign,
  decidePublish,
  decideWithdraw,
  evolvePolicies,
  noPolicies,
  type Policies,
  type PolicyEvent,
} from '../../../../core/fleet/policy/policies.ts'
import { type PolicyContent, policyPayload, policyPayloadType, verifyPolicy } from '../../../../core/fleet/policy/policy-bundle.ts'
import type { PolicySelector } from '../../../../core/fleet/policy/selector.ts'

const idOf = (letter: string): string => `01HZZZZZZZZZZZZZZZZZZZZZZ${letter}`
const content = (version = '1.0.0', more: Partial<PolicyContent> = {}): PolicyContent => ({
  name: 'Pumps',
  version,
  targetVersion: '2.1.0',
  configuration: { everySeconds: 60 },
  constraints: { maintenance_window: '', requires_online: false, min_battery_pct: 0 },
  ...more,
})
const fold = (...events: PolicyEvent[]): Policies => events.reduce(evolvePolicies, noPolicies)
const published = (letter: string, version = '1.0.0', more: Partial<PolicyContent> = {}): PolicyEvent => ({
  type: 'published',
  policyBundleId: idOf(letter),
  content: content(version, more),
})
const act = (letter: string, bundle: string, domainId = 'island', selector: PolicySelector = {}): AssignAct => ({
  assignmentId: idOf(letter),
  policyBundleId: idOf(bundle),
  domainId,
  selector,
})
const assigned = (...args: Parameters<typeof act>): PolicyEvent => ({ type: 'assigned', ...act(...args) })
const refusal = (result: { readonly ok: boolean; readonly refusal?: { readonly code: string } }): string =>
  result.refusal?.code ?? 'accepted'

describe('publishing', () => {
  it('[PO1] keeps a bundle as it was first published, whatever comes later under its id', () => {
    const policies = fold(published('A'), published('A', '9.0.0'))
    expect(policies.bundles.get(idOf('A'))?.version).toBe('1.0.0')
    expect(refusal(decidePublish(policies, idOf('A'), content('2.0.0')))).toBe('POLICY_KNOWN')
  })

  it('[PO2] wants versions by SemVer, each once for a name', () => {
    const policies = fold(published('A'))
    expect(refusal(decidePublish(policies, idOf('B'), content('1')))).toBe('POLICY_VERSION_INVALID')
    expect(refusal(decidePublish(policies, idOf('B'), content('1.0.1', { targetVersion: 'newest' })))).toBe('POLICY_VERSION_INVALID')
    expect(refusal(decidePublish(policies, idOf('B'), content('1.0.0+other')))).toBe('POLICY_VERSION_TAKEN')
    expect(refusal(decidePublish(policies, idOf('B'), content('1.0.0', { name: 'Valves' })))).toBe('accepted')
    expect(decidePublish(policies, idOf('B'), content('0.9.9'))).toEqual({ ok: true, value: content('0.9.9') })
  })

  it('[PO2] wants a maintenance window that can be read, because an unreadable one would never open', () => {
    const windowed = (maintenance_window: string) =>
      refusal(decidePublish(noPolicies, idOf('A'), content('1.0.0', { constraints: { ...content().constraints, maintenance_window } })))
    expect([windowed('0 2 * * 6 for 4h in Europe/Berlin'), windowed('at night')]).toEqual(['accepted', 'WINDOW_MALFORMED'])
  })

  it('[PO3] holds the configuration against its own schema', () => {
    const configurationSchema = {
      type: 'object',
      properties: { everySeconds: { type: 'integer', minimum: 10 } },
      additionalProperties: false,
    }
    const publish = (more: Partial<PolicyContent>) => decidePublish(noPolicies, idOf('A'), content('1.0.0', more))
    expect(refusal(publish({ configurationSchema }))).toBe('accepted')
    const wrong = publish({ configurationSchema, configuration: { everySeconds: 5 } })
    expect(wrong).toMatchObject({ refusal: { code: 'CONFIGURATION_INVALID', sentence: '/everySeconds: Should be at least 10.' } })
    expect(refusal(publish({ configurationSchema: { if: {} } }))).toBe('CONFIGURATION_SCHEMA_INVALID')
  })

  it.each<[string, PolicyContent['comparators']]>([
    ['a range that is none', [{ path: '/software/version', comparator: { kind: 'semver', range: 'newer' }, weight: 1 }]],
    ['a tolerance of nothing', [{ path: '/configuration/none', comparator: { kind: 'tolerance', absolute: 1, relative: 0 }, weight: 1 }]],
    ['a set of what is no list', [{ path: '/configuration/everySeconds', comparator: { kind: 'set' }, weight: 1 }]],
    [
      'what is desired and forbidden at once',
      [{ path: '/configuration/everySeconds', comparator: { kind: 'presence', expected: 'absent' }, weight: 1 }],
    ],
    ['a place outside', [{ path: '/inventory/cpu', comparator: { kind: 'ignore' }, weight: 1 }]],
    [
      'a rule in the shadow of another',
      [
        { path: '/configuration', comparator: { kind: 'ignore' }, weight: 1 },
        { path: '/configuration/everySeconds', comparator: { kind: 'exact' }, weight: 1 },
      ],
    ],
    [
      'the same place twice',
      [
        { path: '/configuration/everySeconds', comparator: { kind: 'ignore' }, weight: 1 },
        { path: '/configuration/everySeconds', comparator: { kind: 'exact' }, weight: 1 },
      ],
    ],
  ])('[PO2] refuses a comparator that could not mean anything: %s', (_case, comparators) => {
    expect(refusal(decidePublish(noPolicies, idOf('A'), content('1.0.0', { comparators })))).toBe('COMPARATOR_INVALID')
  })

  it('[PO4] is signed over the canonical bytes of exactly this bundle', () => {
    const digest = (type: string, bytes: Uint8Array) => createHash('sha256').update(type).update(bytes).digest()
    const verify = (type: string, bytes: Uint8Array, keyid: string, signature: Uint8Array) =>
      keyid === 'ours' && Buffer.compare(digest(type, bytes), signature) === 0
    const payload = policyPayload(idOf('A'), content())
    const envelope = {
      payloadType: policyPayloadType,
      payload: Buffer.from(payload).toString('base64'),
      signatures: [
        { keyid: 'theirs', sig: digest(policyPayloadType, payload).toString('base64') },
        { keyid: 'ours', sig: digest(policyPayloadType, payload).toString('base64') },
      ],
    }
    expect(verifyPolicy(idOf('A'), content(), envelope, verify)).toEqual({ ok: true, value: ['ours'] })
    const reordered = Object.fromEntries(Object.entries(content()).toReversed()) as PolicyContent
    expect(verifyPolicy(idOf('A'), reordered, envelope, verify).ok).toBe(true)
    expect(refusal(verifyPolicy(idOf('B'), content(), envelope, verify))).toBe('POLICY_SIGNED_OTHERWISE')
    expect(refusal(verifyPolicy(idOf('A'), content('1.0.1'), envelope, verify))).toBe('POLICY_SIGNED_OTHERWISE')
    expect(refusal(verifyPolicy(idOf('A'), content(), { ...envelope, payloadType: 'text/plain' }, verify))).toBe('POLICY_SIGNED_OTHERWISE')
    expect(refusal(verifyPolicy(idOf('A'), content(), { ...envelope, payload: '%' }, verify))).toBe('POLICY_SIGNED_OTHERWISE')
    const others = { ...envelope, signatures: envelope.signatures.slice(0, 1) }
    expect(refusal(verifyPolicy(idOf('A'), content(), others, verify))).toBe('POLICY_SIGNATURE_INVALID')
  })
})

describe('assigning', () => {
  const node = { id: idOf('N'), kind: 'EDGE', tags: ['pump', 'north'], lineage: ['pier', 'island', 'root'] }
  const three = [published('A'), published('B', '2.0.0'), published('C', '3.0.0')]

  it('[PO5] takes the nearest domain, then the most specific selection, then the newest on the record, and says why', () => {
    const chosen = (...events: PolicyEvent[]) => desiredOf(fold(...three, ...events), node)
    expect(chosen()).toBeUndefined()
    const near = chosen(assigned('1', 'A', 'root', { nodeIds: [node.id] }), assigned('2', 'B', 'island'))
    expect(near?.policyBundleId).toBe(idOf('B'))
    expect(near?.because).toBe('Assigned to every node of the domain above.')
    expect(near?.passedOver.map(({ why }) => why)).toEqual(['A nearer domain has one.'])
    const specific = chosen(
      assigned('1', 'A', 'island', { tagsAll: ['pump', 'north'] }),
      assigned('2', 'B', 'island', { tagsAll: ['pump'] }),
    )
    expect([specific?.policyBundleId, specific?.passedOver[0]?.why]).toEqual([idOf('A'), 'Another one says more of this node.'])
    const newest = chosen(assigned('1', 'B', 'pier'), assigned('2', 'A', 'pier'))
    expect([newest?.policyBundleId, newest?.passedOver[0]?.why]).toEqual([idOf('A'), 'A newer one was assigned.'])
    const elsewhere = chosen(
      assigned('1', 'A', 'other'),
      assigned('2', 'B', 'pier', { tagsAny: ['valve'] }),
      assigned('3', 'C', 'pier', { kinds: ['DC'] }),
    )
    expect(elsewhere).toBeUndefined()
    const unheld = chosen(assigned('1', 'A', 'root'), assigned('2', 'X', 'pier'))
    expect([unheld?.policyBundleId, unheld?.passedOver[0]?.why]).toEqual([idOf('A'), 'Its policy bundle is not held here yet.'])
  })

  it('[PO6] rolls back by assigning an older version, which then is the newest decision', () => {
    const forward = fold(...three, assigned('1', 'A'), assigned('2', 'B'))
    const back = decideAssign(forward, act('3', 'A'))
    expect(back).toMatchObject({ ok: true, value: { direction: 'rollback' } })
    expect(decideAssign(forward, act('3', 'C'))).toMatchObject({ value: { direction: 'forward' } })
    expect(decideAssign(forward, act('3', 'B'))).toMatchObject({ value: { direction: 'again' } })
    expect(decideAssign(forward, act('3', 'A', 'pier'))).toMatchObject({ value: { direction: 'first' } })
    expect(desiredOf(evolvePolicies(forward, assigned('3', 'A')), node)?.policyBundleId).toBe(idOf('A'))
    expect(forward.assignments.length + 1).toBe(evolvePolicies(forward, assigned('3', 'A')).assignments.length)
  })

  it('[PO6] withdraws an assignment, and what it stood before holds again', () => {
    const policies = fold(...three, assigned('1', 'A'), assigned('2', 'B'), { type: 'withdrawn', assignmentId: idOf('2') })
    expect(desiredOf(policies, node)?.policyBundleId).toBe(idOf('A'))
    expect(decideWithdraw(policies, idOf('1')).ok).toBe(true)
    expect(refusal(decideWithdraw(policies, idOf('2')))).toBe('ASSIGNMENT_UNKNOWN')
  })

  it('[PO5] refuses a bundle that is not held, an assignment made before, and a selection that selects nothing', () => {
    const policies = fold(...three, assigned('1', 'A'))
    expect(refusal(decideAssign(policies, act('2', 'X')))).toBe('POLICY_UNKNOWN')
    expect(refusal(decideAssign(policies, act('1', 'B')))).toBe('ASSIGNMENT_KNOWN')
    expect(refusal(decideAssign(policies, act('2', 'B', 'island', { tagsAll: [] })))).toBe('SELECTOR_INVALID')
  })

  it('[PO5] answers the same whatever the order in which assignments are kept', () => {
    const selector = fc.constantFrom<PolicySelector>(
      {},
      { tagsAll: ['pump'] },
      { tagsAny: ['pump', 'x'] },
      { kinds: ['EDGE'] },
      { nodeIds: [node.id] },
    )
    const one = fc.tuple(fc.constantFrom('A', 'B', 'C'), fc.constantFrom('pier', 'island', 'root', 'other'), selector)
    fc.assert(
      fc.property(fc.array(one, { maxLength: 8 }), (list) => {
        const policies = fold(...three, ...list.map(([bundle, domain, chosen], at) => assigned(String(at), bundle, domain, chosen)))
        const desired = desiredOf(policies, node)
        expect(desiredOf({ ...policies, assignments: policies.assignments.toReversed() }, node)).toEqual(desired)
        const nearest = node.lineage.find((domain) => list.some(([, at]) => at === domain))
        expect(desired?.assignment.domainId).toBe(nearest)
      }),
    )
  })
})
