/** Proof of identity over a nonce of this master: the way into an attachment and into a return ([GW6]). */
import { proofDocument, type ProofDocument } from '../contract/gateway/attach.ts'
import { statementTypes } from '../contract/gateway/statement.ts'
import type { NodeId } from '../kernel/ids.ts'
import { accepted, refused, type Result } from '../kernel/result.ts'
import { isLogId, parseLogId } from '../log/log-id.ts'
import type { MasterPort, NodeStanding } from './master-port.ts'
import type { Nonces } from './nonces.ts'
import { isSignedBy, mismatch, readStatement } from './read-input.ts'

export type Proven = {
  readonly standing: NodeStanding
  readonly document: ProofDocument
  /** The node's wall clock minus ours. However far off, it is recorded, never a reason to refuse. */
  readonly clockOffsetMs: number
}

/**
 * Codes: those of `readStatement`, SCHEMA_MISMATCH, MASTER_DIFFERS, NONCE_UNKNOWN, KEY_WRONG, KEY_REVOKED, SEGMENT_FOREIGN, and those
 * of `mayTalk`.
 */
export function proveIdentity(master: MasterPort, nonces: Nonces, body: Uint8Array, purpose: ProofDocument['purpose']): Result<Proven> {
  const read = readStatement(proofDocument, body)
  if (!read.ok) return read
  const { document, documentBytes, statement } = read.value
  if (document.purpose !== purpose) return mismatch('/purpose', `"${purpose}" is proven here`)
  const nodeId = document.nodeId as NodeId
  const standing = mayTalk(master, nodeId)
  if (!standing.ok) return standing
  if (document.masterId !== master.masterId)
    return refused('MASTER_DIFFERS', 'This proof is meant for another master.', { masterId: document.masterId })
  if (!nonces.isGood(nodeId, document.nonce))
    return refused('NONCE_UNKNOWN', 'The challenge is not known, was used, or is too old; ask for another.')
  const { keyId, publicKey, isKeyRevoked } = standing.value
  if (statement.keyid !== keyId || !isSignedBy(master.ports.crypto, publicKey, statementTypes.proof, documentBytes, statement.signature)) {
    return refused('KEY_WRONG', 'The proof is not signed by the key of the node.', { nodeId, keyid: statement.keyid })
  }
  nonces.spend(nodeId, document.nonce)
  if (isKeyRevoked) return keyRevoked(nodeId)
  const foreign = document.frontier.find(({ log }) => !isOwnLog(log, nodeId))
  if (foreign !== undefined) return refused('SEGMENT_FOREIGN', 'The node names a log that is not its own.', { nodeId, log: foreign.log })
  return accepted({ standing: standing.value, document, clockOffsetMs: Date.parse(document.now) - master.ports.clock.now() })
}

/** Codes: NODE_UNKNOWN, NODE_NOT_APPROVED, NODE_RETIRED. */
export function mayTalk(master: MasterPort, nodeId: NodeId): Result<NodeStanding> {
  const standing = master.standing(nodeId)
  if (standing === undefined) return refused('NODE_UNKNOWN', 'This master does not know the node; it has to enrol.', { nodeId })
  if (standing.phase === 'PROVISIONING') return refused('NODE_NOT_APPROVED', 'Nobody has approved the node yet.', { nodeId })
  if (standing.phase === 'RETIRED') return refused('NODE_RETIRED', 'The node is retired, for good.', { nodeId })
  return accepted(standing)
}

export function keyRevoked(nodeId: NodeId): Result<never> {
  return refused('KEY_REVOKED', 'The key of the node was revoked.', { nodeId })
}

export function isOwnLog(log: string, nodeId: NodeId): boolean {
  if (!isLogId(log)) return false
  const { origin, domain } = parseLogId(log)
  return origin === nodeId && domain === '-'
}
