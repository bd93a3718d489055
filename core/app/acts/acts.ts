/** Every act a person can do, by the name of its procedure: one table for whoever asks, in this thread or from another. */
import type { OperatorId } from '../../kernel/ids.ts'
import type { Master } from '../master.ts'
import type { Act } from './act.ts'
import { publishArtifact, putArtifactPiece } from './artifacts.ts'
import { acknowledgeItem, assignItem, resolveItem, snoozeItem, weighAttention } from './attention.ts'
import {
  breakGlass,
  claimAuthority,
  delegateAuthority,
  grantAuthority,
  reclaimAuthority,
  releaseAuthority,
  resolveAuthority,
  reviewAuthority,
} from './authority.ts'
import { countersignDraft, discardDraft, draftAuthority, finishDraft, signDraft } from './authority-drafts.ts'
import { approveCommand, cancelCommand, issueBatch, issueCommand, settleCommand } from './commands.ts'
import { configureDomain, createDomain, renameMaster } from './domains.ts'
import { approveEnrolment, refuseEnrolment } from './enrolments.ts'
import { exportEvidence, saveEvidence } from './evidence.ts'
import { resolveAnyFork } from './forks.ts'
import { refuseHardware, replaceHardware, resolveFork } from './hardware.ts'
import { activateNode, decommissionNode, quarantineNode, remediateNode, retireNode, revokeNodeKey, scheduleNode } from './nodes.ts'
import { moveNode } from './placing.ts'
import { markCarried, markLost, noteImported, notePacked, noteReceipts } from './courier.ts'
import { createOperator } from './operators.ts'
import { cancelRebuild, rebuildProjections, retryParked } from './projections.ts'
import { sealingOf, sealNow, setRetention } from './sealing.ts'
import { assignPolicy, publishPolicy, rollBackPolicy, withdrawPolicy } from './policies.ts'
import {
  abortRollout,
  advanceRollout,
  approveRollout,
  openGate,
  pauseRollout,
  planRollout,
  resumeRollout,
  rollBackRollout,
  startRollout,
} from './rollouts.ts'
import { setReconciliation } from './reconciliation.ts'
import { setReturnBudget } from './returns.ts'
import { registerRelay, rerouteRelay, retireRelay } from './relays.ts'
import {
  acceptPeer,
  ageIdentity,
  cardOf,
  manifestOf,
  receiptOf,
  signTails,
  takeContent,
  takeReceiptEnvelopes,
  takeSegments,
} from './sync.ts'
import { beginMaintenance, endMaintenance, writeNote } from './shift.ts'
import { grantWaiver, revokeWaiver } from './waivers.ts'

/**
 * Each is done when it returns and throws what refuses it. Input and output cross between threads: plain data, no functions. The
 * input has passed the schema of the contract.
 */
export const acts = {
  'master.rename': renameMaster,
  'operator.create': createOperator,
  'domain.create': createDomain,
  'domain.configure': configureDomain,
  'node.activate': activateNode,
  'node.quarantine': quarantineNode,
  'node.remediate': remediateNode,
  'node.decommission': decommissionNode,
  'node.retire': retireNode,
  'node.schedule': scheduleNode,
  'evidence.export': exportEvidence,
  'evidence.save': saveEvidence,
  'node.revokeKey': revokeNodeKey,
  'node.replaceHardware': replaceHardware,
  'node.refuseHardware': refuseHardware,
  'node.resolveFork': resolveFork,
  'fork.resolve': resolveAnyFork,
  'node.move': moveNode,
  'enrolment.approve': approveEnrolment,
  'enrolment.refuse': refuseEnrolment,
  'command.issue': issueCommand,
  'command.issueBatch': issueBatch,
  'command.approve': approveCommand,
  'command.cancel': cancelCommand,
  'command.settle': settleCommand,
  'artifact.put': putArtifactPiece,
  'artifact.publish': publishArtifact,
  'policy.publish': publishPolicy,
  'policy.assign': assignPolicy,
  'policy.rollBack': rollBackPolicy,
  'policy.withdraw': withdrawPolicy,
  'rollout.plan': planRollout,
  'rollout.start': startRollout,
  'rollout.approve': approveRollout,
  'rollout.pause': pauseRollout,
  'rollout.resume': resumeRollout,
  'rollout.openGate': openGate,
  'rollout.advance': advanceRollout,
  'rollout.abort': abortRollout,
  'rollout.rollBack': rollBackRollout,
  'attention.acknowledge': acknowledgeItem,
  'attention.snooze': snoozeItem,
  'attention.resolve': resolveItem,
  'attention.assign': assignItem,
  'attention.weigh': weighAttention,
  'maintenance.begin': beginMaintenance,
  'maintenance.end': endMaintenance,
  'note.write': writeNote,
  'reconciliation.set': setReconciliation,
  'session.setBudget': setReturnBudget,
  'relay.register': registerRelay,
  'relay.reroute': rerouteRelay,
  'relay.retire': retireRelay,
  'waiver.grant': grantWaiver,
  'waiver.revoke': revokeWaiver,
  'projection.rebuild': rebuildProjections,
  'projection.cancelRebuild': cancelRebuild,
  'projection.retryParked': retryParked,
  'store.setRetention': setRetention,
  'store.seal': sealNow,
  'courier.notePacked': notePacked,
  'courier.markCarried': markCarried,
  'courier.markLost': markLost,
  'courier.noteImported': noteImported,
  'courier.noteReceipts': noteReceipts,
  'store.sealing': sealingOf,
  'peer.accept': acceptPeer,
  'sync.takeIn': takeSegments,
  'sync.takeContent': takeContent,
  'sync.takeReceipts': takeReceiptEnvelopes,
  'sync.sign': signTails,
  'sync.card': cardOf,
  'sync.receipt': receiptOf,
  'sync.manifest': manifestOf,
  'sync.ageIdentity': ageIdentity,
  'authority.grant': grantAuthority,
  'authority.delegate': delegateAuthority,
  'authority.claim': claimAuthority,
  'authority.breakGlass': breakGlass,
  'authority.resolve': resolveAuthority,
  'authority.release': releaseAuthority,
  'authority.review': reviewAuthority,
  'authority.draft': draftAuthority,
  'authority.sign': signDraft,
  'authority.countersign': countersignDraft,
  'authority.finish': finishDraft,
  'authority.discard': discardDraft,
  'authority.reclaim': reclaimAuthority,
} as const

export type ActName = keyof typeof acts
export type ActInput<Name extends ActName> = Parameters<(typeof acts)[Name]>[1]
export type ActOutput<Name extends ActName> = ReturnType<(typeof acts)[Name]>

export function perform<Name extends ActName>(
  master: Master,
  name: Name,
  input: ActInput<Name>,
  actor: OperatorId | undefined,
): ActOutput<Name> {
  const act = acts[name] as (act: Act, input: ActInput<Name>) => ActOutput<Name>
  return act({ master, actor }, input)
}
