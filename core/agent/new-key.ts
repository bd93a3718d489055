/**
 * A machine takes the place of a node, or a node gets a new key ([HW2]). Both change the identity file while no agent runs; the next start
 * asks the master to be let in under the new key, and a person decides there.
 */
import { AppError } from '../kernel/app-error.ts'
import type { NodeId } from '../kernel/ids.ts'
import type { Ports } from '../kernel/ports.ts'
import { decodeSegment, encodeFramedSegment, signSegment } from '../log/segment.ts'
import { putKey } from '../store/keys.ts'
import type { Store } from '../store/open.ts'
import { type Identity, identityPath, loadIdentity, writeIdentity } from './identity.ts'
import type { Memory } from './memory.ts'

type IdentityPorts = Pick<Ports, 'files' | 'crypto' | 'clock' | 'random'>

/** Makes the identity of a spare; again, and it is as it was. Throws Conflict `IDENTITY_TAKEN` where another node lives already. */
export function takeOverIdentity(ports: IdentityPorts, directory: string, nodeId: NodeId): Identity {
  if (ports.files.read(identityPath(directory)) === undefined) return writeIdentity(ports, directory, nodeId, true)
  const identity = loadIdentity(ports, directory)
  if (identity.nodeId === nodeId && identity.takesOver) return identity
  throw new AppError('Conflict', 'IDENTITY_TAKEN', `In ${directory} lives a node already; a spare begins in an empty directory.`, {
    directory,
    nodeId: identity.nodeId,
  })
}

/** A new key for the node that lives here. The old one is gone with it. Throws Corrupt `IDENTITY_DAMAGED`, NotFound `IDENTITY_MISSING`. */
export function renewKey(ports: IdentityPorts, directory: string): Identity {
  if (ports.files.read(identityPath(directory)) === undefined)
    throw new AppError('NotFound', 'IDENTITY_MISSING', `No node lives in ${directory} that could be given a new key.`, { directory })
  return writeIdentity(ports, directory, loadIdentity(ports, directory).nodeId, true)
}

/** What was approved was another key: the node asks anew. Its logs, its fence and what it trusts stay. */
export function takeUpKey({ ports, store, memory, identity }: { ports: Ports; store: Store; memory: Memory; identity: Identity }): void {
  const approved = memory.get('approvedKey')
  if (approved === identity.keyId || memory.get('approval') === undefined) return
  store.transact((writer) => {
    putKey(writer, { keyId: identity.keyId, origin: identity.nodeId, publicKey: identity.publicKey }, ports.clock.now())
    if (approved === undefined && !identity.takesOver) memory.put(writer, 'approvedKey', identity.keyId)
    else {
      memory.forget(writer, 'approval')
      memory.forget(writer, 'approvedKey')
      memory.forget(writer, 'session')
    }
  })
}

/**
 * As it lies, or signed anew where it was signed with a key of before: the master that cut that key takes nothing under it any more. The
 * events and their chain are the same. What cannot be read is sent as it lies, and refused there.
 */
export function signedWithPresentKey(crypto: Ports['crypto'], identity: Identity, segment: Uint8Array): Uint8Array {
  const decoded = decodeSegment(segment)
  if (!decoded.ok || decoded.value.header.keyid === identity.keyId) return segment
  const signed = signSegment(crypto, { ...decoded.value.header, keyid: identity.keyId }, identity.privateKey)
  return encodeFramedSegment({ ...decoded.value, ...signed })
}
