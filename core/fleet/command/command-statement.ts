/**
 * What a master signs of a command, so that it is known as its own also where another master hands it over ([CM27]): everything that a node
 * judges it by. Only the signature travels; whoever checks it makes the payload anew from the command that is before it.
 */
import { fromBase64 } from '../../kernel/hex.ts'
import type { Crypto } from '../../kernel/ports.ts'
import type { CheckSignature } from '../authority/statement.ts'
import { digestOf } from './body-digest.ts'
import type { IssuedCommand } from './command-state.ts'
import type { CommandSignature } from './events.ts'

export const commandPayloadType = 'application/vnd.ibcf.command+json'

export type SignedCommand = Pick<
  IssuedCommand,
  | 'commandId'
  | 'masterId'
  | 'domainId'
  | 'nodeId'
  | 'kind'
  | 'semantics'
  | 'incarnation'
  | 'constraints'
  | 'body'
  | 'bodyDigest'
  | 'batchId'
  | 'idempotencyKey'
  | 'placement'
  | 'epoch'
  | 'actor'
  | 'expiresAt'
>

/**
 * The document whose one line of JSON is signed: the digest of the RFC 8785 form of the command, so that it is the same wherever the
 * command was read from. Throws Invalid `COMMAND_DATA_MALFORMED` for what has no such form.
 */
export function commandStatement(
  crypto: Crypto,
  command: SignedCommand,
): { readonly v: 1; readonly kind: 'command'; readonly digest: string } {
  const { commandId, masterId, domainId, nodeId, kind, semantics, incarnation, constraints } = command
  const { body, bodyDigest, batchId, idempotencyKey, placement, epoch, actor, expiresAt } = command
  const what = { kind, semantics, incarnation, constraints, body, bodyDigest, batchId }
  const under = { idempotencyKey, placement, epoch, actor, expiresAt }
  return { v: 1, kind: 'command', digest: digestOf(crypto, { commandId, masterId, domainId, nodeId, ...what, ...under }) }
}

/** Whether this very command was signed with that key (base64). */
export function isCommandSignedBy(
  crypto: Crypto,
  publicKey: string,
  command: SignedCommand,
  { signature }: CommandSignature,
  check: CheckSignature,
): boolean {
  const payload = new TextEncoder().encode(JSON.stringify(commandStatement(crypto, command)))
  return check(fromBase64(publicKey), commandPayloadType, payload, fromBase64(signature))
}
