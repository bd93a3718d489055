/** Desired against actual, line by line. */
import type { z } from 'zod'
import type { desiredActual } from '../../contract/nodes.ts'
import { eventRef } from '../../kernel/event.ts'
import type { ReadModel } from '../read-model.ts'
import { desiredPolicyOf } from './desired-policy.ts'
import { compareNode, driftOf } from './drift-of-node.ts'
import { readNodeView } from './node-view.ts'
import { requireNode } from './require-node.ts'

/** Without a policy there is nothing to compare, and no lines. Throws NotFound `NODE_UNKNOWN`. */
export function readDesiredActual(model: ReadModel, nodeId: string): z.infer<typeof desiredActual> {
  const { domainId } = requireNode(model, nodeId)
  const view = readNodeView(model, nodeId)
  const actual = model.actual(nodeId)
  const desired = desiredPolicyOf(model, domainId)
  const { score, outOfSpec } = view === undefined ? { score: null, outOfSpec: null } : driftOf(model, view, desired)
  return {
    policyBundleId: desired?.policyBundleId ?? null,
    policyName: desired?.policy.name ?? null,
    policyVersion: desired?.policy.version ?? null,
    snapshotRef: actual?.snapshotId === null || actual === undefined ? null : eventRef(actual.snapshotId),
    snapshotAt: actual?.snapshotAt ?? null,
    entries: view === undefined || desired === undefined ? [] : [...compareNode(model, view, desired).entries],
    driftScore: score,
    outOfSpec,
  }
}
