/** Desired against actual, line by line: what is desired and why, what was found, and what accounts for the difference. */
import type { z } from 'zod'
import type { desiredActual, differenceEntry } from '../../contract/nodes.ts'
import type { DriftEntry } from '../../fleet/drift/evaluate.ts'
import { eventRef } from '../../kernel/event.ts'
import type { ReadModel } from '../read-model.ts'
import { desiredPolicyOf } from './desired-policy.ts'
import { compareNode, driftOf, isEvidenceFresh } from './drift-of-node.ts'
import { excusesOf } from './excuses.ts'
import { actorName } from './names.ts'
import { type NodeView, readNodeView } from './node-view.ts'
import { signersOf } from './policy-signers.ts'
import { requireNode } from './require-node.ts'

type DesiredActual = z.infer<typeof desiredActual>

/** Without a policy there is nothing to compare, and no lines. Throws NotFound `NODE_UNKNOWN`. */
export function readDesiredActual(model: ReadModel, nodeId: string): DesiredActual {
  const { domainId, kind, tags } = requireNode(model, nodeId)
  const view = readNodeView(model, nodeId)
  const actual = model.actual(nodeId)
  const desired = desiredPolicyOf(model, { id: nodeId, kind, tags, domainId })
  const { score, outOfSpec } = view === undefined ? { score: null, outOfSpec: null } : driftOf(model, view, desired)
  const report = view === undefined || desired === undefined ? undefined : compareNode(model, view, desired)
  return {
    policyBundleId: desired?.policyBundleId ?? null,
    policyName: desired?.policy.name ?? null,
    policyVersion: desired?.policy.version ?? null,
    snapshotRef: actual?.snapshotId === null || actual === undefined ? null : eventRef(actual.snapshotId),
    snapshotAt: actual?.snapshotAt ?? null,
    entries: report?.entries.map(entryOf) ?? [],
    driftScore: score,
    outOfSpec,
    desiredBecause:
      desired === undefined
        ? null
        : {
            sentence: desired.because,
            domainId: desired.domainId,
            assignmentId: desired.assignmentId,
            assignedAt: desired.assignedAt,
            signedBy: signersOf(model, desired.policyBundleId, desired.policy),
            passedOver: desired.passedOver.map((other) => ({ ...other, policyName: model.policy(other.policyBundleId)?.name ?? null })),
          },
    terms: score === null ? [] : (report?.terms.map((term) => ({ ...term })) ?? []),
    patch: report?.patch.map((operation) => ({ ...operation })) ?? [],
    evidence: { ...evidenceOf(view), ageSeconds: ageOf(model, view) },
    waivers:
      excusesOf(model, nodeId, domainId, model.ports.clock.now())?.waivers.map(({ isRevoked: _over, grantedBy, ...waiver }) => ({
        ...waiver,
        grantedBy: actorName(model, grantedBy),
      })) ?? [],
  }
}

function entryOf({ path, standing, comparator, weight, desired, actual, sentence, because }: DriftEntry): z.infer<typeof differenceEntry> {
  return { path, desired, actual, verdict: verdictOf(standing, actual), comparator, standing, weight, sentence, because }
}

/** The plain comparison that a standing rests on. */
function verdictOf(standing: DriftEntry['standing'], actual: unknown): z.infer<typeof differenceEntry>['verdict'] {
  if (standing === 'unknown') return 'unknown'
  if (standing === 'unmanaged') return 'extra'
  if (standing === 'in-spec' || standing === 'ignored') return 'equal'
  return actual === undefined ? 'missing' : 'different'
}

function evidenceOf(view: NodeView | undefined): Pick<DesiredActual['evidence'], 'state' | 'sentence'> {
  if (view === undefined || view.snapshotAt === null)
    return { state: 'none', sentence: 'It has reported nothing that could be held against it.' }
  if (isEvidenceFresh(view)) return { state: 'fresh', sentence: 'It would have told of any change since its last snapshot.' }
  return { state: 'stale', sentence: 'It has been out of contact for longer than it can be on its own, and may be anything by now.' }
}

/** Since it was last heard: until then it would have told of a change. */
function ageOf({ ports }: ReadModel, view: NodeView | undefined): number | null {
  if (view === undefined || view.lastSeenMs === null) return null
  return Math.max(0, Math.round((ports.clock.now() - view.lastSeenMs) / 1000))
}
