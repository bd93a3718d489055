/** What nodes say of installing, as a rollout takes it. */
import { describe, expect, it } from 'vitest'
import { type Install, wordsOfInstalls } from '../../../../core/fleet/rollout/installs.ts'
import { outcomeOf, type RolloutEvidence } from '../../../../core/fleet/rollout/outcome.ts'

const rejected = (code: string): Install['end'] => ({ kind: 'rejected', code, detail: 'It did not come up.' })
const install = (commandId: string, minute: number, end: Install['end'], version = '2.0.0'): Install => ({
  commandId,
  version,
  digest: version,
  issuedAtMs: minute * 60_000,
  end,
})
const target = { policyBundleId: 'P', targetVersion: '2.0.0' }
const evidence: RolloutEvidence = {
  phase: 'ACTIVE',
  mode: 'LIVE',
  hasStarted: true,
  adoptedPolicyBundleId: 'P',
  reportedVersion: '1.0.0',
  proof: null,
  refusal: null,
  failure: null,
}
const outcomeAfter = (...installs: Install[]) => outcomeOf({ ...evidence, ...wordsOfInstalls(installs, '2.0.0', 60_000) }, target).outcome

describe('installing the target version', () => {
  it('[RO10] has failed where the node rolled it back, and cannot converge where it cannot be installed', () => {
    expect(outcomeAfter()).toBe('pending')
    expect(outcomeAfter(install('a', 1, rejected('ROLLED_BACK')))).toBe('failed')
    expect(outcomeAfter(install('a', 1, rejected('UPDATE_FAILED')))).toBe('failed')
    expect(outcomeAfter(install('a', 1, rejected('INSTALL_NOT_POSSIBLE')))).toBe('cannot-converge')
    expect(outcomeAfter(install('a', 1, rejected('ARTIFACT_NOT_THERE')))).toBe('pending')
  })

  it('[RO10] goes by the newest word since the plan, of that version alone', () => {
    const failed = install('a', 2, rejected('ROLLED_BACK'))
    expect(outcomeAfter(failed, install('b', 3, { kind: 'applied', code: null, detail: 'up' }))).toBe('pending')
    expect(outcomeAfter(install('b', 3, null), failed)).toBe('failed')
    expect(outcomeAfter(install('a', 0, rejected('ROLLED_BACK')))).toBe('pending')
    expect(outcomeAfter(install('a', 2, rejected('ROLLED_BACK'), '1.9.0'))).toBe('pending')
  })

  it('[RO10] [RO2] is success by the proof of the node alone', () => {
    const proven = { ...evidence, proof: { policyBundleId: 'P', version: '2.0.0', isAfterRestart: true } }
    expect(outcomeOf({ ...proven, ...wordsOfInstalls([install('a', 2, rejected('ROLLED_BACK'))], '2.0.0', 0) }, target).outcome).toBe(
      'converged',
    )
  })
})
