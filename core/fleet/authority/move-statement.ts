/**
 * What a node is shown when it is to obey somebody else because of where it is: it was moved, or its domain was given back to the one
 * above. Only the master that it obeys can say so, and its word stays true when that master is gone ([AU21]).
 */
import { z } from 'zod'
import { fromBase64 } from '../../kernel/hex.ts'
import { accepted, refused, type Result } from '../../kernel/result.ts'
import { parseUntrustedJson } from '../../kernel/untrusted-json.ts'
import type { Envelope } from './events.ts'
import type { Fence } from './fence.ts'
import { type CheckSignature, grantStatementSchema, signersOf } from './statement.ts'

export const movePayloadType = 'application/vnd.ibcf.move+json'

const id = z.string().regex(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/)
const count = z
  .number()
  .int()
  .min(0)
  .max(2 ** 40)

export const moveStatementSchema = z.object({
  v: z.literal(1),
  kind: z.literal('move'),
  /** Null: every node in the domain, which was given back to the one above. */
  nodeId: id.nullable(),
  fromDomainId: id,
  fromEpoch: count,
  /** Where it is from now on, and the domains above. */
  domainLine: z.array(id).min(1).max(64),
  /** Null: one more than it has. */
  placement: count.nullable(),
  /** The grants in force there, that of the holder first. */
  grants: z.array(grantStatementSchema).min(1).max(64),
})
export type MoveStatement = z.infer<typeof moveStatementSchema>

export type Moving = {
  readonly nodeId: string
  readonly domainLine: readonly string[]
  readonly fence: Fence
  /** Base64: of the master that the node obeys. */
  readonly obeyedKey: string
}

const limits = { maxBytes: 64 * 1024, maxDepth: 10, maxFields: 4096 }

/** Codes: MOVE_UNSIGNED, MOVE_MALFORMED, MOVE_MISADDRESSED, EPOCH_STALE. */
export function judgeMove(
  envelope: Envelope,
  moving: Moving,
  check: CheckSignature,
): Result<{ readonly statement: MoveStatement; readonly fence: Fence }> {
  if (envelope.payloadType !== movePayloadType || signersOf(envelope, [moving.obeyedKey], check).length === 0)
    return refused('MOVE_UNSIGNED', 'The move is not signed by the master that the node obeys.')
  const parsed = parseUntrustedJson(fromBase64(envelope.payload), limits)
  const checked = parsed.ok ? moveStatementSchema.safeParse(parsed.value) : undefined
  if (checked?.success !== true) return refused('MOVE_MALFORMED', 'The move cannot be read by this version.')
  const statement = checked.data
  const { nodeId, fromDomainId, fromEpoch, placement, grants } = statement
  const isMeant = nodeId === null ? moving.domainLine.includes(fromDomainId) : nodeId === moving.nodeId
  const [holding] = grants
  if (!isMeant || holding === undefined)
    return refused('MOVE_MISADDRESSED', 'The move is of another node, or of a domain that it is not in.')
  const { fence: held } = moving
  const isPast = placement === null ? fromEpoch !== held.epoch : placement <= held.placement
  if (isPast) return refused('EPOCH_STALE', 'The node has made that move already.', { placement: held.placement, epoch: held.epoch })
  return accepted({
    statement,
    fence: { placement: placement ?? held.placement + 1, epoch: holding.epoch, masterId: holding.master.masterId },
  })
}
