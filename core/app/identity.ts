/** Who this master is: made once, at the first start, kept beside the store and never remade silently. */
import { join } from 'node:path'
import { z } from 'zod'
import { AppError } from '../kernel/app-error.ts'
import { createUlidSource, type DomainId, type IncarnationId, type MasterId } from '../kernel/ids.ts'
import type { Reader } from '../kernel/reader.ts'
import { readKey } from '../store/keys.ts'
import type { HeldKey, KeyStore } from '../trust/key-store.ts'
import type { MasterConfig } from './config.ts'

/** Why a new life begins, and which signed points it knows to be lost. */
export type Opening = {
  readonly reason: 'restored' | 'high-water'
  readonly lost: readonly { readonly log: string; readonly seq: number; readonly head: string }[]
}

export type MasterIdentity = {
  readonly masterId: MasterId
  readonly incarnation: IncarnationId
  readonly rootDomainId: DomainId
  /** Set while the first event of this incarnation is not known to be recorded. */
  readonly opening?: Opening
}

const ulid = z.string().regex(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/)
const opening = z.object({
  reason: z.enum(['restored', 'high-water']),
  lost: z.array(z.object({ log: z.string(), seq: z.number(), head: z.string() })),
})
const schema = z.object({ v: z.literal(1), masterId: ulid, incarnation: ulid, rootDomainId: ulid, opening: opening.optional() })

export const identityName = 'identity.json'

/**
 * Reads the identity of the directory, or makes it when nothing is there yet. Throws Corrupt `IDENTITY_DAMAGED`, or
 * `IDENTITY_MISSING` when events are there but the identity that wrote them is not.
 */
export function loadIdentity(config: MasterConfig, hasEvents: boolean): MasterIdentity {
  const { files, clock, random } = config.ports
  const path = config.directory === ':memory:' ? undefined : join(config.directory, identityName)
  const bytes = path === undefined ? undefined : files.read(path)
  if (path !== undefined && bytes !== undefined) return parse(path, bytes)
  if (hasEvents)
    throw new AppError(
      'Corrupt',
      'IDENTITY_MISSING',
      `${config.directory} holds events but not the identity that wrote them; restore identity.json and keys.json from a backup.`,
    )
  const next = createUlidSource(clock, random)
  const identity: MasterIdentity = { masterId: next<MasterId>(), incarnation: next<IncarnationId>(), rootDomainId: next<DomainId>() }
  if (path !== undefined) writeIdentity(config, identity)
  return identity
}

/** Durable before it returns. */
export function writeIdentity({ directory, ports }: Pick<MasterConfig, 'directory' | 'ports'>, identity: MasterIdentity): void {
  const text = `${JSON.stringify({ v: 1, ...identity }, null, 2)}\n`
  ports.files.writeAtomic(join(directory, identityName), new TextEncoder().encode(text), 0o600)
}

/**
 * The key that the events here were signed with. Throws Corrupt `KEYS_MISSING` when it is not there, `IDENTITY_FOREIGN` when identity
 * and key are another master's: what a new key would sign in this log, nobody could check.
 */
export function requireOwnKey(keys: KeyStore, { masterId }: MasterIdentity, reader: Reader): HeldKey {
  const key = keys.of(masterId)
  if (key === undefined)
    throw new AppError('Corrupt', 'KEYS_MISSING', 'The key of this master is not there; restore keys.json from a backup.', { masterId })
  if (readKey(reader, key.keyId)?.origin !== masterId)
    throw new AppError(
      'Corrupt',
      'IDENTITY_FOREIGN',
      'The identity and the key here are not those of the master whose events these are; restore identity.json and keys.json from a backup.',
      { masterId, keyId: key.keyId },
    )
  return key
}

function parse(path: string, bytes: Uint8Array): MasterIdentity {
  try {
    const { v: _, ...identity } = schema.parse(JSON.parse(new TextDecoder().decode(bytes)))
    return identity as unknown as MasterIdentity
  } catch (cause) {
    throw new AppError(
      'Corrupt',
      'IDENTITY_DAMAGED',
      `${path} cannot be read as the identity of a master; restore it from a backup.`,
      { path },
      cause,
    )
  }
}
