/** Who a batch would hit, before anything is issued ([CM12]): the same rows for the preview and for the act. */
import type { z } from 'zod'
import type { commandPreview, previewCommandRequest } from '../../contract/commands.ts'
import { previewBatch } from '../../fleet/command/batch.ts'
import type { ConstraintFinding } from '../../fleet/command/constraints.ts'
import { defaultTwoOperatorKinds, readCommand } from '../../fleet/command/kinds.ts'
import type { CommandConstraints } from '../../fleet/command/events.ts'
import { isExpired } from '../../fleet/command/expiry.ts'
import { AppError } from '../../kernel/app-error.ts'
import { subtreeOf } from '../queries/domain-tree.ts'
import type { ReadModel } from '../read-model.ts'
import { digestOf } from '../../fleet/command/body-digest.ts'
import { batchRows, twoOperatorKindsIn } from './facts.ts'

export type CommandPreview = z.infer<typeof commandPreview>

/** Nodes of one batch: one commit holds them all, and one person answers for them. */
export const mostHit = 2000

/**
 * Throws Rejected with the codes of `readCommand`, `EXPIRY_PAST`, `BATCH_TOO_LARGE` (narrow the selector), NotFound `DOMAIN_UNKNOWN`.
 */
export function previewOf(
  model: ReadModel,
  { selector, kind, data, constraints, expiresAt }: z.infer<typeof previewCommandRequest>,
): CommandPreview {
  const read = readCommand(kind, data)
  if (!read.ok) throw new AppError('Rejected', read.refusal.code, read.refusal.sentence, read.refusal.facts)
  const nowMs = model.ports.clock.now()
  if (isExpired(expiresAt, { nowMs }))
    throw new AppError('Rejected', 'EXPIRY_PAST', 'The commands would have expired before they were issued.', { expiresAt })
  const rows = batchRows(model, selector.domainId === undefined ? undefined : subtreeOf(model, selector.domainId))
  const command = {
    kind: read.value.kind,
    constraints: withDefaults(constraints),
    expiresAtMs: expiresAt === null ? null : Date.parse(expiresAt),
  }
  const { hit, leftOut, leftOutByCode } = previewBatch(rows, selector, command, nowMs)
  if (hit.length > mostHit)
    throw new AppError('Rejected', 'BATCH_TOO_LARGE', `${hit.length} nodes would be hit; at most ${mostHit} at once.`, {
      hit: hit.length,
      mostHit,
    })
  const named = { nodes: hit.map(({ nodeId }) => nodeId).toSorted(), kind, data, constraints: command.constraints, expiresAt }
  return {
    hit: hit.map(({ nodeId, name, waitsFor }) => ({ nodeId, name, waitsFor: waitsFor.map(findingView) })),
    leftOut: [...leftOut],
    leftOutByCode: { ...leftOutByCode },
    needsApproval:
      defaultTwoOperatorKinds.some((name) => name === kind) ||
      hit.some(({ nodeId }) => twoOperatorKindsIn(model, model.lifecycle(nodeId)?.domainId ?? '').includes(kind)),
    previewDigest: digestOf(model.ports.crypto, named),
  }
}

export function findingView({ constraint, code, sentence, atMs }: ConstraintFinding): CommandPreview['hit'][number]['waitsFor'][number] {
  return { constraint, code, sentence, at: atMs === null ? null : new Date(atMs).toISOString() }
}

/** What is not said asks nothing. */
export function withDefaults(
  constraints: Partial<{ [Name in keyof CommandConstraints]: CommandConstraints[Name] | undefined }> = {},
): CommandConstraints {
  const { maintenance_window = '', requires_online = false, min_battery_pct = 0, target_version = null, max_evidence_age_s } = constraints
  const age = max_evidence_age_s === undefined ? {} : { max_evidence_age_s }
  return { maintenance_window, requires_online, min_battery_pct, target_version, ...age }
}
