/**
 * CommandProjection, the half of the masters: what was decided about each command ([CM15]). The subject is the command. What its node
 * reports of it has the node as its subject and is kept apart (command-reports.ts); where a command stands is worked out from both.
 */
import { isApproved } from '../fleet/command/approval.ts'
import { type CommandDecisions, evolveDecisions, noDecisions } from '../fleet/command/command-state.ts'
import { commandDecisions } from '../fleet/command/events.ts'
import { defaultTwoOperatorKinds } from '../fleet/command/kinds.ts'
import { defineProjection, foldsNothing } from './projection.ts'

/** The strongest word of a master; null while none took it back. */
export type MastersWord = 'cancelled' | 'superseded' | 'lapsed' | null

export const commandsProjection = defineProjection<null, CommandDecisions>({
  name: 'commands',
  version: 1,
  handles: Object.keys(commandDecisions),
  facts: foldsNothing,
  decisions: { initial: noDecisions, apply: (state, { event }) => evolveDecisions(state, event), commutes: true },
  table: {
    name: 'commands',
    columns: {
      node: 'TEXT',
      domain: 'TEXT',
      kind: 'TEXT',
      batch: 'TEXT',
      idempotency_key: 'TEXT',
      issued_at: 'TEXT',
      /** Null is never. */
      expires_at: 'TEXT',
      /** Everybody agreed who has to. */
      is_approved: 'INTEGER',
      word: 'TEXT',
    },
    indexes: [['node', 'idempotency_key'], ['domain'], ['kind'], ['batch'], ['word', 'expires_at']],
  },
  row: (_subject, _facts, state) => {
    const { issued } = state
    if (issued === null) return undefined
    return {
      node: issued.nodeId,
      domain: issued.domainId,
      kind: issued.kind,
      batch: issued.batchId,
      idempotency_key: issued.idempotencyKey,
      issued_at: issued.issuedAt,
      expires_at: issued.expiresAt,
      is_approved: isApproved(state, defaultTwoOperatorKinds) ? 1 : 0,
      word: wordOf(state),
    }
  },
})

export function wordOf({ isCancelled, supersededBy, isLapsed }: CommandDecisions): MastersWord {
  if (isCancelled) return 'cancelled'
  if (supersededBy !== null) return 'superseded'
  return isLapsed ? 'lapsed' : null
}
