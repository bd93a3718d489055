/** The verdict, row by row. */
import { describe, expect, it } from 'vitest'
import { waysOutOf } from '../../../core/fleet/reconciliation/ways-out.ts'
import type { IssuedHere, JudgedAgainst, TimeAway } from '../../../core/ingest/returns/judged.ts'
import { readRules, reconcile } from '../../../core/ingest/returns/reconcile.ts'

const quiet: TimeAway = {
  phase: 'ACTIVE',
  isKeyRevoked: false,
  clockOffsetMs: 0,
  unreadableEvents: 0,
  decisions: [],
  adopted: [],
  refusedDesired: [],
  commands: [],
  criticalAlarms: 0,
  refusedParts: [],
  forks: [],
  withheld: [],
  behind: [],
}
const log = '01N/01I/fact/-'
const free: JudgedAgainst = {
  masterId: 'M1',
  placement: 2,
  epoch: 5,
  policy: 'field',
  desired: undefined,
  driftBefore: undefined,
  drift: undefined,
  issued: (commandId) => issuedHere[commandId],
}
const issuedHere: Readonly<Record<string, IssuedHere>> = {
  C1: { kind: 'restart', word: null, isSettled: false },
  C2: { kind: 'restart', word: 'cancelled', isSettled: false },
  C3: { kind: 'set-config', word: null, isSettled: true },
}
const anything = { allowedDecisions: undefined, maxDrift: undefined }
const strict: JudgedAgainst = { ...free, desired: { policyBundleId: 'P1', rules: { allowedDecisions: ['reduce-duty'], maxDrift: 0.2 } } }
const loose: JudgedAgainst = { ...free, desired: { policyBundleId: 'P1', rules: anything } }
const ours = { policyBundleId: 'P1', masterId: 'M1', placement: 2, epoch: 5 }
const drifted = { score: 0.5, outOfSpec: 3 }

type RowOf = {
  readonly what: string
  readonly away?: Partial<TimeAway>
  readonly against?: JudgedAgainst
  readonly verdict: 'CLEAN' | 'QUARANTINED'
  readonly found: readonly string[]
}

const rows: readonly RowOf[] = [
  { what: 'nothing happened', verdict: 'CLEAN', found: [] },
  { what: 'its key was revoked', away: { isKeyRevoked: true }, verdict: 'QUARANTINED', found: ['trust KEY_REVOKED'] },
  {
    what: 'a part was refused',
    away: { refusedParts: [{ log, from: 4, code: 'SEGMENT_CHAIN_BROKEN', sentence: 'Not the ones that were signed.' }] },
    verdict: 'QUARANTINED',
    found: ['trust SEGMENT_CHAIN_BROKEN'],
  },
  { what: 'its log forked', away: { forks: [{ log, at: 9 }] }, verdict: 'QUARANTINED', found: ['trust SEGMENT_FORKED'] },
  {
    what: 'a lane was withheld',
    away: { withheld: [{ log, named: 10, held: 4 }] },
    verdict: 'QUARANTINED',
    found: ['trust LANE_WITHHELD'],
  },
  { what: 'it adopted what we desire', away: { adopted: [ours] }, against: strict, verdict: 'CLEAN', found: [] },
  {
    what: 'it obeyed us at an epoch that we never held',
    away: { adopted: [{ ...ours, epoch: 6 }] },
    verdict: 'QUARANTINED',
    found: ['trust AUTHORITY_UNKNOWN'],
  },
  {
    what: 'it obeyed us in a placement that it never had',
    away: { adopted: [{ ...ours, placement: 3, epoch: 1 }] },
    verdict: 'QUARANTINED',
    found: ['trust AUTHORITY_UNKNOWN'],
  },
  {
    what: 'it obeyed another master at our epoch',
    away: { adopted: [{ ...ours, masterId: 'M2' }] },
    verdict: 'QUARANTINED',
    found: ['trust AUTHORITY_UNKNOWN'],
  },
  {
    what: 'it obeyed another master before our time',
    away: { adopted: [{ ...ours, masterId: 'M2', epoch: 4 }] },
    verdict: 'CLEAN',
    found: [],
  },
  {
    what: 'it decided what its policy allows',
    away: { decisions: [{ decision: 'reduce-duty', policyBundleId: 'P1', times: 2 }] },
    against: strict,
    verdict: 'CLEAN',
    found: ['notice DECIDED_ALONE'],
  },
  {
    what: 'it decided what its policy does not allow',
    away: { decisions: [{ decision: 'open-valve', policyBundleId: 'P1', times: 1 }] },
    against: strict,
    verdict: 'QUARANTINED',
    found: ['drift DECISION_NOT_ALLOWED', 'notice DECIDED_ALONE'],
  },
  {
    what: 'it decided anything where no rule is given',
    away: { decisions: [{ decision: 'open-valve', policyBundleId: null, times: 1 }] },
    against: loose,
    verdict: 'CLEAN',
    found: ['notice DECIDED_ALONE'],
  },
  {
    what: 'it refused what is desired',
    away: { refusedDesired: [{ policyBundleId: 'P1', code: 'X', sentence: 'No.' }] },
    against: loose,
    verdict: 'QUARANTINED',
    found: ['drift DESIRED_REFUSED'],
  },
  {
    what: 'it refused what is desired no more',
    away: { refusedDesired: [{ policyBundleId: 'P0', code: 'X', sentence: 'No.' }] },
    against: loose,
    verdict: 'CLEAN',
    found: [],
  },
  {
    what: 'it drifted from what it adopted',
    away: { adopted: [ours] },
    against: { ...strict, drift: drifted },
    verdict: 'QUARANTINED',
    found: ['drift DRIFT_BEYOND_LIMIT'],
  },
  {
    what: 'it drifted within the limit',
    away: { adopted: [ours] },
    against: { ...strict, drift: { score: 0.2, outOfSpec: 1 } },
    verdict: 'CLEAN',
    found: [],
  },
  {
    what: 'what is desired changed while it was away',
    against: { ...strict, drift: drifted },
    verdict: 'CLEAN',
    found: ['notice DESIRED_NOT_ADOPTED'],
  },
  { what: 'its clock is years behind', away: { clockOffsetMs: -1e12 }, verdict: 'CLEAN', found: ['notice CLOCK_FAR_OFF'] },
  { what: 'its clock is a minute ahead', away: { clockOffsetMs: 60_000 }, verdict: 'CLEAN', found: [] },
  { what: 'it was restored', away: { behind: [{ log, held: 9, claimed: 4 }] }, verdict: 'CLEAN', found: ['notice NODE_RESTORED'] },
  { what: 'events could not be read', away: { unreadableEvents: 2 }, verdict: 'CLEAN', found: ['notice EVENT_UNREADABLE'] },
  {
    what: 'it decided what its policy does not allow, in a permissive domain',
    away: { decisions: [{ decision: 'open-valve', policyBundleId: 'P1', times: 1 }] },
    against: { ...strict, policy: 'permissive' },
    verdict: 'CLEAN',
    found: ['notice DECISION_NOT_ALLOWED', 'notice DECIDED_ALONE'],
  },
  {
    what: 'it decided what no policy names, in a strict domain',
    away: { decisions: [{ decision: 'open-valve', policyBundleId: null, times: 1 }] },
    against: { ...loose, policy: 'strict' },
    verdict: 'QUARANTINED',
    found: ['drift DECISION_NOT_NAMED', 'notice DECIDED_ALONE'],
  },
  {
    what: 'it drifted at all, in a strict domain whose policy is silent',
    away: { adopted: [ours] },
    against: { ...loose, policy: 'strict', drift: { score: 0.1, outOfSpec: 1 } },
    verdict: 'QUARANTINED',
    found: ['drift DRIFT_BEYOND_LIMIT'],
  },
  {
    what: 'it drifted, in a permissive domain',
    away: { adopted: [ours] },
    against: { ...strict, policy: 'permissive', drift: drifted },
    verdict: 'CLEAN',
    found: ['notice DRIFT_BEYOND_LIMIT'],
  },
  {
    what: 'a part was refused, in a permissive domain',
    away: { refusedParts: [{ log, from: 4, code: 'SEGMENT_CHAIN_BROKEN', sentence: 'Not the ones that were signed.' }] },
    against: { ...free, policy: 'permissive' },
    verdict: 'QUARANTINED',
    found: ['trust SEGMENT_CHAIN_BROKEN'],
  },
  {
    what: 'its drift is another one than when it came',
    against: { ...free, driftBefore: { score: 0.5, outOfSpec: 3 }, drift: { score: 0, outOfSpec: 0 } },
    verdict: 'CLEAN',
    found: ['notice DRIFT_CHANGED'],
  },
  {
    what: 'it carried out what was issued',
    away: { commands: [{ commandId: 'C1', ended: 'applied', sentence: '' }] },
    verdict: 'CLEAN',
    found: ['notice COMMANDS_WHILE_AWAY'],
  },
  {
    what: 'it carried out what nobody issued',
    away: { commands: [{ commandId: 'C9', ended: 'applied', sentence: '' }] },
    verdict: 'CLEAN',
    found: ['notice COMMAND_NOT_ISSUED', 'notice COMMANDS_WHILE_AWAY'],
  },
  {
    what: 'it carried out what nobody issued, in a strict domain',
    away: { commands: [{ commandId: 'C9', ended: 'applied', sentence: '' }] },
    against: { ...free, policy: 'strict' },
    verdict: 'QUARANTINED',
    found: ['drift COMMAND_NOT_ISSUED', 'notice COMMANDS_WHILE_AWAY'],
  },
  {
    what: 'it carried out what was taken back',
    away: { commands: [{ commandId: 'C2', ended: 'applied', sentence: '' }] },
    against: { ...free, policy: 'strict' },
    verdict: 'QUARANTINED',
    found: ['drift COMMAND_TAKEN_BACK', 'notice COMMANDS_WHILE_AWAY'],
  },
  {
    what: 'it refused one, let one run out, and does not know of two of which one is settled',
    away: {
      commands: [
        { commandId: 'C1', ended: 'rejected', sentence: 'The battery is too low.' },
        { commandId: 'C2', ended: 'expired', sentence: '' },
        { commandId: 'C3', ended: 'unsure', sentence: 'The power went.' },
        { commandId: 'C4', ended: 'unsure', sentence: 'The power went.' },
      ],
    },
    verdict: 'CLEAN',
    found: ['notice COMMAND_UNSURE', 'notice COMMAND_REFUSED', 'notice COMMANDS_WHILE_AWAY'],
  },
  { what: 'it raised alarms', away: { criticalAlarms: 1 }, verdict: 'CLEAN', found: ['notice ALARMS_WHILE_AWAY'] },
]

describe('the verdict', () => {
  it.each(rows)('[RT9] [RT11] [RT12] when $what', ({ away, against, verdict, found }) => {
    const judged = reconcile({ ...quiet, ...away }, against ?? free)
    expect(judged.verdict).toBe(verdict)
    expect(judged.findings.map(({ kind, code }) => `${kind} ${code}`)).toEqual(found)
    for (const { sentence, wayOut } of judged.findings) {
      expect(sentence).toMatch(/[.)]$/)
      expect(wayOut).toMatch(/\.$/)
    }
  })

  it('[RT13] names a way out of every reason for a quarantine, and none out of what is only told', () => {
    const away = {
      ...quiet,
      isKeyRevoked: true,
      forks: [{ log, at: 2 }],
      withheld: [{ log, named: 10, held: 4 }],
      adopted: [{ ...ours, epoch: 9 }],
    }
    const worse = {
      ...away,
      refusedParts: [{ log, from: 4, code: 'SEGMENT_CHAIN_BROKEN', sentence: 'Not the ones that were signed.' }],
      decisions: [{ decision: 'open-valve', policyBundleId: 'P1', times: 1 }],
      refusedDesired: [{ policyBundleId: 'P1', code: 'X', sentence: 'No.' }],
      commands: [{ commandId: 'C9', ended: 'applied' as const, sentence: '' }],
    }
    const { findings } = reconcile(worse, { ...strict, policy: 'strict', drift: drifted })
    const grave = findings.filter(({ kind }) => kind !== 'notice')
    expect(grave.map(({ code }) => code)).toEqual([
      'KEY_REVOKED',
      'SEGMENT_CHAIN_BROKEN',
      'SEGMENT_FORKED',
      'LANE_WITHHELD',
      'AUTHORITY_UNKNOWN',
      'DECISION_NOT_ALLOWED',
      'DESIRED_REFUSED',
      'DRIFT_BEYOND_LIMIT',
      'COMMAND_NOT_ISSUED',
    ])
    for (const { code, kind } of grave) {
      const ways = waysOutOf(code, kind)
      expect(ways.at(-1), code).toBe('decommission')
      expect(ways.length, code).toBeGreaterThan(1)
    }
    for (const { code, kind } of findings.filter((one) => one.kind === 'notice'))
      expect(
        waysOutOf(code, kind).some((way) => way === 'release' || way === 'decommission'),
        code,
      ).toBe(false)
  })

  it('[RT9] names the gravest first', () => {
    const away = {
      ...quiet,
      clockOffsetMs: 1e9,
      forks: [{ log, at: 2 }],
      decisions: [{ decision: 'open-valve', policyBundleId: null, times: 1 }],
    }
    expect(reconcile(away, strict).findings.map(({ kind }) => kind)).toEqual(['trust', 'drift', 'notice', 'notice'])
  })

  it('[RT9] reads its rules from the policy, and nothing from what is not a rule', () => {
    expect(readRules({ reconciliation: { allowed_decisions: ['a', 7, 'b'], max_drift: 0.5 } })).toEqual({
      allowedDecisions: ['a', 'b'],
      maxDrift: 0.5,
    })
    for (const configuration of [
      {},
      { reconciliation: null },
      { reconciliation: 'strict' },
      { reconciliation: { allowed_decisions: 'a', max_drift: 7 } },
    ]) {
      expect(readRules(configuration)).toEqual(anything)
    }
  })

  it('[RT9] is short, whatever a node has done, and does not lose what is grave', () => {
    const decisions = Array.from({ length: 5000 }, (_, at) => ({ decision: `d${at}`, policyBundleId: null, times: 1 }))
    const { verdict, findings } = reconcile({ ...quiet, decisions, forks: [{ log, at: 2 }] }, strict)
    expect(verdict).toBe('QUARANTINED')
    expect(findings).toHaveLength(25)
    expect([findings[0]?.code, findings[1]?.code, findings.at(-1)?.code]).toEqual([
      'SEGMENT_FORKED',
      'DECISION_NOT_ALLOWED',
      'MORE_FINDINGS',
    ])
    expect(findings.at(-1)?.sentence).toBe('4978 more findings are not listed.')
  })

  it('[RT9] cuts what a node says to a length that a reason may have', () => {
    const judged = reconcile({ ...quiet, refusedDesired: [{ policyBundleId: 'P1', code: 'X', sentence: 'x'.repeat(9000) }] }, loose)
    expect(judged.findings[0]?.sentence.length).toBe(2000)
  })
})
