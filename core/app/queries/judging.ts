/** What the verdict of a return rests on, read off the projections: for the master that gives it and for whoever asks beforehand. */
import { inheritReconciliation, type ReconciliationPolicy } from '../../fleet/reconciliation/policy.ts'
import type { JudgingPort } from '../../ingest/returns/gather.ts'
import type { IssuedHere } from '../../ingest/returns/judged.ts'
import { AppError } from '../../kernel/app-error.ts'
import type { DomainId, NodeId } from '../../kernel/ids.ts'
import { fromBase64 } from '../../kernel/hex.ts'
import type { NodeStanding } from '../../ingest/master-port.ts'
import { wordOf } from '../../projections/commands.ts'
import { desiredFor } from '../desired-for.ts'
import type { ReadModel } from '../read-model.ts'
import { epochFor } from './authority-view.ts'
import { driftOfNode } from './drift-of-node.ts'
import { lineageOf } from './lineage.ts'

export function judgingPort(model: ReadModel): JudgingPort {
  return {
    masterId: model.masterId,
    reader: model.reader,
    standing: (node) => standingOf(model, node),
    desiredFor: (node) => desiredFor(model, node),
    driftOf: (node) => knownDrift(model, node),
    reconciliationOf: (domain) => reconciliationOf(model, domain).policy,
    issuedTo: (node, commandId) => issuedTo(model, node, commandId),
  }
}

export function standingOf(model: ReadModel, node: NodeId): NodeStanding | undefined {
  const state = model.lifecycle(node)
  if (state === undefined) return undefined
  const domainId = state.domainId as DomainId
  return {
    nodeId: node,
    name: state.name,
    kind: state.kind,
    domainId,
    phase: state.phase,
    mode: model.connectivity(node)?.mode ?? null,
    keyId: state.keyId,
    publicKey: fromBase64(state.publicKey),
    isKeyRevoked: state.isKeyRevoked,
    contactEverySeconds: state.contactEverySeconds,
    contactSchedule: state.contactSchedule,
    autonomyBudgetSeconds: state.autonomyBudgetSeconds,
    placement: model.placement(node),
    epoch: epochFor(model, domainId, node),
  }
}

/** Its last snapshot held against what is desired; undefined while there is nothing to compare. */
export function knownDrift(model: ReadModel, node: NodeId): ReturnType<JudgingPort['driftOf']> {
  const drift = driftOfNode(model, node)
  if (drift === undefined || drift.score === null || drift.outOfSpec === null) return undefined
  return { score: drift.score, outOfSpec: drift.outOfSpec }
}

/** How strictly a domain reconciles, and which domain says so; null: nobody does ([RT11]). */
export function reconciliationOf(
  model: Pick<ReadModel, 'domain' | 'reconciliation'>,
  domainId: string,
): { readonly policy: ReconciliationPolicy; readonly setBy: string | null } {
  return inheritReconciliation(
    lineageOf(model, domainId).map(({ id }) => ({ domainId: id, policy: model.reconciliation(id)?.policy ?? null })),
  )
}

/** Throws NotFound `DOMAIN_UNKNOWN`. */
export function readReconciliation(model: ReadModel, domainId: string) {
  if (model.domain(domainId) === undefined) throw new AppError('NotFound', 'DOMAIN_UNKNOWN', 'No such domain is known here.', { domainId })
  return { ...reconciliationOf(model, domainId), own: model.reconciliation(domainId)?.policy ?? null }
}

/** A command that this node was given by a master whose log is held. */
function issuedTo(model: ReadModel, node: NodeId, commandId: string): IssuedHere | undefined {
  const decisions = model.command(commandId)
  if (decisions?.issued?.nodeId !== (node as string)) return undefined
  return { kind: decisions.issued.kind, word: wordOf(decisions), isSettled: decisions.settled !== null }
}
