/** Who the node is: an id and a key pair, made at the first start and never again ([AG1]). */
import { z } from 'zod'
import { AppError } from '../kernel/app-error.ts'
import { equalBytes, fromBase64, toBase64 } from '../kernel/hex.ts'
import { createUlidSource, type NodeId } from '../kernel/ids.ts'
import type { Ports } from '../kernel/ports.ts'
import { keyIdOf } from '../log/dsse.ts'
import type { Signer } from './statement.ts'

export type Identity = Signer & {
  readonly nodeId: NodeId
  readonly publicKey: Uint8Array
  /** The id was another machine's, or had another key, before: it has to be asked for. */
  readonly takesOver: boolean
}

const identityFile = z.strictObject({
  v: z.literal(1),
  nodeId: z.string().regex(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/),
  publicKey: z.base64(),
  privateKey: z.base64(),
  takesOver: z.boolean().optional(),
})

export function identityPath(directory: string): string {
  return `${directory}/identity.json`
}

/**
 * Reads `<directory>/identity.json`, or makes it (readable by its owner alone). `knownId` is the node whose log lies in the same
 * directory. Throws Corrupt `IDENTITY_DAMAGED` when the file cannot be read, is gone from beside its log, or belongs to another node:
 * a new identity would make the node a stranger and its backlog worthless, so that is for a person to decide.
 */
export function loadIdentity(ports: Pick<Ports, 'files' | 'crypto' | 'clock' | 'random'>, directory: string, knownId?: NodeId): Identity {
  const path = identityPath(directory)
  const bytes = ports.files.read(path)
  if (bytes === undefined) {
    if (knownId !== undefined) throw damaged(path, 'it is gone, but the log of the node is still here')
    return writeIdentity(ports, directory, createUlidSource(ports.clock, ports.random)<NodeId>(), false)
  }
  const checked = identityFile.safeParse(parseOwnJson(bytes))
  if (!checked.success) throw damaged(path, 'it is not what was written')
  const nodeId = checked.data.nodeId as NodeId
  if (knownId !== undefined && knownId !== nodeId) throw damaged(path, 'it belongs to another node than the log beside it')
  const publicKey = fromBase64(checked.data.publicKey)
  const privateKey = fromBase64(checked.data.privateKey)
  if (publicKey.length !== 32 || privateKey.length !== 32) throw damaged(path, 'its key is not whole')
  const probe = new TextEncoder().encode(nodeId)
  if (!ports.crypto.verify(publicKey, probe, ports.crypto.sign(privateKey, probe)))
    throw damaged(path, 'its two keys do not belong together')
  return { nodeId, publicKey, privateKey, keyId: keyIdOf(ports.crypto, publicKey), takesOver: checked.data.takesOver ?? false }
}

/** With a new key. Throws Corrupt `IDENTITY_DAMAGED` when it cannot be read back. */
export function writeIdentity(ports: Pick<Ports, 'files' | 'crypto'>, directory: string, nodeId: NodeId, takesOver: boolean): Identity {
  const path = identityPath(directory)
  const { publicKey, privateKey } = ports.crypto.generateKeyPair()
  const document = { v: 1, nodeId, publicKey: toBase64(publicKey), privateKey: toBase64(privateKey), ...(takesOver ? { takesOver } : {}) }
  ports.files.writeAtomic(path, new TextEncoder().encode(`${JSON.stringify(document, null, 2)}\n`), 0o600)
  const written = ports.files.read(path)
  if (written === undefined || !equalBytes(written, new TextEncoder().encode(`${JSON.stringify(document, null, 2)}\n`))) {
    throw damaged(path, 'it could not be read back')
  }
  return { nodeId, publicKey, privateKey, keyId: keyIdOf(ports.crypto, publicKey), takesOver }
}

function parseOwnJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    // Not JSON any more: the caller's schema refuses undefined and says so.
    return undefined
  }
}

function damaged(path: string, why: string): AppError {
  return new AppError(
    'Corrupt',
    'IDENTITY_DAMAGED',
    `The identity of this node (${path}) is damaged: ${why}. Put the file back from a copy, or enrol a new node in an empty directory.`,
    { path, why },
  )
}
