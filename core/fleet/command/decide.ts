/** Acts on commands: what is asked for becomes an event, or a refusal that says why; nothing is written then ([CM13]). */
import type { DecisionData } from '../decisions.ts'
import { accepted, refused, type Result } from '../../kernel/result.ts'
import type { Effect } from '../authority/may-decide.ts'
import type { ConnectivityMode, Phase } from '../node/node-record.ts'
import { checkConstraints, type ConstraintFacts, type ConstraintFinding } from './constraints.ts'
import type { CommandDecisions } from './command-state.ts'
import type { CommandBody, CommandConstraints, Semantics } from './events.ts'
import { isExpired, type JudgedTime } from './expiry.ts'
import { admitKind, commandKinds, isCommandKind, readCommand } from './kinds.ts'
import { judgeKey, type LedgerEntry } from './ledger.ts'
import { type CommandStage, isBeforeStart, transitStage } from './stage-machine.ts'

export type IssueRequest = {
  readonly commandId: string
  readonly kind: string
  readonly data: unknown
  /** Absent: as the kind has it. */
  readonly semantics?: Semantics | undefined
  readonly constraints: CommandConstraints
  readonly expiresAt: string | null
  readonly idempotencyKey: string
  /** SHA-256 of the RFC 8785 form of `data`, made where the crypto port is. */
  readonly bodyDigest: string
  /** Sealed before, where the domain asks for that; then `data` is only checked here and does not travel. */
  readonly sealedBody?: Exclude<CommandBody, { sealed: null }> | undefined
  readonly batchId: string | null
  readonly reason: string
}

export type IssueFacts = {
  readonly nodeId: string
  readonly phase: Phase
  readonly mode: ConnectivityMode | null
  /** The node's life, as far as this master knows. */
  readonly incarnation: string | null
  /** authority/may-decide.ts, for the node's domain now. */
  readonly effect: Effect
  readonly ledger: LedgerEntry | undefined
  /** Kinds that the domain asks two people for, besides those that always do. */
  readonly twoOperatorKinds: readonly string[]
  readonly constraintFacts: Omit<ConstraintFacts, 'expiresAtMs' | 'path'>
}

export type Issued =
  | {
      readonly kind: 'new'
      readonly data: DecisionData<'ibcf.command.issued.v1'>
      /** For the envelope. */
      readonly envelope: {
        readonly subject: string
        readonly placement: number
        readonly epoch: number
        readonly idempotencykey: string
        readonly expirytime: string | null
      }
      readonly waitsFor: readonly ConstraintFinding[]
    }
  /** The key was used for the very same thing: nothing is written, and this is the command. */
  | { readonly kind: 'known'; readonly commandId: string }

/**
 * Codes: those of may-decide.ts, COMMAND_KIND_UNKNOWN, COMMAND_DATA_MALFORMED, NODE_NOT_IN_SERVICE, LIMITED_SET, KEY_REUSED,
 * INCARNATION_UNKNOWN, EXPIRY_PAST, WINDOW_MALFORMED and those of constraints.ts that cannot become true.
 */
export function decideIssue(request: IssueRequest, facts: IssueFacts): Result<Issued> {
  const { commandId, constraints, expiresAt, idempotencyKey, bodyDigest, batchId, reason } = request
  const key = judgeKey(facts.ledger, { nodeId: facts.nodeId, key: idempotencyKey, commandId, bodyDigest })
  if (!key.ok) return key
  if (key.value.kind === 'known') return accepted({ kind: 'known', commandId: key.value.entry.commandId })
  if (facts.effect.effect !== 'yes') return refused(facts.effect.code, facts.effect.sentence, { wouldAllow: facts.effect.wouldAllow })
  const read = readCommand(request.kind, request.data)
  if (!read.ok) return read
  const { kind, data } = read.value
  const admitted = admitKind(kind, facts)
  if (!admitted.ok) return admitted
  const semantics = request.semantics ?? kind.semantics
  if (semantics === 'AT_MOST_ONCE' && facts.incarnation === null) {
    return refused('INCARNATION_UNKNOWN', 'What is run at most once names the life of the node it is for; this node was never heard of.')
  }
  const { constraintFacts } = facts
  if (isExpired(expiresAt, constraintFacts)) return refused('EXPIRY_PAST', 'The command would have expired before it was issued.')
  const expiresAtMs = expiresAt === null ? null : Date.parse(expiresAt)
  const checked = checkConstraints('issue', constraints, { ...constraintFacts, expiresAtMs, path: null })
  if (!checked.ok) return checked
  const hopeless = checked.value.findings.find(({ verdict }) => verdict === 'never')
  if (hopeless !== undefined) return refused(hopeless.code, hopeless.sentence, { constraint: hopeless.constraint })
  return accepted({
    kind: 'new',
    data: {
      kind: kind.name,
      nodeId: facts.nodeId,
      semantics,
      incarnation: semantics === 'AT_MOST_ONCE' ? facts.incarnation : null,
      constraints,
      body: request.sealedBody ?? { sealed: null, data },
      bodyDigest,
      batchId,
      ...(facts.twoOperatorKinds.includes(kind.name) ? { needsApproval: true } : {}),
      reason,
    },
    envelope: { subject: commandId, ...constraintFacts.authority, idempotencykey: idempotencyKey, expirytime: expiresAt },
    waitsFor: checked.value.findings,
  })
}

/**
 * Taking a command back. Restricting, so it counts while the domain is contested. One that is sent may run all the same; that shows as
 * started. Codes: COMMAND_UNKNOWN, COMMAND_STAGE_REFUSED.
 */
export function decideCancel(stage: CommandStage | null, reason: string): Result<DecisionData<'ibcf.command.cancelled.v1'>> {
  if (stage === null) return refused('COMMAND_UNKNOWN', 'No such command is known here.')
  const moved = transitStage(stage, 'cancellation')
  return moved.ok ? accepted({ reason }) : moved
}

/** A master that saw its time pass says so, once. Codes: COMMAND_UNKNOWN, COMMAND_STAGE_REFUSED, NOT_EXPIRED. */
export function decideLapse(
  { issued }: CommandDecisions,
  stage: CommandStage | null,
  time: JudgedTime,
): Result<DecisionData<'ibcf.command.lapsed.v1'>> {
  if (issued === null || stage === null) return refused('COMMAND_UNKNOWN', 'No such command is known here.')
  const moved = transitStage(stage, 'expiry')
  if (!moved.ok) return moved
  if (!isExpired(issued.expiresAt, time)) return refused('NOT_EXPIRED', 'The time for the command is not over.')
  return accepted({ judgedBy: time.judgedBy })
}

/** A person says what came of it. Codes: COMMAND_UNKNOWN, COMMAND_STAGE_REFUSED, FINDINGS_MISSING. */
export function decideSettle(
  stage: CommandStage | null,
  outcome: 'applied' | 'rejected',
  findings: string,
): Result<DecisionData<'ibcf.command.settled.v1'>> {
  if (stage === null) return refused('COMMAND_UNKNOWN', 'No such command is known here.')
  const moved = transitStage(stage, outcome === 'applied' ? 'finding-applied' : 'finding-rejected')
  if (!moved.ok) return moved
  if (findings.trim() === '') return refused('FINDINGS_MISSING', 'Who settles an unknown outcome says what they found.')
  return accepted({ outcome, findings })
}

/**
 * Whether the command is handed over now, by that path. Codes: COMMAND_STAGE_REFUSED (not approved, taken back, under way), LIMITED_SET,
 * NODE_NOT_IN_SERVICE, COMMAND_KIND_UNKNOWN, WINDOW_MALFORMED and the findings of constraints.ts.
 */
export function decideDelivery(
  { issued }: CommandDecisions,
  stage: CommandStage | null,
  facts: Pick<IssueFacts, 'phase' | 'mode'> & { readonly constraintFacts: Omit<ConstraintFacts, 'expiresAtMs'> },
): Result<'hand-over' | { readonly waitsFor: readonly ConstraintFinding[]; readonly retryAtMs: number | null }> {
  if (issued === null || stage === null) return refused('COMMAND_UNKNOWN', 'No such command is known here.')
  // Handing over what is on its way already is harmless: the node knows it by its key.
  if (!isBeforeStart(stage) || stage === 'issued') {
    const moved = transitStage(stage, 'delivery')
    if (!moved.ok) return moved
  }
  // The kind is clear even where the body is sealed.
  if (!isCommandKind(issued.kind))
    return refused('COMMAND_KIND_UNKNOWN', 'This version does not know what the command means.', { kind: issued.kind })
  const admitted = admitKind(commandKinds[issued.kind], facts)
  if (!admitted.ok) return admitted
  const expiresAtMs = issued.expiresAt === null ? null : Date.parse(issued.expiresAt)
  const checked = checkConstraints('delivery', issued.constraints, { ...facts.constraintFacts, expiresAtMs })
  if (!checked.ok) return checked
  const { verdict, findings, retryAtMs } = checked.value
  if (verdict === 'go') return accepted('hand-over')
  if (verdict === 'wait') return accepted({ waitsFor: findings, retryAtMs })
  const reason = findings.find((finding) => finding.verdict === 'never')
  return refused(reason?.code ?? 'CONSTRAINT_NOT_MET', reason?.sentence ?? 'What it asks for does not hold.')
}
