/** A rollout as its decisions make it, and which acts on it are possible. Pure: the same decisions in the same order, the same rollout. */
import { assertNever } from '../../kernel/assert-never.ts'
import { accepted, refused, type Result } from '../../kernel/result.ts'
import type { RolloutEvent, RolloutEventData, WaveTerms } from './rollout-events.ts'
import { type RolloutPhase, transitRollout } from './rollout-machine.ts'

export type Wave = WaveTerms & {
  /** In the order in which they were enlisted; a node is in the first wave that enlisted it. */
  readonly nodeIds: readonly string[]
  /** Null until it was opened. */
  readonly openedAtMs: number | null
  readonly isGateOpen: boolean
}

export type Rollout = {
  readonly phase: RolloutPhase
  readonly name: string
  readonly domainId: string
  readonly policyBundleId: string
  readonly fallbackPolicyBundleId: string | null
  readonly maxDisrupted: number
  readonly waves: readonly Wave[]
  readonly plannedAtMs: number
  /** Once it was started, where it takes two people: who started it, and who agreed ([RO12]). */
  readonly agreement?: { readonly startedBy: string | null; readonly approvedBy: string | null }
  /** When it came to the phase it is in, and why. */
  readonly sinceMs: number
  readonly reason: string
}

/** Undefined before it was planned. A decision that the machine does not have from there, of a master that did not know better, changes nothing. */
export function evolveRollout(rollout: Rollout | undefined, event: RolloutEvent): Rollout | undefined {
  if (event.type === 'ibcf.rollout.planned.v1') return rollout ?? planned(event.data, event.atMs)
  if (rollout === undefined) return undefined
  const arrow = transitRollout(rollout.phase, event.type)
  if (!arrow.ok) return rollout
  switch (event.type) {
    case 'ibcf.rollout.enlisted.v1':
      return enlist(rollout, event.data)
    case 'ibcf.rollout.gate-opened.v1':
      return withWave(rollout, event.data.wave, (wave) => ({ ...wave, isGateOpen: true }))
    case 'ibcf.rollout.started.v1':
      return open(
        moved(withAgreement(rollout, event.data.needsApproval === true, event.actor ?? null), arrow.value.to, event),
        0,
        event.atMs,
      )
    case 'ibcf.rollout.approved.v1':
      return judgeApproval(rollout, event.actor ?? null).ok ? approved(rollout, event.actor ?? null) : rollout
    case 'ibcf.rollout.advanced.v1':
      // Said twice, by two masters or over two ways, it is still one step.
      return event.data.wave === openedWaves(rollout).length ? open(rollout, event.data.wave, event.atMs) : rollout
    case 'ibcf.rollout.paused.v1':
    case 'ibcf.rollout.resumed.v1':
    case 'ibcf.rollout.aborted.v1':
    case 'ibcf.rollout.completed.v1':
      return moved(rollout, arrow.value.to, event)
    default:
      return assertNever(event)
  }
}

/** Nothing of it begins before another person agreed. */
export function isAwaitingApproval({ agreement }: Rollout): boolean {
  return agreement !== undefined && agreement.approvedBy === null
}

/** Codes: APPROVAL_NOT_NEEDED, APPROVED_BY_ONESELF, APPROVED_ALREADY. */
export function judgeApproval({ agreement }: Rollout, operatorId: string | null): Result<undefined> {
  if (agreement === undefined) return refused('APPROVAL_NOT_NEEDED', 'It installs nothing, or was not started: nobody else has to agree.')
  if (agreement.approvedBy !== null) return refused('APPROVED_ALREADY', 'A second person has agreed already.')
  if (operatorId === null || agreement.startedBy === null || operatorId === agreement.startedBy)
    return refused('APPROVED_BY_ONESELF', 'Who started the rollout cannot be the second person; another operator has to agree.')
  return accepted(undefined)
}

/** The waves that were opened, from the first. */
export function openedWaves(rollout: Rollout): readonly Wave[] {
  return rollout.waves.filter(({ openedAtMs }) => openedAtMs !== null)
}

/**
 * Whether the plan may be made. Refuses `ROLLOUT_WITHOUT_NODES` (a wave without any), `ROLLOUT_NODE_TWICE`, `ROLLOUT_WAVE_UNKNOWN`.
 * `nodeIds`: wave by wave.
 */
export function decidePlan(plan: RolloutEventData<'ibcf.rollout.planned.v1'>, nodeIds: readonly (readonly string[])[]): Result<Rollout> {
  if (nodeIds.length !== plan.waves.length)
    return refused('ROLLOUT_WAVE_UNKNOWN', 'Each wave has its list of nodes, and each list its wave.', { waves: plan.waves.length })
  const empty = plan.waves.find((_wave, at) => nodeIds[at]?.length === 0)
  if (empty !== undefined) return refused('ROLLOUT_WITHOUT_NODES', `The wave ${empty.name} has no nodes.`)
  const all = nodeIds.flat()
  const twice = all.length - new Set(all).size
  if (twice > 0) return refused('ROLLOUT_NODE_TWICE', `${twice} of the nodes are listed more than once.`, { twice })
  return accepted(nodeIds.reduce((rollout, ids, wave) => enlist(rollout, { wave, nodeIds: [...ids] }), planned(plan, 0)))
}

/** Splits nodes into waves of these shares of all of them, the last one taking the rest; every wave gets at least one while there are any. */
export function splitIntoWaves(nodeIds: readonly string[], shares: readonly number[]): string[][] {
  const sorted = [...new Set(nodeIds)].toSorted()
  let taken = 0
  const waves = shares.map((share) => {
    const end = Math.min(sorted.length, taken + Math.max(1, Math.round(share * sorted.length)))
    const wave = sorted.slice(taken, end)
    taken = end
    return wave
  })
  return [...waves, sorted.slice(taken)].filter((wave) => wave.length > 0)
}

/** What is to be assigned instead after an abort, and to which nodes: those that were told at all. Undefined without a fallback. */
export function fallbackOf(rollout: Rollout): { readonly policyBundleId: string; readonly nodeIds: readonly string[] } | undefined {
  if (rollout.phase !== 'ABORTED' || rollout.fallbackPolicyBundleId === null) return undefined
  return { policyBundleId: rollout.fallbackPolicyBundleId, nodeIds: openedWaves(rollout).flatMap(({ nodeIds }) => nodeIds) }
}

function planned(data: RolloutEventData<'ibcf.rollout.planned.v1'>, atMs: number): Rollout {
  return {
    phase: 'PLANNED',
    name: data.name,
    domainId: data.domainId,
    policyBundleId: data.policyBundleId,
    fallbackPolicyBundleId: data.fallbackPolicyBundleId,
    maxDisrupted: data.maxDisrupted,
    waves: data.waves.map((terms) => ({ ...terms, nodeIds: [], openedAtMs: null, isGateOpen: !terms.hasGate })),
    plannedAtMs: atMs,
    sinceMs: atMs,
    reason: '',
  }
}

function enlist(rollout: Rollout, { wave, nodeIds }: RolloutEventData<'ibcf.rollout.enlisted.v1'>): Rollout {
  const known = new Set(rollout.waves.flatMap((other) => other.nodeIds))
  const added = [...new Set(nodeIds)].filter((id) => !known.has(id))
  return withWave(rollout, wave, (one) => ({ ...one, nodeIds: [...one.nodeIds, ...added] }))
}

function open(rollout: Rollout, wave: number, atMs: number): Rollout {
  return withWave(rollout, wave, (one) => ({ ...one, openedAtMs: one.openedAtMs ?? atMs }))
}

function withAgreement(rollout: Rollout, isNeeded: boolean, startedBy: string | null): Rollout {
  return isNeeded ? { ...rollout, agreement: { startedBy, approvedBy: null } } : rollout
}

function approved(rollout: Rollout, approvedBy: string | null): Rollout {
  return { ...rollout, agreement: { startedBy: rollout.agreement?.startedBy ?? null, approvedBy } }
}

function moved(
  rollout: Rollout,
  phase: RolloutPhase,
  event: { readonly atMs: number; readonly data: { readonly reason: string } },
): Rollout {
  return { ...rollout, phase, sinceMs: event.atMs, reason: event.data.reason }
}

function withWave(rollout: Rollout, at: number, change: (wave: Wave) => Wave): Rollout {
  return { ...rollout, waves: rollout.waves.map((wave, index) => (index === at ? change(wave) : wave)) }
}
