/**
 * What a node makes of a command that it is handed: the checks in the order of what they protect, each with the event that records it
 * ([CM11]). Signature and chain of grants are verified before (authority/grant-chain.ts); of what fails that, not a word is believed.
 */
import { fence, type Fence } from '../authority/fence.ts'
import type { ConnectivityMode, Phase } from '../node/node-record.ts'
import { checkConstraints, type ConstraintFacts, type ConstraintFinding } from './constraints.ts'
import type { IssuedCommand } from './command-state.ts'
import { isExpired, type JudgedTime } from './expiry.ts'
import { admitKind, readCommand } from './kinds.ts'
import { judgeKey, type LedgerEntry } from './ledger.ts'

export type NodeFacts = {
  readonly nodeId: string
  readonly incarnation: string
  readonly phase: Phase
  readonly mode: ConnectivityMode | null
  readonly fence: Fence | undefined
  readonly time: JudgedTime
  /** What the ledger holds under the command's key, and how far that came. */
  readonly ledger: LedgerEntry | undefined
  readonly progress: 'received' | 'started' | 'ended' | null
  readonly isCancelled: boolean
  readonly isSuperseded: boolean
  readonly isOnline: boolean
  readonly batteryPct: number | null
  readonly runningVersion: string | null
}

export type NodeAnswer =
  /** Record `received` if it was not, then `started`, then do it. `fence` is to be remembered with it. */
  | { readonly act: 'start'; readonly data: Readonly<Record<string, unknown>>; readonly fence: Fence }
  /** Record `received` if it was not, and look again. */
  | { readonly act: 'wait'; readonly findings: readonly ConstraintFinding[]; readonly retryAtMs: number | null; readonly fence: Fence }
  /** Done, or under way: answer with what was recorded, and do nothing. */
  | { readonly act: 'answer-again'; readonly commandId: string }
  | { readonly act: 'reject'; readonly code: string; readonly sentence: string }
  | { readonly act: 'expire'; readonly judgedBy: JudgedTime['judgedBy'] }
  | { readonly act: 'withdraw'; readonly why: 'cancelled' | 'superseded' }

/**
 * `data` is the clear data, or what was opened of a sealed body; undefined when it could not be opened. Rejections: MISADDRESSED,
 * KEY_REUSED, EPOCH_STALE, EPOCH_CONTESTED, INCARNATION_OTHER, SEALED_TO_ANOTHER_KEY, COMMAND_KIND_UNKNOWN, COMMAND_DATA_MALFORMED,
 * NODE_NOT_IN_SERVICE, LIMITED_SET, WINDOW_MALFORMED and the findings of constraints.ts.
 */
export function judgeAtNode(command: IssuedCommand, data: Readonly<Record<string, unknown>> | undefined, node: NodeFacts): NodeAnswer {
  const { placement, epoch, masterId, bodyDigest, commandId, idempotencyKey } = command
  if (command.nodeId !== node.nodeId) return reject('MISADDRESSED', 'The command is meant for another node.')
  // The ledger first: what was done is answered for even when everything else about it has changed since.
  const key = judgeKey(node.ledger, { nodeId: node.nodeId, key: idempotencyKey, commandId, bodyDigest })
  if (!key.ok) return reject(key.refusal.code, key.refusal.sentence)
  if (key.value.kind === 'known' && (node.progress === 'started' || node.progress === 'ended')) {
    return { act: 'answer-again', commandId: key.value.entry.commandId }
  }
  const fenced = fence(node.fence, { placement, epoch, masterId })
  if (!fenced.ok) return reject(fenced.refusal.code, fenced.refusal.sentence)
  if (node.isCancelled) return { act: 'withdraw', why: 'cancelled' }
  if (node.isSuperseded) return { act: 'withdraw', why: 'superseded' }
  if (isExpired(command.expiresAt, node.time)) return { act: 'expire', judgedBy: node.time.judgedBy }
  if (command.semantics === 'AT_MOST_ONCE' && command.incarnation !== node.incarnation) {
    return reject('INCARNATION_OTHER', 'It was meant for this node as it was before it was made anew, to be run at most once.')
  }
  if (data === undefined)
    return reject('SEALED_TO_ANOTHER_KEY', 'It is sealed to a key that this node does not have; it has to be issued again.')
  const read = readCommand(command.kind, data)
  if (!read.ok) return reject(read.refusal.code, read.refusal.sentence)
  const admitted = admitKind(read.value.kind, node)
  if (!admitted.ok) return reject(admitted.refusal.code, admitted.refusal.sentence)
  const checked = checkConstraints('node', command.constraints, factsOf(command, node))
  if (!checked.ok) return reject(checked.refusal.code, checked.refusal.sentence)
  const { verdict, findings, retryAtMs } = checked.value
  if (verdict === 'go') return { act: 'start', data: read.value.data, fence: fenced.value }
  if (verdict === 'wait') return { act: 'wait', findings, retryAtMs, fence: fenced.value }
  const reason = findings.find((finding) => finding.verdict === 'never')
  return reject(reason?.code ?? 'CONSTRAINT_NOT_MET', reason?.sentence ?? 'What it asks for does not hold.')
}

function factsOf({ placement, epoch, expiresAt }: IssuedCommand, node: NodeFacts): ConstraintFacts {
  return {
    nowMs: node.time.nowMs,
    expiresAtMs: expiresAt === null ? null : Date.parse(expiresAt),
    isOnline: node.isOnline,
    path: null,
    batteryPct: node.batteryPct,
    runningVersion: node.runningVersion,
    authority: { placement, epoch },
    knownAuthority: node.fence ?? { placement, epoch },
  }
}

function reject(code: string, sentence: string): NodeAnswer {
  return { act: 'reject', code, sentence }
}
