/**
 * What a node proves of the policy it took on: what it measured of itself, and whether that was after it had been started again. It is
 * the only thing that a rollout counts as success ([RO2]), so nothing is claimed that was not looked at ([AG18]).
 */
import type { DesiredDocument } from '../contract/gateway/desired.ts'
import { isEqualJson } from '../fleet/drift/comparators.ts'
import type { Journal } from './journal.ts'
import { configurationOf } from './local-changes.ts'
import type { Memory } from './memory.ts'
import type { Workload } from './workload.ts'

export type Proving = {
  /** After a start of the agent or of what it runs, and after a policy was taken on. */
  readonly prove: (isAfterRestart: boolean) => void
  /** A version that is another one than the last that was proven was started since. */
  readonly look: () => void
}

export type ProvingParts = { readonly journal: Journal; readonly memory: Memory; readonly workload: Workload }

export function createProving({ journal, memory, workload }: ProvingParts): Proving {
  const prove = (isAfterRestart: boolean): void => {
    const desired = memory.get('desired')
    if (desired === undefined) return
    const version = workload.version()
    const name = `${desired.policyBundleId} ${version} ${isAfterRestart}`
    const before = memory.get('proven')
    // What was proven after a start is not taken back by a look before the next one.
    if (before === name || before === `${desired.policyBundleId} ${version} true`) return
    const found = findConfiguration(desired, memory, workload)
    if (found.isAsDesired) {
      const { policyBundleId } = desired
      const data = { policyBundleId, version, isAfterRestart, found: `version ${version}, ${found.sentence}` }
      journal.record([{ type: 'ibcf.desired.proven.v1', data }], (writer) => memory.put(writer, 'proven', name))
      return
    }
    const refusal = `${name} ${found.sentence}`
    if (memory.get('unproven') === refusal) return
    // No refusal of the policy: it was taken on, and something else was at work since.
    const data = { name: 'desired-not-kept', severity: 'warning', detail: found.sentence } as const
    journal.record([{ type: 'ibcf.alarm.raised.v1', data }], (writer) => memory.put(writer, 'unproven', refusal))
  }
  return {
    prove,
    look: () => {
      const desired = memory.get('desired')
      const version = memory.get('proven')?.split(' ').at(1)
      if (desired !== undefined && version !== undefined && version !== workload.version()) prove(true)
    },
  }
}

/** What the workload says its configuration is, held against what it was given. */
function findConfiguration(
  desired: DesiredDocument,
  memory: Memory,
  workload: Workload,
): { readonly isAsDesired: boolean; readonly sentence: string } {
  const found = workload.parts().configuration
  if (found === undefined) return { isAsDesired: false, sentence: 'What it runs does not tell its configuration.' }
  const given = configurationOf(desired, memory.get('decisions') ?? [])
  return isEqualJson(found, given)
    ? { isAsDesired: true, sentence: 'its configuration is the one it was given' }
    : { isAsDesired: false, sentence: 'Its configuration is not the one it was given.' }
}
