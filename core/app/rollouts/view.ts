/** How a rollout stands: what was decided, with how far each of its nodes came by its own word ([RO2], [RO3]). */
import { type NodeOutcome, outcomeOf, type RolloutEvidence, type RolloutTarget } from '../../fleet/rollout/outcome.ts'
import { hasInstalled, type Install, installFailures, wordsOfInstalls } from '../../fleet/rollout/installs.ts'
import type { Rollout } from '../../fleet/rollout/rollout.ts'
import type { RolloutView } from '../../fleet/rollout/verdict.ts'
import { type PolicyWords, refusalIn } from '../../projections/proofs.ts'
import { desiredPolicies } from '../queries/desired-policy.ts'
import { reportedVersion } from '../queries/drift-of-node.ts'
import { heardAtOf } from '../commands/facts.ts'
import { type NodeView, readNodeViewsOf } from '../queries/node-view.ts'
import type { ReadModel } from '../read-model.ts'

/** Refusals that waiting does not end. */
const finalRefusals = new Set(['POLICY_SIGNED_OTHERWISE', 'POLICY_SIGNATURE_INVALID', 'LOCAL_POLICY_MALFORMED', 'KIND_UNKNOWN'])

export type RolloutStanding = RolloutView & {
  readonly target: RolloutTarget
  readonly views: ReadonlyMap<string, NodeView>
  /** Nodes that something else was assigned to since: what the rollout would bring them was overtaken. */
  readonly overtaken: ReadonlySet<string>
  /** Nodes that were told, by an assignment that names them. */
  readonly told: ReadonlySet<string>
}

export function standingOf(model: ReadModel, rollout: Rollout): RolloutStanding {
  const { policyBundleId } = rollout
  const policy = model.policy(policyBundleId)
  const target = { policyBundleId, targetVersion: policy?.targetVersion ?? '' }
  const views = new Map<string, NodeView>(
    readNodeViewsOf(
      model,
      rollout.waves.flatMap(({ nodeIds }) => nodeIds),
    ).map((view) => [view.id, view]),
  )
  const told = toldNodes(model, new Set([...views.values()].map(({ domainId }) => domainId)), policyBundleId)
  const ruleIn = desiredPolicies(model)
  const limits = rollout.waves.some(({ evidenceSecondsAtMost }) => evidenceSecondsAtMost !== undefined)
  const outcomes = new Map<string, NodeOutcome>()
  const overtaken = new Set<string>()
  for (const [nodeId, view] of views) {
    const words = model.proofs(nodeId)?.[policyBundleId]
    const outcome = outcomeOf(evidenceOf(model, view, target, words, told.has(nodeId), rollout.plannedAtMs), target)
    outcomes.set(nodeId, limits ? { ...outcome, heardAtMs: heardAtOf(model, nodeId) } : outcome)
    const desired = ruleIn(view.domainId).of(view)
    if (desired !== undefined && desired.policyBundleId !== policyBundleId && Date.parse(desired.assignedAt) > rollout.plannedAtMs)
      overtaken.add(nodeId)
  }
  return { rollout, outcomes, nowMs: model.ports.clock.now(), target, views, overtaken, told }
}

function evidenceOf(
  model: ReadModel,
  view: NodeView,
  { policyBundleId, targetVersion }: RolloutTarget,
  words: PolicyWords | undefined,
  wasTold: boolean,
  plannedAtMs: number,
): RolloutEvidence {
  const installs = installsOf(model, view.id)
  const installed = wordsOfInstalls(installs, targetVersion, plannedAtMs)
  const refusal = words === undefined ? null : refusalIn(words)
  const hasFailed = refusal !== null && installFailures.has(refusal.code)
  return {
    phase: view.phase,
    mode: view.mode,
    hasStarted: wasTold || (words !== undefined && (words.adoptedKey !== '' || words.proven !== null || refusal !== null)),
    adoptedPolicyBundleId: model.actual(view.id)?.adopted?.policyBundleId ?? null,
    reportedVersion: reportedVersion(model, view) ?? null,
    proof: proofOf(model, policyBundleId, words, installs, plannedAtMs),
    refusal: refusal === null || hasFailed ? installed.refusal : { ...refusal, isFinal: finalRefusals.has(refusal.code) },
    failure: hasFailed ? refusal.sentence : installed.failure,
  }
}

/** Where the bundle names software, what the node found after it started that, and nothing less ([RO12]). */
function proofOf(
  model: ReadModel,
  policyBundleId: string,
  words: PolicyWords | undefined,
  installs: readonly Install[],
  plannedAtMs: number,
): RolloutEvidence['proof'] {
  const software = model.policy(policyBundleId)?.software
  if (software !== undefined) {
    const isThere = (words?.adoptedKey ?? '') !== '' && hasInstalled(installs, software, plannedAtMs)
    return isThere ? { policyBundleId, version: software.version, isAfterRestart: true } : null
  }
  return words?.proven == null ? null : { policyBundleId, version: words.proven.version, isAfterRestart: words.proven.isAfterRestart }
}

function installsOf(model: ReadModel, nodeId: string): readonly Install[] {
  return Object.entries(model.commandReports(nodeId) ?? {}).flatMap(([commandId, { end }]) => {
    const issued = model.command(commandId)?.issued ?? null
    if (issued === null || issued.kind !== 'install-artifact' || issued.nodeId !== nodeId || issued.body.sealed !== null) return []
    return [
      {
        commandId,
        version: String(issued.body.data['version']),
        digest: String(issued.body.data['digest']),
        issuedAtMs: Date.parse(issued.issuedAt),
        end,
      },
    ]
  })
}

function toldNodes(model: ReadModel, domainIds: ReadonlySet<string>, policyBundleId: string): ReadonlySet<string> {
  const assignments = [...domainIds].flatMap((id) => model.assignments(id)?.assignments ?? [])
  return new Set(
    assignments.filter((assignment) => assignment.policyBundleId === policyBundleId).flatMap(({ selector }) => selector.nodeIds ?? []),
  )
}
