/**
 * Commands of another master, handed over by the one that the node obeys ([CM27]): they came there on a stick. They count as that other
 * master's and never as the word of whoever hands them over: a chain of grants has to lead to it, and its key has to have signed each.
 */
import type { CommandOnWire } from '../../contract/gateway/commands.ts'
import type { Envelope } from '../../fleet/authority/events.ts'
import { isCommandSignedBy } from '../../fleet/command/command-statement.ts'
import { createCheckSignature } from '../../trust/check-signature.ts'
import { type AuthorityParts, type Holding, judgeHolder } from '../authority.ts'
import type { Fact } from '../journal.ts'

type Doubt = { readonly commandId: string; readonly code: string; readonly sentence: string }

export type Carried = {
  /** To be remembered with what was believed. */
  readonly holding: Holding | undefined
  readonly believed: readonly CommandOnWire[]
  /** Codes: COMMAND_NOT_THE_HOLDERS, COMMAND_SIGNATURE_WRONG and those of `judgeHolder`. */
  readonly doubts: readonly Doubt[]
}

/** Epoch, placement and the rest are looked at when a command is to begin, as those of any other. */
export function judgeCarried(
  parts: Omit<AuthorityParts, 'store'>,
  chain: readonly Envelope[],
  commands: readonly CommandOnWire[],
): Carried {
  if (commands.length === 0) return { holding: undefined, believed: [], doubts: [] }
  const holding = judgeHolder(parts, chain)
  if (!holding.ok) {
    const { code, sentence } = holding.refusal
    return { holding: undefined, believed: [], doubts: commands.map(({ commandId }) => ({ commandId, code, sentence })) }
  }
  const { holder } = holding.value
  const check = createCheckSignature(parts.crypto)
  const believed: CommandOnWire[] = []
  const doubts: Doubt[] = []
  for (const command of commands) {
    const { commandId, masterId, signature } = command
    if (masterId !== holder.masterId)
      doubts.push({ commandId, code: 'COMMAND_NOT_THE_HOLDERS', sentence: 'It was issued by a master that does not hold the domain.' })
    else if (signature === undefined || !isCommandSignedBy(parts.crypto, holder.publicKey, command, signature, check))
      doubts.push({
        commandId,
        code: 'COMMAND_SIGNATURE_WRONG',
        sentence: 'It is not signed by the master that is said to have issued it.',
      })
    else believed.push(command)
  }
  return { holding: holding.value, believed, doubts }
}

export function alarmOf({ code, sentence }: Doubt): Fact {
  return {
    type: 'ibcf.alarm.raised.v1',
    data: { name: 'commands-not-believed', severity: 'warning', detail: `${sentence} (${code})` },
  }
}
