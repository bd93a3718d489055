import { describe, expect, it } from 'vitest'
import { targetOf } from '../../../renderer/app/keyboard/list-keys.ts'
import { rankEntries } from '../../../renderer/app/palette/model.ts'
import { visibleBranches } from '../../../renderer/app/shell/domain-tree-model.ts'
import type { AttentionItem } from '../../../renderer/features/attention/model.ts'
import { kindsOf, pressureOf, tellingTerms } from '../../../renderer/features/attention/model.ts'
import { barrierTo } from '../../../renderer/features/operators/permission.ts'
import { formFrom, groupPolicies, type Policy, type PolicyForm, readPolicy } from '../../../renderer/features/policies/model.ts'
import { lastReturnOf, toReturnProgress } from '../../../renderer/features/returns/model.ts'
import { readForm, type Thresholds, toForm } from '../../../renderer/features/thresholds/model.ts'
import { splitEnrolments, type Enrolment } from '../../../renderer/features/enrolments/model.ts'
import { isEmptyFilter, readFilter, toggled, toRequest, writeFilter } from '../../../renderer/features/nodes/filter.ts'
import { goodNewsLastsSeconds, healthShown } from '../../../renderer/ui/freshness.ts'

describe('good news expires', () => {
  const now = Date.parse('2026-01-01T12:00:00.000Z')
  const ago = (seconds: number): string => new Date(now - seconds * 1000).toISOString()

  it('[UI5] an OK that was not renewed in time is unknown; one that was never heard is too', () => {
    expect(healthShown('OK', ago(goodNewsLastsSeconds), now)).toEqual({ health: 'OK', isExpired: false })
    expect(healthShown('OK', ago(goodNewsLastsSeconds + 1), now)).toEqual({ health: 'UNKNOWN', isExpired: true })
    expect(healthShown('OK', null, now)).toEqual({ health: 'UNKNOWN', isExpired: true })
  })

  it('[UI5] bad news does not expire', () => {
    expect(healthShown('FAILED', ago(999_999), now)).toEqual({ health: 'FAILED', isExpired: false })
    expect(healthShown('DEGRADED', null, now)).toEqual({ health: 'DEGRADED', isExpired: false })
  })
})

describe('attention', () => {
  const item = (change: Partial<AttentionItem>): AttentionItem => ({
    id: 'a',
    score: 20,
    kind: 'drift',
    nodeId: null,
    domainId: 'd',
    title: '',
    terms: [],
    since: null,
    ...change,
  })

  it('[UI24] presses by what a person must do, then by score', () => {
    expect(pressureOf(item({ kind: 'quarantined', score: 5 }))).toBe('act')
    expect(pressureOf(item({ kind: 'authority', score: 5 }))).toBe('act')
    expect([59, 60, 30, 29].map((score) => pressureOf(item({ score })))).toEqual(['look', 'act', 'look', 'watch'])
  })

  it('[UI24] tells the terms that matter, largest first', () => {
    const terms = [
      { term: 'a', points: 3 },
      { term: 'b', points: 40 },
      { term: 'c', points: 0.2 },
    ]
    expect(tellingTerms(item({ terms })).map(({ term }) => term)).toEqual(['b', 'a'])
    expect(kindsOf([item({ kind: 'drift' }), item({ kind: 'quarantined' }), item({ kind: 'drift' })])).toEqual(['quarantined', 'drift'])
  })
})

describe('who may act', () => {
  const operators = { items: [{ id: 'o', name: 'A', role: 'operator' as const, keyId: 'k', createdAt: '' }], currentId: 'o' }
  const facts = { operators, master: undefined, isConnected: true }

  it('[UI12] says why not, before anything is pressed', () => {
    expect(barrierTo({ ...facts, needs: 'operator' })).toBeNull()
    expect(barrierTo({ ...facts, needs: 'engineer' })).toEqual({ kind: 'role', has: 'operator', needs: 'engineer' })
    expect(barrierTo({ ...facts, needs: 'viewer', operators: { ...operators, currentId: null } })).toEqual({ kind: 'nobody' })
    expect(barrierTo({ ...facts, needs: 'operator', isConnected: false })).toEqual({ kind: 'offline' })
  })

  it('[UI12] a read-only master comes before any role', () => {
    const master = { readOnlyReason: { code: 'STORE_FULL', sentence: 'The disk is full.' } } as Parameters<typeof barrierTo>[0]['master']
    expect(barrierTo({ ...facts, needs: 'viewer', master })).toEqual({ kind: 'read-only', sentence: 'The disk is full.' })
  })

  it('[UI12] while nothing is known yet, nothing is barred: the master decides', () => {
    expect(barrierTo({ ...facts, operators: undefined, needs: 'authority' })).toBeNull()
  })
})

describe('a return in steps', () => {
  const session = { step: 'UPLOADING', expectedEvents: 200, receivedEvents: 50, closedAt: null, verdict: null } as const

  it('[UI14] lights the present step and ticks off those before it', () => {
    expect(toReturnProgress(session).steps.map(({ state }) => state)).toEqual(['done', 'done', 'present', 'ahead', 'ahead'])
    expect(toReturnProgress(session)).toMatchObject({ share: 0.25, isOpen: true })
  })

  it('[UI14] says no share before the node has said how much it has, and all of nothing at the end', () => {
    expect(toReturnProgress({ ...session, step: 'PROVING', expectedEvents: 0, receivedEvents: 0 }).share).toBeNull()
    expect(toReturnProgress({ ...session, step: 'RECONCILING', expectedEvents: 0, receivedEvents: 0 }).share).toBe(1)
    expect(toReturnProgress({ ...session, expectedEvents: 2, receivedEvents: 3 }).share).toBe(1)
  })

  it('[UI14] an abandoned return does not pretend to have been reconciled', () => {
    const states = toReturnProgress({ ...session, step: 'CLOSED', closedAt: '2026-01-01T00:00:00.000Z', verdict: 'ABANDONED' }).steps.map(
      ({ state }) => state,
    )
    expect(states).toEqual(['done', 'done', 'done', 'never', 'done'])
  })
})

describe('thresholds', () => {
  const inForce: Thresholds = {
    slowRttMs: 800,
    slowLossPct: 5,
    delayedAfterS: 30,
    edgeCachedAfterS: 300,
    autonomousAfterS: 900,
    recoverAfterContacts: 3,
  }
  const form = toForm(inForce)

  it('[UI15] sends only what was changed, and nothing while nothing was', () => {
    expect(readForm(form, inForce).change).toBeNull()
    expect(readForm({ ...form, slowRttMs: '1200', slowLossPct: '7,5' }, inForce)).toEqual({
      errors: {},
      change: { slowRttMs: 1200, slowLossPct: 7.5 },
    })
  })

  it('[UI15] sends nothing while something is wrong, and says what', () => {
    const { errors, change } = readForm(
      { ...form, slowRttMs: 'soon', slowLossPct: '101', delayedAfterS: '0', recoverAfterContacts: '2.5' },
      inForce,
    )
    expect(errors).toEqual({
      slowRttMs: 'not-a-number',
      slowLossPct: 'above-hundred',
      delayedAfterS: 'not-positive',
      recoverAfterContacts: 'not-whole',
    })
    expect(change).toBeNull()
  })

  it('[UI15] keeps the bands in their order', () => {
    expect(readForm({ ...form, edgeCachedAfterS: '10' }, inForce).errors).toEqual({ edgeCachedAfterS: 'below-delayed' })
    expect(readForm({ ...form, autonomousAfterS: '100' }, inForce).errors).toEqual({ autonomousAfterS: 'below-edge-cached' })
  })
})

describe('policies', () => {
  const form: PolicyForm = {
    name: 'Edge',
    version: '1.1.0',
    targetVersion: '2.0.0',
    configuration: '{"a": 1}',
    maintenanceWindow: ' 0 2 * * * ',
    requiresOnline: true,
    minBattery: '30',
    software: '',
    rollBackAt: 'FAILED',
  }
  const published: Policy = {
    id: 'p',
    name: 'Edge',
    version: '1.0.0',
    targetVersion: '1.0.0',
    configuration: { a: 0 },
    constraints: { maintenance_window: '', requires_online: false, min_battery_pct: 0 },
    publishedAt: '2026-01-01T00:00:00.000Z',
    publishedBy: null,
    assignedDomainIds: [],
    signedBy: [],
  }

  it('[UI15] reads a whole form into what is sent', () => {
    expect(readPolicy(form, [published])).toEqual({
      problems: {},
      request: {
        name: 'Edge',
        version: '1.1.0',
        targetVersion: '2.0.0',
        configuration: { a: 1 },
        constraints: { maintenance_window: '0 2 * * *', requires_online: true, min_battery_pct: 30 },
      },
    })
  })

  it('[UI15] names the line where JSON ends to be JSON, and refuses what is not an object', () => {
    expect(readPolicy({ ...form, configuration: '{\n  "a": 1,\n  oops\n}' }, []).problems.configuration).toEqual({
      kind: 'not-json',
      line: 3,
    })
    expect(readPolicy({ ...form, configuration: '[1]' }, []).problems.configuration).toEqual({ kind: 'not-an-object' })
    expect(readPolicy({ ...form, configuration: '{\n  "a": oops\n}' }, []).problems.configuration).toEqual({ kind: 'not-json', line: 2 })
    expect(readPolicy({ ...form, configuration: '{\n"a": 1,\n' }, []).problems.configuration).toEqual({ kind: 'not-json', line: 3 })
    expect(readPolicy({ ...form, configuration: 'null' }, []).request).toBeNull()
  })

  it('[UI15] a published version never changes, so its number cannot be used again', () => {
    expect(readPolicy({ ...form, version: '1.0.0' }, [published]).problems).toEqual({ version: { kind: 'taken' } })
    expect(readPolicy({ ...form, name: ' ', version: '', targetVersion: '', minBattery: '120' }, []).problems).toEqual({
      name: { kind: 'empty' },
      version: { kind: 'empty' },
      targetVersion: { kind: 'empty' },
      minBattery: { kind: 'not-a-share' },
    })
  })

  it('[UI15] a new version begins with all of the old one but its number', () => {
    expect(formFrom(published)).toMatchObject({ name: 'Edge', version: '', targetVersion: '1.0.0', configuration: '{\n  "a": 0\n}' })
    const newer = { ...published, id: 'q', version: '1.1.0', publishedAt: '2026-02-01T00:00:00.000Z' }
    expect(groupPolicies([published, newer]).map(({ name, versions }) => [name, versions.map(({ version }) => version)])).toEqual([
      ['Edge', ['1.1.0', '1.0.0']],
    ])
  })
})

describe('enrolments', () => {
  it('[UI25] who waited longest comes first; what was decided last comes first', () => {
    const request = (requestId: string, status: Enrolment['status'], requestedAt: string, decidedAt: string | null): Enrolment => ({
      requestId,
      nodeId: requestId,
      name: '',
      kind: 'EDGE',
      tags: [],
      keyId: '',
      keyWords: [],
      serial: null,
      requestedAt,
      status,
      decidedBy: null,
      decidedAt,
    })
    const items = [
      request('b', 'PENDING', '2026-01-02', null),
      request('a', 'PENDING', '2026-01-01', null),
      request('c', 'APPROVED', '2026-01-01', '2026-01-03'),
      request('d', 'REFUSED', '2026-01-01', '2026-01-04'),
    ]
    const { pending, decided } = splitEnrolments(items)
    expect(pending.map(({ requestId }) => requestId)).toEqual(['a', 'b'])
    expect(decided.map(({ requestId }) => requestId)).toEqual(['d', 'c'])
  })
})

describe('the filter of nodes', () => {
  it('[UI23] takes from an address only what means something, and gives it back', () => {
    const filter = readFilter({ modes: ['REPLAYING', 'NONSENSE', 'LIVE'], healths: ['OK'], tags: ['arctic'], text: 'pump' })
    expect(filter).toEqual({
      modes: ['LIVE', 'REPLAYING'],
      phases: [],
      healths: ['OK'],
      kinds: [],
      tags: ['arctic'],
      anyTags: [],
      policyBundleId: null,
      from: null,
      to: null,
      text: 'pump',
    })
    expect(readFilter(writeFilter(filter))).toEqual(filter)
    expect(toRequest('d', filter)).toEqual({ domainId: 'd', modes: ['LIVE', 'REPLAYING'], healths: ['OK'], tags: ['arctic'], text: 'pump' })
  })

  it('[UI23] an empty filter asks for everything below the domain', () => {
    const filter = readFilter({ text: '   ' })
    expect(isEmptyFilter(filter)).toBe(true)
    expect(toRequest('d', filter)).toEqual({ domainId: 'd' })
    expect(toggled(toggled(['a'], 'b'), 'a')).toEqual(['b'])
  })
})

describe('the palette', () => {
  const entries = [
    { id: '1', group: 'page', name: 'Overview', note: 'The whole fleet' },
    { id: '2', group: 'domain', name: 'North ridge', note: 'Local' },
    { id: '3', group: 'domain', name: 'Ridge north', note: 'Local' },
    { id: '4', group: 'act', name: 'Times in UTC', note: '', keywords: 'zone clock' },
  ] as const

  it('[UI16] finds by the beginnings of words before their middles, and by further words last', () => {
    expect(rankEntries(entries, 'ridge', 9).map(({ id }) => id)).toEqual(['3', '2'])
    expect(rankEntries(entries, 'ver', 9).map(({ id }) => id)).toEqual(['1'])
    expect(rankEntries(entries, 'clock', 9).map(({ id }) => id)).toEqual(['4'])
    expect(rankEntries(entries, 'north local', 9).map(({ id }) => id)).toEqual(['2', '3'])
  })

  it('[UI16] every word typed must be found, signs are only signs, and nothing typed finds the first few', () => {
    expect(rankEntries(entries, 'north pole', 9)).toEqual([])
    expect(rankEntries(entries, '.*(', 9)).toEqual([])
    expect(rankEntries(entries, '  ', 2)).toHaveLength(2)
  })
})

describe('by keyboard', () => {
  it('[UI17] j and k, arrows, Home and End move within the list and never out of it', () => {
    expect(['j', 'ArrowDown', 'End', 'PageDown'].map((key) => targetOf(key, 3, 5))).toEqual([4, 4, 4, 4])
    expect(['k', 'ArrowUp', 'Home', 'PageUp'].map((key) => targetOf(key, 1, 5))).toEqual([0, 0, 0, 0])
    expect(targetOf('j', -1, 5)).toBe(0)
    expect(targetOf('k', -1, 5)).toBe(0)
    expect(targetOf('j', 0, 0)).toBeNull()
    expect(targetOf('x', 0, 5)).toBeNull()
  })
})

describe('the tree of domains', () => {
  const row = (id: string, parentId: string | null, depth: number) => ({ id, parentId, depth })

  it('[UI26] is shown whole while it is small', () => {
    const rows = [row('r', null, 0), row('a', 'r', 1), row('b', 'a', 2)]
    expect(visibleBranches(rows, null)).toEqual(rows)
  })

  it('[UI26] is folded when it is large, but for the way to where one is', () => {
    const rows = [
      row('r', null, 0),
      ...Array.from({ length: 50 }, (_, at) => [
        row(`d${String(at)}`, 'r', 1),
        row(`d${String(at)}x`, `d${String(at)}`, 2),
        row(`d${String(at)}xx`, `d${String(at)}x`, 3),
      ]).flat(),
    ]
    expect(visibleBranches(rows, null)).toHaveLength(51)
    const open = visibleBranches(rows, 'd7x').map(({ id }) => id)
    expect(open).toContain('d7xx')
    expect(open).toHaveLength(53)
  })
})

describe('the last return of a node', () => {
  it('[UI14] is the one that closed last, whatever else is open or belongs to others', () => {
    const session = (id: string, nodeId: string, closedAt: string | null) =>
      ({ id, nodeId, closedAt }) as Parameters<typeof lastReturnOf>[1][number]
    const sessions = [
      session('open', 'A', null),
      session('old', 'A', '2026-01-01'),
      session('new', 'A', '2026-01-03'),
      session('other', 'B', '2026-01-09'),
    ]
    expect(lastReturnOf('A', sessions)?.id).toBe('new')
    expect(lastReturnOf('C', sessions)).toBeNull()
  })
})
