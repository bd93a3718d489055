/** Two people for what can do harm: the one who issued it and another, who agreed to the very same body ([CM5]). */
import { accepted, refused, type Result } from '../../kernel/result.ts'
import type { CommandDecisions, IssuedCommand } from './command-state.ts'

/** Kinds that always ask for a second person, and what the domain asked it for when the command was issued ([CM24]). */
export function needsTwo(
  { kind, needsApproval }: Pick<IssuedCommand, 'kind' | 'needsApproval'>,
  twoOperatorKinds: readonly string[],
): boolean {
  return needsApproval === true || twoOperatorKinds.includes(kind)
}

/** Everybody agreed who has to. */
export function isApproved({ issued, approvals }: CommandDecisions, twoOperatorKinds: readonly string[]): boolean {
  if (issued === null) return false
  if (!needsTwo(issued, twoOperatorKinds)) return true
  return (
    issued.actor !== null && approvals.some((approval) => approval.bodyDigest === issued.bodyDigest && approval.operatorId !== issued.actor)
  )
}

/** Codes: COMMAND_UNKNOWN, APPROVAL_NOT_NEEDED, APPROVED_BY_ONESELF, APPROVED_ANOTHER_BODY, APPROVED_ALREADY. */
export function judgeApproval(
  state: CommandDecisions,
  twoOperatorKinds: readonly string[],
  approval: { readonly operatorId: string; readonly bodyDigest: string },
): Result<typeof approval> {
  const { issued } = state
  if (issued === null) return refused('COMMAND_UNKNOWN', 'No such command is known here.')
  if (!needsTwo(issued, twoOperatorKinds))
    return refused('APPROVAL_NOT_NEEDED', 'This kind of command needs nobody else.', { kind: issued.kind })
  if (issued.actor === approval.operatorId) {
    return refused('APPROVED_BY_ONESELF', 'Who issued the command cannot be the second person; another operator has to agree.')
  }
  if (issued.bodyDigest !== approval.bodyDigest) {
    return refused('APPROVED_ANOTHER_BODY', 'What was agreed to is not what the command says; look at it again.')
  }
  if (isApproved(state, twoOperatorKinds)) return refused('APPROVED_ALREADY', 'A second person has agreed already.')
  return accepted(approval)
}
