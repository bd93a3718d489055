/** The verdict, row by row. */
import { describe, expect, it } from 'vitest'
import { readRules, reconcile, type JudgedAgainst, type TimeAway } from '../../../core/ingest/returns/reconcile.ts'

const quiet: TimeAway = {
  phase: 'ACTIVE',
  isKeyRevoked: false,
  clockOffsetMs: 0,
  unreadableEvents: 0,
  decisions: [],
  adopted: [],
  refusedDesired: [],
  criticalAlarms: 0,
  refusedParts: [],
  forks: [],
  withheld: [],
  behind: [],
}
const log = '01N/01I/fact/-'
const free: JudgedAgainst = { masterId: 'M1', placement: 2, epoch: 5, desired: undefined, drift: undefined }
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
  { what: 'it raised alarms', away: { criticalAlarms: 1 }, verdict: 'CLEAN', found: ['notice ALARMS_WHILE_AWAY'] },
]

describe('the verdict', () => {
  it.each(rows)('[RT9] when $what', ({ away, against, verdict, found }) => {
    const judged = reconcile({ ...quiet, ...away }, against ?? free)
    expect(judged.verdict).toBe(verdict)
    expect(judged.findings.map(({ kind, code }) => `${kind} ${code}`)).toEqual(found)
    for (const { sentence, wayOut } of judged.findings) {
      expect(sentence).toMatch(/[.)]$/)
      expect(wayOut).toMatch(/\.$/)
    }
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
