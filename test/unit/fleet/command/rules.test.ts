/** Kinds, keys, expiry, crashes, windows, constraints, supersession, batches, and what a node makes of a command. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { afterCrash, maxAttempts } from '../../../../core/fleet/command/after-crash.ts'
import { judgeAtNode, type NodeFacts } from '../../../../core/fleet/command/at-node.ts'
import { type BatchRow, commandSelectorSchema, previewBatch } from '../../../../core/fleet/command/batch.ts'
import { checkConstraints, type ConstraintFacts } from '../../../../core/fleet/command/constraints.ts'
import { evolveDecisions, noDecisions } from '../../../../core/fleet/command/command-state.ts'
import {
  decideCancel,
  decideDelivery,
  decideIssue,
  decideLapse,
  decideSettle,
  type IssueFacts,
  type IssueRequest,
} from '../../../../core/fleet/command/decide.ts'
import { type CommandBody, commandBodySchema } from '../../../../core/fleet/command/events.ts'
import { believedNow, isExpired } from '../../../../core/fleet/command/expiry.ts'
import { admitKind, commandKinds, defaultTwoOperatorKinds, isCommandKind, readCommand } from '../../../../core/fleet/command/kinds.ts'
import { judgeKey } from '../../../../core/fleet/command/ledger.ts'
import { supersededAmong } from '../../../../core/fleet/command/supersession.ts'
import { readWindow } from '../../../../core/fleet/command/window.ts'
import { decisions } from '../../../../core/fleet/decisions.ts'
import { formatHlc } from '../../../../core/kernel/hlc.ts'
import { ulidOf } from '../../../helpers/log/origin.ts'
import {
  ada,
  at,
  atMs,
  bodyDigest,
  commandId,
  domainId,
  eventOf,
  issuedCommand,
  issuedData,
  life,
  masterId,
  nodeId,
  unconstrained,
} from './commands.ts'

const artifact = {
  artifactId: commandId,
  name: 'agent',
  version: '1.3.0',
  digest: 'c'.repeat(64),
  sizeBytes: 1024,
  keyId: 'k',
  signature: 's',
  rollBackAt: 'DEGRADED',
}

describe('kinds', () => {
  it('[CM1] are read strictly, and nothing is guessed at', () => {
    expect(readCommand('restart', { scope: 'agent' })).toMatchObject({ ok: true, value: { kind: { name: 'restart' } } })
    expect(readCommand('run-snapshot', { parts: ['inventory'] }).ok).toBe(true)
    expect(readCommand('install-artifact', artifact).ok).toBe(true)
    expect(readCommand('set-config', { changes: [{ path: '/a~1b/0', value: null }] }).ok).toBe(true)
    expect(readCommand('set-config', { changes: [{ path: 'a', value: 1 }] })).toMatchObject({ refusal: { code: 'COMMAND_DATA_MALFORMED' } })
    expect(readCommand('restart', { scope: 'agent', force: true })).toMatchObject({ refusal: { code: 'COMMAND_DATA_MALFORMED' } })
    for (const kind of ['reboot', 'toString', '__proto__'])
      expect(readCommand(kind, {})).toMatchObject({ refusal: { code: 'COMMAND_KIND_UNKNOWN' } })
    for (const kind of Object.values(commandKinds)) expect(isCommandKind(kind.name) && kind.probe).toMatch(/\w+.*\.$/)
    expect(defaultTwoOperatorKinds).toEqual(['install-artifact'])
  })

  it('[CM2] are limited for a node that is kept to little, and none for one that is not in service', () => {
    const { restart, 'run-snapshot': snapshot, 'set-config': config } = commandKinds
    expect(admitKind(config, { phase: 'ACTIVE', mode: 'LIVE' }).ok).toBe(true)
    expect(admitKind(config, { phase: 'ACTIVE', mode: 'AUTONOMOUS' }).ok).toBe(true)
    expect(admitKind(restart, { phase: 'QUARANTINED', mode: 'LIVE' }).ok).toBe(true)
    expect(admitKind(config, { phase: 'QUARANTINED', mode: 'LIVE' })).toMatchObject({
      refusal: { code: 'LIMITED_SET', facts: { allowed: 'restart run-snapshot' } },
    })
    for (const mode of ['RETURNING', 'REPLAYING'] as const) {
      expect(admitKind(snapshot, { phase: 'ACTIVE', mode }).ok).toBe(true)
      expect(admitKind(restart, { phase: 'ACTIVE', mode })).toMatchObject({ refusal: { code: 'LIMITED_SET', facts: { limit: mode } } })
    }
    // Both limits at once leave what both allow.
    expect(admitKind(restart, { phase: 'QUARANTINED', mode: 'RETURNING' })).toMatchObject({
      refusal: { facts: { allowed: 'run-snapshot' } },
    })
    for (const phase of ['PROVISIONING', 'DECOMMISSIONING', 'RETIRED'] as const) {
      expect(admitKind(snapshot, { phase, mode: 'LIVE' })).toMatchObject({ refusal: { code: 'NODE_NOT_IN_SERVICE' } })
    }
  })
})

describe('the ledger', () => {
  it('[CM6] knows a key for ever, by what it was used for', () => {
    const entry = { nodeId, key: 'k', commandId, bodyDigest }
    expect(judgeKey(undefined, entry)).toEqual({ ok: true, value: { kind: 'new', entry } })
    const again = { ...entry, commandId: ulidOf(70, 1) }
    expect(judgeKey(entry, again)).toEqual({ ok: true, value: { kind: 'known', entry } })
    expect(judgeKey(entry, { ...again, bodyDigest: 'b'.repeat(64) })).toMatchObject({
      ok: false,
      refusal: { code: 'KEY_REUSED', facts: { commandId } },
    })
  })
})

describe('expiry', () => {
  it('[CM7] goes by the later of the own clock and what masters signed, and not by a clock far in the future', () => {
    const seen = [
      { hlc: formatHlc(atMs(10), 3), isFarFuture: false },
      { hlc: formatHlc(atMs(5), 0), isFarFuture: false },
      { hlc: formatHlc(Date.UTC(2099, 0), 0), isFarFuture: true },
    ]
    expect(believedNow(0, seen)).toEqual({ nowMs: atMs(10), judgedBy: 'master-clock' })
    expect(believedNow(atMs(11), seen)).toEqual({ nowMs: atMs(11), judgedBy: 'own-clock' })
    expect(believedNow(7, [])).toEqual({ nowMs: 7, judgedBy: 'own-clock' })
    expect(isExpired(at(10), { nowMs: atMs(10) })).toBe(true)
    expect(isExpired(at(10), { nowMs: atMs(10) - 1 })).toBe(false)
    expect(isExpired(null, { nowMs: Number.MAX_SAFE_INTEGER })).toBe(false)
  })
})

describe('after a crash', () => {
  it('[CM8] leaves what runs at most once to a person, whatever a probe would say', () => {
    for (const probe of ['took-effect', 'no-effect', 'cannot-tell'] as const) {
      expect(afterCrash({ semantics: 'AT_MOST_ONCE', attempt: 1 }, probe)).toMatchObject({ act: 'record-unsure' })
    }
  })

  it('[CM8] probes what runs at least once before it runs again, and ends: a restart does not loop', () => {
    expect(afterCrash({ semantics: 'AT_LEAST_ONCE', attempt: 1 }, 'took-effect')).toEqual({ act: 'record-applied', wasProbed: true })
    for (const probe of ['no-effect', 'cannot-tell'] as const) {
      let runs = 1
      let next = afterCrash({ semantics: 'AT_LEAST_ONCE', attempt: runs }, probe)
      while (next.act === 'run-again') {
        expect(next.attempt).toBe(runs + 1)
        runs = next.attempt
        next = afterCrash({ semantics: 'AT_LEAST_ONCE', attempt: runs }, probe)
      }
      expect(runs).toBe(maxAttempts)
      expect(next.act).toBe('record-unsure')
    }
  })
})

describe('maintenance windows', () => {
  const windowOf = (text: string) => {
    const read = readWindow(text)
    if (!read.ok) throw new Error(read.refusal.sentence)
    return read.value
  }
  const ms = (text: string): number => Date.parse(text)

  it('[CM9] are read as people write them, in the zone that is written', () => {
    expect(windowOf('').isOpen(0)).toBe(true)
    const berlin = windowOf('0 2 * * 6 for 4h in Europe/Berlin')
    expect(berlin.isOpen(ms('2026-01-03T01:00:00Z'))).toBe(true)
    expect(berlin.isOpen(ms('2026-01-03T04:59:59.999Z'))).toBe(true)
    expect(berlin.isOpen(ms('2026-01-03T05:00:00Z'))).toBe(false)
    expect(berlin.nextOpening(ms('2026-01-03T05:00:00Z'))).toBe(ms('2026-01-10T01:00:00Z'))
    expect(berlin.nextOpening(ms('2026-01-03T03:00:00Z'))).toBe(ms('2026-01-03T03:00:00Z'))
    const once = windowOf('2026-03-01T02:00:00Z/2026-03-01T06:00:00Z; 30 1 * * * for 90m')
    expect(once.isOpen(ms('2026-03-01T05:00:00Z'))).toBe(true)
    expect(once.isOpen(ms('2026-03-02T02:59:00Z'))).toBe(true)
    expect(once.isOpen(ms('2026-03-02T03:00:00Z'))).toBe(false)
    expect(windowOf('2026-03-01T02:00:00Z/2026-03-01T06:00:00Z').nextOpening(ms('2026-03-01T06:00:00Z'))).toBeUndefined()
    // In the night in which the clock leaps from 2 to 3, a start at half past two is at three.
    expect(windowOf('30 2 * * * for 1h in Europe/Berlin').isOpen(ms('2026-03-29T01:30:00Z'))).toBe(true)
  })

  it('[CM9] that cannot be read are no permission', () => {
    for (const text of [
      'always',
      '0 2 * * 6',
      '61 2 * * * for 4h',
      '0 2 * * 6 for 0h',
      '0 2 30 2 * for 1h',
      '0 2 * * 6 for 999h',
      '0 2 * * * for 1h in Mars/Base',
      '2026-03-01T06:00:00Z/2026-03-01T02:00:00Z',
      ';',
    ]) {
      expect(readWindow(text), text).toMatchObject({ ok: false, refusal: { code: 'WINDOW_MALFORMED' } })
    }
  })

  it('[CM9] open exactly when they say they open', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('0 2 * * 6 for 4h in Europe/Berlin', '*/20 * * * * for 5m', '30 1 1 * * for 90m in Asia/Kathmandu'),
        fc.integer({ min: ms('2025-01-01T00:00:00Z'), max: ms('2027-01-01T00:00:00Z') }),
        (text, instant) => {
          const { isOpen, nextOpening } = windowOf(text)
          const next = nextOpening(instant)
          expect(next).toBeGreaterThanOrEqual(instant)
          expect(isOpen(next ?? 0)).toBe(true)
          expect(isOpen(instant)).toBe(next === instant)
          if (next !== undefined && next > instant) expect(isOpen(next - 1)).toBe(false)
        },
      ),
    )
  })
})

const calm: ConstraintFacts = {
  nowMs: atMs(0),
  expiresAtMs: null,
  isOnline: true,
  path: 'link',
  batteryPct: 80,
  runningVersion: '1.2.0',
  authority: { placement: 1, epoch: 2 },
  knownAuthority: { placement: 1, epoch: 2 },
}

describe('constraints', () => {
  const check = (stage: 'issue' | 'delivery' | 'node', more: Partial<typeof unconstrained>, facts: Partial<ConstraintFacts> = {}) => {
    const checked = checkConstraints(stage, { ...unconstrained, ...more }, { ...calm, ...facts })
    return checked.ok ? checked.value : checked.refusal
  }

  it('[CM9] that hold let it go, at every stage', () => {
    for (const stage of ['issue', 'delivery', 'node'] as const)
      expect(check(stage, {})).toEqual({ verdict: 'go', findings: [], retryAtMs: null })
  })

  it('[CM9] that may come true hold up the start, and the handing over only where it is about that', () => {
    const window = { maintenance_window: '0 2 * * * for 1h' }
    expect(check('issue', window)).toMatchObject({ verdict: 'go', findings: [{ code: 'WINDOW_CLOSED' }] })
    expect(check('delivery', window)).toMatchObject({ verdict: 'go' })
    expect(check('node', window)).toMatchObject({ verdict: 'wait', retryAtMs: Date.UTC(2026, 0, 1, 2) })
    expect(check('node', { min_battery_pct: 90 })).toMatchObject({ verdict: 'wait', retryAtMs: null, findings: [{ code: 'BATTERY_LOW' }] })
    expect(check('node', { min_battery_pct: 90 }, { batteryPct: null })).toMatchObject({ verdict: 'go' })
    const online = { requires_online: true }
    expect(check('issue', online, { isOnline: false })).toMatchObject({ verdict: 'go', findings: [{ code: 'NOT_ONLINE' }] })
    expect(check('delivery', online, { isOnline: null })).toMatchObject({ verdict: 'wait' })
    expect(check('delivery', online, { path: 'stick' })).toMatchObject({ verdict: 'wait', findings: [{ code: 'STICK_NOT_ALLOWED' }] })
    expect(check('node', online, { isOnline: false })).toMatchObject({ verdict: 'wait' })
    expect(check('delivery', {}, { authority: { placement: 1, epoch: 3 } })).toMatchObject({
      verdict: 'wait',
      findings: [{ code: 'EPOCH_AHEAD' }],
    })
    expect(check('delivery', {}, { authority: { placement: 2, epoch: 1 } })).toMatchObject({
      verdict: 'wait',
      findings: [{ code: 'PLACEMENT_AHEAD' }],
    })
  })

  it('[CM25] hold it back while what it is judged by is older than it says, and never at the node itself', () => {
    const fresh = { max_evidence_age_s: 60 }
    expect(check('delivery', fresh, { heardAtMs: atMs(0) - 60_000 })).toMatchObject({ verdict: 'go', findings: [] })
    const old = { heardAtMs: atMs(0) - 61_000 }
    expect(check('delivery', fresh, old)).toMatchObject({ verdict: 'wait', findings: [{ code: 'EVIDENCE_OLD' }] })
    expect(check('issue', fresh, old)).toMatchObject({ verdict: 'go', findings: [{ code: 'EVIDENCE_OLD' }] })
    expect(check('delivery', fresh, { heardAtMs: null })).toMatchObject({ verdict: 'wait', findings: [{ code: 'EVIDENCE_OLD' }] })
    expect(check('delivery', {}, old)).toMatchObject({ verdict: 'go', findings: [] })
    expect(check('node', fresh)).toMatchObject({ verdict: 'go', findings: [] })
  })

  it('[CM9] that cannot come true refuse it, at every stage', () => {
    for (const stage of ['issue', 'delivery', 'node'] as const) {
      expect(check(stage, { target_version: '1.1.0' })).toMatchObject({ verdict: 'refuse', findings: [{ code: 'VERSION_DIFFERENT' }] })
      expect(check(stage, {}, { expiresAtMs: atMs(0) })).toMatchObject({ verdict: 'refuse', findings: [{ code: 'EXPIRED' }] })
      expect(check(stage, { maintenance_window: '0 2 * * * for 1h' }, { expiresAtMs: atMs(60) })).toMatchObject({
        verdict: 'refuse',
        findings: [{ code: 'WINDOW_TOO_LATE' }],
      })
      expect(check(stage, {}, { authority: { placement: 1, epoch: 1 } })).toMatchObject({
        verdict: 'refuse',
        findings: [{ code: 'EPOCH_STALE' }],
      })
      expect(check(stage, {}, { authority: { placement: 0, epoch: 9 } })).toMatchObject({
        verdict: 'refuse',
        findings: [{ code: 'PLACEMENT_STALE' }],
      })
      expect(check(stage, { maintenance_window: 'whenever' })).toMatchObject({ code: 'WINDOW_MALFORMED' })
    }
    expect(check('node', { target_version: '1.1.0' }, { runningVersion: null })).toMatchObject({ verdict: 'go' })
  })
})

describe('supersession', () => {
  const config = (number: number, path: string, minute: number, more: Partial<ReturnType<typeof issuedCommand>> = {}) =>
    issuedCommand({
      commandId: ulidOf(71, number),
      kind: 'set-config',
      body: { sealed: null, data: { changes: [{ path, value: number }] } },
      hlc: formatHlc(atMs(minute), 0),
      ...more,
    })

  it('[CM10] lets the later of two in one slot stand, whatever order they are told in', () => {
    const [first, second, other] = [config(1, '/rate', 1), config(2, '/rate', 2), config(3, '/mode', 3)]
    const commands = [first, second, other].map((issued) => ({ issued, stage: 'queued' as const }))
    const expected = [{ commandId: first.commandId, byCommandId: second.commandId }]
    expect(supersededAmong(commands)).toEqual(expected)
    expect(supersededAmong(commands.toReversed())).toEqual(expected)
    // Epochs count before clocks: a master that was overtaken does not take the place of the one that holds.
    const later = config(4, '/rate', 9, { epoch: 1 })
    expect(supersededAmong([...commands, { issued: later, stage: 'queued' }])).toContainEqual({
      commandId: later.commandId,
      byCommandId: second.commandId,
    })
  })

  it('[CM10] leaves alone what started, what is for another node, and what is sealed; what was taken back takes no place', () => {
    const [first, second] = [config(1, '/rate', 1), config(2, '/rate', 2)]
    const of = (issued: typeof first, stage: 'queued' | 'started' | 'cancelled' | 'applied' = 'queued') => ({ issued, stage })
    expect(supersededAmong([of(first, 'started'), of(second)])).toEqual([])
    expect(supersededAmong([of(first), of(second, 'cancelled')])).toEqual([])
    expect(supersededAmong([of(first), of(second, 'applied')])).toHaveLength(1)
    expect(supersededAmong([of(first), of({ ...second, nodeId: masterId })])).toEqual([])
    const sealed: CommandBody = { sealed: 'x25519-chacha20poly1305', recipients: [], nonce: '', ciphertext: '' }
    expect(supersededAmong([of({ ...first, body: sealed }), of({ ...second, body: sealed })])).toEqual([])
    const install = (number: number, name: string) =>
      of(
        issuedCommand({
          commandId: ulidOf(72, number),
          kind: 'install-artifact',
          body: { sealed: null, data: { ...artifact, name } },
          hlc: formatHlc(atMs(number), 0),
        }),
      )
    expect(supersededAmong([install(1, 'agent'), install(2, 'pump')])).toEqual([])
    expect(supersededAmong([install(1, 'agent'), install(2, 'agent')])).toHaveLength(1)
  })
})

const node: NodeFacts = {
  nodeId,
  incarnation: life,
  phase: 'ACTIVE',
  mode: 'LIVE',
  fence: { placement: 1, epoch: 2, masterId },
  time: { nowMs: atMs(0), judgedBy: 'own-clock' },
  ledger: undefined,
  progress: null,
  isCancelled: false,
  isSuperseded: false,
  isOnline: true,
  batteryPct: 80,
  runningVersion: '1.2.0',
}

describe('a command at its node', () => {
  const data = { scope: 'agent' }
  const judge = (
    command: Partial<ReturnType<typeof issuedCommand>> = {},
    facts: Partial<NodeFacts> = {},
    body: typeof data | undefined = data,
  ) => judgeAtNode(issuedCommand(command), body, { ...node, ...facts })
  const entry = { nodeId, key: 'key', commandId, bodyDigest }

  it('[CM11] starts when everything holds, and remembers the authority under which it does', () => {
    expect(judge()).toEqual({ act: 'start', data, fence: { placement: 1, epoch: 2, masterId } })
    expect(judge({ epoch: 3 })).toMatchObject({ act: 'start', fence: { epoch: 3 } })
    expect(judge({}, { ledger: entry, progress: 'received' })).toMatchObject({ act: 'start' })
  })

  it('[CM11] runs nothing twice, and answers for what it did even when everything else has changed since', () => {
    for (const progress of ['started', 'ended'] as const) {
      expect(judge({ expiresAt: at(-1), epoch: 1 }, { ledger: entry, progress })).toEqual({ act: 'answer-again', commandId })
    }
    expect(judge({}, { ledger: { ...entry, bodyDigest: 'b'.repeat(64) }, progress: 'ended' })).toMatchObject({
      act: 'reject',
      code: 'KEY_REUSED',
    })
  })

  it('[CM11] refuses another address, a lower or rival authority, another life, a kind or data that it does not know, and what it is kept from', () => {
    expect(judge({ nodeId: masterId })).toMatchObject({ act: 'reject', code: 'MISADDRESSED' })
    expect(judge({ epoch: 1 })).toMatchObject({ act: 'reject', code: 'EPOCH_STALE' })
    expect(judge({ masterId: ada })).toMatchObject({ act: 'reject', code: 'EPOCH_CONTESTED' })
    expect(judge({ semantics: 'AT_MOST_ONCE', incarnation: ada })).toMatchObject({ act: 'reject', code: 'INCARNATION_OTHER' })
    expect(judge({ semantics: 'AT_MOST_ONCE', incarnation: life })).toMatchObject({ act: 'start' })
    expect(judge({ kind: 'format-disk' })).toMatchObject({ act: 'reject', code: 'COMMAND_KIND_UNKNOWN' })
    expect(judgeAtNode(issuedCommand(), { scope: 'moon' }, node)).toMatchObject({ act: 'reject', code: 'COMMAND_DATA_MALFORMED' })
    expect(judgeAtNode(issuedCommand(), undefined, node)).toMatchObject({ act: 'reject', code: 'SEALED_TO_ANOTHER_KEY' })
    expect(judge({}, { mode: 'RETURNING' })).toMatchObject({ act: 'reject', code: 'LIMITED_SET' })
    expect(judge({ constraints: { ...unconstrained, target_version: '9' } })).toMatchObject({ act: 'reject', code: 'VERSION_DIFFERENT' })
    expect(judge({ constraints: { ...unconstrained, maintenance_window: '?' } })).toMatchObject({ act: 'reject', code: 'WINDOW_MALFORMED' })
  })

  it('[CM11] withdraws what was taken back, lets expire what came too late, and waits for what may come true', () => {
    expect(judge({}, { isCancelled: true })).toEqual({ act: 'withdraw', why: 'cancelled' })
    expect(judge({}, { isSuperseded: true })).toEqual({ act: 'withdraw', why: 'superseded' })
    expect(judge({ expiresAt: at(0) }, { time: { nowMs: atMs(1), judgedBy: 'master-clock' } })).toEqual({
      act: 'expire',
      judgedBy: 'master-clock',
    })
    expect(judge({ constraints: { ...unconstrained, min_battery_pct: 95 } })).toMatchObject({
      act: 'wait',
      findings: [{ code: 'BATTERY_LOW' }],
    })
  })

  it('[CM11] never starts past its time, under a lower authority or a second time, whatever comes together', () => {
    fc.assert(
      fc.property(
        fc.record({
          placement: fc.nat(2),
          epoch: fc.nat(3),
          expires: fc.option(fc.integer({ min: -3, max: 3 })),
          isMostOnce: fc.boolean(),
          life: fc.constantFrom(life, ada),
        }),
        fc.record({
          progress: fc.constantFrom(null, 'received', 'started', 'ended' as const),
          isCancelled: fc.boolean(),
          isSuperseded: fc.boolean(),
          isOnline: fc.boolean(),
          phase: fc.constantFrom('ACTIVE', 'QUARANTINED', 'RETIRED', 'DEGRADED' as const),
          mode: fc.constantFrom('LIVE', 'RETURNING', 'REPLAYING', null),
        }),
        ({ placement, epoch, expires, isMostOnce, life: meant }, facts) => {
          const expiresAt = expires === null ? null : at(expires)
          const answer = judge(
            {
              placement,
              epoch,
              expiresAt,
              semantics: isMostOnce ? 'AT_MOST_ONCE' : 'AT_LEAST_ONCE',
              incarnation: isMostOnce ? meant : null,
            },
            { ...facts, ledger: facts.progress === null ? undefined : entry },
          )
          if (answer.act !== 'start') return
          expect(facts.progress === 'started' || facts.progress === 'ended' || facts.isCancelled || facts.isSuperseded).toBe(false)
          expect(placement > 1 || (placement === 1 && epoch >= 2)).toBe(true)
          expect(expires === null || expires > 0).toBe(true)
          expect(isMostOnce ? meant : life).toBe(life)
          expect(facts.phase).not.toBe('RETIRED')
          expect(facts.mode).not.toBe('RETURNING')
        },
      ),
      { numRuns: 1000 },
    )
  })
})

const row = (number: number, more: Partial<BatchRow> = {}): BatchRow => ({
  id: ulidOf(80, number),
  name: `node ${number}`,
  kind: 'EDGE',
  tags: ['pump', 'north'],
  domainLine: [domainId, masterId],
  policyBundleId: null,
  phase: 'ACTIVE',
  mode: 'LIVE',
  health: 'OK',
  batteryPct: null,
  runningVersion: '1.2.0',
  authority: { effect: { effect: 'yes' }, placement: 1, epoch: 2 },
  ...more,
})

describe('a batch', () => {
  const command = {
    kind: commandKinds['set-config'],
    constraints: { ...unconstrained, requires_online: true, target_version: '1.2.0' },
    expiresAtMs: null,
  }

  it('[CM12] says who is hit, who is left out and why, and who has to wait', () => {
    const held = { effect: 'held', code: 'CONTESTED', sentence: 'Two masters claim it.', wouldAllow: '' } as const
    const rows = [
      row(1),
      row(2, { mode: 'AUTONOMOUS' }),
      row(3, { phase: 'QUARANTINED' }),
      row(4, { phase: 'RETIRED' }),
      row(5, { runningVersion: '1.1.0' }),
      row(6, { authority: { effect: held, placement: 1, epoch: 2 } }),
      row(7, { tags: ['north'] }),
      row(8, { domainLine: [ada] }),
      row(9, { health: 'FAILED' }),
    ]
    const preview = previewBatch(rows, { tagsAll: ['pump'], domainId: masterId, healths: ['OK'] }, command, atMs(0))
    expect(preview.hit.map(({ name, waitsFor }) => [name, waitsFor.map(({ code }) => code)])).toEqual([
      ['node 1', []],
      ['node 2', ['NOT_ONLINE']],
    ])
    expect(preview.leftOutByCode).toEqual({ LIMITED_SET: 1, NODE_NOT_IN_SERVICE: 1, VERSION_DIFFERENT: 1, CONTESTED: 1 })
    for (const { sentence } of preview.leftOut) expect(sentence).toMatch(/\w+.*\.$/)
  })

  it('[CM12] selects by everything that is asked, and all of it', () => {
    const names = (selector: unknown) =>
      previewBatch(
        [row(1), row(2, { kind: 'DC', mode: 'DELAYED', policyBundleId: ada, tags: ['x'] })],
        commandSelectorSchema.parse(selector),
        command,
        atMs(0),
      ).hit.map(({ name }) => name)
    expect(names({})).toEqual(['node 1', 'node 2'])
    expect(names({ kinds: ['DC'] })).toEqual(['node 2'])
    expect(names({ modes: ['LIVE'] })).toEqual(['node 1'])
    expect(names({ phases: ['UPDATING'] })).toEqual([])
    expect(names({ policyBundleIds: [ada] })).toEqual(['node 2'])
    expect(names({ tagsAny: ['x', 'pump'] })).toEqual(['node 1', 'node 2'])
    expect(names({ nodeIds: [ulidOf(80, 1)], modes: ['DELAYED'] })).toEqual([])
    expect(commandSelectorSchema.safeParse({ colour: 'red' }).success).toBe(false)
  })

  it('[CM12] loses nobody who is meant', () => {
    const anyRow = fc.record({
      phase: fc.constantFrom('ACTIVE', 'QUARANTINED', 'RETIRED' as const),
      mode: fc.constantFrom('LIVE', 'REPLAYING', null),
      tagged: fc.boolean(),
      version: fc.constantFrom('1.2.0', '1.1.0', null),
    })
    fc.assert(
      fc.property(fc.array(anyRow), (rows) => {
        const made = rows.map(({ phase, mode, tagged, version }, at) =>
          row(at + 1, { phase, mode, tags: tagged ? ['pump'] : [], runningVersion: version }),
        )
        const { hit, leftOut, leftOutByCode } = previewBatch(made, { tagsAny: ['pump'] }, command, atMs(0))
        const meant = made.filter(({ tags }) => tags.includes('pump')).map(({ id }) => id)
        expect([...hit, ...leftOut].map(({ nodeId: id }) => id).toSorted()).toEqual(meant.toSorted())
        expect(Object.values(leftOutByCode).reduce((sum, count) => sum + count, 0)).toBe(leftOut.length)
      }),
    )
  })
})

describe('acts on commands', () => {
  const request: IssueRequest = {
    commandId,
    kind: 'restart',
    data: { scope: 'agent' },
    constraints: unconstrained,
    expiresAt: at(60),
    idempotencyKey: 'key',
    bodyDigest,
    batchId: null,
    reason: 'Memory is full.',
  }
  const facts: IssueFacts = {
    nodeId,
    phase: 'ACTIVE',
    mode: 'LIVE',
    incarnation: life,
    effect: { effect: 'yes' },
    ledger: undefined,
    twoOperatorKinds: [],
    constraintFacts: calm,
  }

  it('[CM13] issue what a node will take, as an event that fits its schema', () => {
    const issued = decideIssue(request, facts)
    if (!issued.ok || issued.value.kind !== 'new') throw new Error('It was refused.')
    const { data, envelope } = issued.value
    expect(decisions['ibcf.command.issued.v1'].data.parse(data)).toEqual(data)
    expect(envelope).toEqual({ subject: commandId, placement: 1, epoch: 2, idempotencykey: 'key', expirytime: at(60) })
    const state = evolveDecisions(noDecisions, eventOf('ibcf.command.issued.v1', data, envelope))
    const command = state.issued
    expect(command === null ? '' : judgeAtNode(command, command.body.sealed === null ? command.body.data : undefined, node).act).toBe(
      'start',
    )
  })

  it('[CM13] refuse with the code of the rule that says no, and write nothing twice', () => {
    const refusal = (more: Partial<IssueRequest>, facing: Partial<IssueFacts> = {}) => {
      const issued = decideIssue({ ...request, ...more }, { ...facts, ...facing })
      return issued.ok ? issued.value : issued.refusal.code
    }
    const held = { effect: 'held', code: 'CONTESTED', sentence: 'Two.', wouldAllow: 'Resolve it.' } as const
    expect(refusal({}, { effect: held })).toBe('CONTESTED')
    expect(refusal({ kind: 'x' })).toBe('COMMAND_KIND_UNKNOWN')
    expect(refusal({ data: {} })).toBe('COMMAND_DATA_MALFORMED')
    expect(refusal({}, { mode: 'RETURNING' })).toBe('LIMITED_SET')
    expect(refusal({ semantics: 'AT_MOST_ONCE' }, { incarnation: null })).toBe('INCARNATION_UNKNOWN')
    expect(refusal({ expiresAt: at(0) })).toBe('EXPIRY_PAST')
    expect(refusal({ constraints: { ...unconstrained, target_version: '9' } })).toBe('VERSION_DIFFERENT')
    const ledger = { nodeId, key: 'key', commandId: ada, bodyDigest }
    expect(refusal({}, { ledger })).toEqual({ kind: 'known', commandId: ada })
    expect(refusal({}, { ledger: { ...ledger, bodyDigest: 'b'.repeat(64) } })).toBe('KEY_REUSED')
    expect(decideIssue({ ...request, semantics: 'AT_MOST_ONCE' }, facts)).toMatchObject({ value: { data: { incarnation: life } } })
  })

  it('[CM13] cancel, lapse and settle only where the table lets them', () => {
    const state = evolveDecisions(noDecisions, eventOf('ibcf.command.issued.v1', issuedData(), { expirytime: at(5) }))
    expect(decideCancel('sent', 'Wrong node.')).toEqual({ ok: true, value: { reason: 'Wrong node.' } })
    expect(decideCancel('applied', '')).toMatchObject({ refusal: { code: 'COMMAND_STAGE_REFUSED' } })
    expect(decideCancel(null, '')).toMatchObject({ refusal: { code: 'COMMAND_UNKNOWN' } })
    const time = (minute: number) => ({ nowMs: atMs(minute), judgedBy: 'own-clock' as const })
    expect(decideLapse(state, 'queued', time(5))).toEqual({ ok: true, value: { judgedBy: 'own-clock' } })
    expect(decideLapse(state, 'queued', time(4))).toMatchObject({ refusal: { code: 'NOT_EXPIRED' } })
    expect(decideLapse(state, 'started', time(5))).toMatchObject({ refusal: { code: 'COMMAND_STAGE_REFUSED' } })
    expect(decideLapse(noDecisions, null, time(5))).toMatchObject({ refusal: { code: 'COMMAND_UNKNOWN' } })
    expect(decideSettle('outcome-unknown', 'applied', 'Seen on site.').ok).toBe(true)
    expect(decideSettle('outcome-unknown', 'applied', ' ')).toMatchObject({ refusal: { code: 'FINDINGS_MISSING' } })
    expect(decideSettle('started', 'rejected', 'x')).toMatchObject({ refusal: { code: 'COMMAND_STAGE_REFUSED' } })
    expect(decideSettle(null, 'rejected', 'x')).toMatchObject({ refusal: { code: 'COMMAND_UNKNOWN' } })
  })

  it('[CM13] hand over what is agreed to and may be, and say what it waits for', () => {
    const state = evolveDecisions(
      noDecisions,
      eventOf('ibcf.command.issued.v1', issuedData({ constraints: { ...unconstrained, requires_online: true } })),
    )
    const standing = { phase: 'ACTIVE', mode: 'LIVE', constraintFacts: calm } as const
    expect(decideDelivery(state, 'queued', standing)).toEqual({ ok: true, value: 'hand-over' })
    expect(decideDelivery(state, 'sent', standing)).toEqual({ ok: true, value: 'hand-over' })
    expect(decideDelivery(state, 'issued', standing)).toMatchObject({ refusal: { code: 'COMMAND_STAGE_REFUSED' } })
    expect(decideDelivery(state, 'cancelled', standing)).toMatchObject({ refusal: { code: 'COMMAND_STAGE_REFUSED' } })
    expect(decideDelivery(state, 'queued', { ...standing, mode: 'RETURNING' })).toMatchObject({ refusal: { code: 'LIMITED_SET' } })
    expect(decideDelivery(state, 'queued', { ...standing, constraintFacts: { ...calm, path: 'stick' } })).toMatchObject({
      ok: true,
      value: { waitsFor: [{ code: 'STICK_NOT_ALLOWED' }] },
    })
    expect(
      decideDelivery(state, 'queued', { ...standing, constraintFacts: { ...calm, authority: { placement: 0, epoch: 0 } } }),
    ).toMatchObject({
      refusal: { code: 'PLACEMENT_STALE' },
    })
    expect(decideDelivery(noDecisions, null, standing)).toMatchObject({ refusal: { code: 'COMMAND_UNKNOWN' } })
    const unknown = evolveDecisions(noDecisions, eventOf('ibcf.command.issued.v1', issuedData({ kind: 'later-kind' })))
    expect(decideDelivery(unknown, 'queued', standing)).toMatchObject({ refusal: { code: 'COMMAND_KIND_UNKNOWN' } })
  })
})

describe('a body', () => {
  it('[CM14] is clear, or sealed to its readers, and never both', () => {
    const sealed = {
      sealed: 'x25519-chacha20poly1305',
      recipients: [{ keyId: 'k', ephemeralPublicKey: 'p', wrappedKey: 'w' }],
      nonce: 'n',
      ciphertext: 'c',
    }
    expect(commandBodySchema.parse(sealed)).toEqual(sealed)
    expect(commandBodySchema.parse({ sealed: null, data: { scope: 'agent' } })).toEqual({ sealed: null, data: { scope: 'agent' } })
    expect(commandBodySchema.safeParse({ ...sealed, sealed: null }).success).toBe(false)
    const request = {
      kind: 'restart',
      data: { scope: 'agent' },
      constraints: unconstrained,
      expiresAt: null,
      idempotencyKey: 'k',
      bodyDigest,
      batchId: null,
      reason: '',
      commandId,
    }
    const facts: IssueFacts = {
      nodeId,
      phase: 'ACTIVE',
      mode: 'LIVE',
      incarnation: life,
      effect: { effect: 'yes' },
      ledger: undefined,
      twoOperatorKinds: [],
      constraintFacts: calm,
    }
    const issued = decideIssue({ ...request, sealedBody: sealed as never }, facts)
    // What orders, carries and refuses it stays readable.
    expect(issued).toMatchObject({
      value: { data: { kind: 'restart', nodeId, bodyDigest, body: sealed }, envelope: { idempotencykey: 'k', epoch: 2 } },
    })
    expect(JSON.stringify(issued)).not.toContain('agent')
  })
})
