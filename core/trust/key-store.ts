/**
 * Private keys of a master and its operators, on disk: sealed under a key that the operating system keeps, or a passphrase, or
 * plain behind file permissions where there is neither (design 4, Security). Never in the event store, never in a log.
 */
import { join } from 'node:path'
import { z } from 'zod'
import { AppError } from '../kernel/app-error.ts'
import { fromBase64, toBase64 } from '../kernel/hex.ts'
import type { Ports } from '../kernel/ports.ts'
import { keyIdOf } from '../log/dsse.ts'

export type KeyProtection =
  /** 32 bytes that the host unsealed with the operating system's key store. */
  | { readonly kind: 'os-key-store'; readonly key: Uint8Array }
  | { readonly kind: 'passphrase'; readonly passphrase: string }
  | { readonly kind: 'file-permissions' }

export type HeldKey = { readonly keyId: string; readonly publicKey: Uint8Array; readonly privateKey: Uint8Array }

export type KeyStore = {
  readonly protection: KeyProtection['kind']
  /** Makes a key for its owner, durable before it returns. */
  readonly make: (ownerId: string) => HeldKey
  /** The owner's key, or undefined when it has none here. */
  readonly of: (ownerId: string) => HeldKey | undefined
}

const fileSchema = z.object({
  v: z.literal(1),
  protection: z.enum(['os-key-store', 'passphrase', 'file-permissions']),
  salt: z.string(),
  keys: z.array(z.object({ ownerId: z.string(), publicKey: z.string(), secret: z.string() })),
})
type KeyFile = z.infer<typeof fileSchema>

/**
 * Opens the keys of a data directory; `undefined` keeps them in memory only. Throws Unauthorised `KEYS_LOCKED` when what was given
 * does not unseal them, Corrupt `KEYS_DAMAGED` when the file is not readable as keys.
 */
export function openKeyStore(
  directory: string | undefined,
  protection: KeyProtection,
  ports: Pick<Ports, 'crypto' | 'files' | 'random'>,
): KeyStore {
  const path = directory === undefined ? undefined : join(directory, 'keys.json')
  const kept = path === undefined ? undefined : readKeyFile(path, ports)
  // Keys that nothing sealed so far may be sealed from now on; what is sealed is never opened by less.
  const isToBeSealed = kept?.protection === 'file-permissions' && protection.kind !== 'file-permissions'
  if (kept !== undefined && kept.protection !== protection.kind && !isToBeSealed) {
    throw new AppError('Unauthorised', 'KEYS_LOCKED', `The keys are protected by ${wordsOf(kept.protection)}; open them with that.`, {
      protection: kept.protection,
    })
  }
  const salt = kept === undefined ? ports.random.bytes(16) : fromBase64(kept.salt)
  const sealing = sealingKey(protection, salt, ports)
  const held = new Map<string, HeldKey>()
  for (const key of kept?.keys ?? []) held.set(key.ownerId, unseal(key, isToBeSealed ? undefined : sealing, ports))

  function save(): void {
    if (path === undefined) return
    const keys = [...held].map(([ownerId, { publicKey, privateKey }]) => ({
      ownerId,
      publicKey: toBase64(publicKey),
      secret: toBase64(sealing === undefined ? privateKey : ports.crypto.seal(sealing, privateKey, publicKey)),
    }))
    const file: KeyFile = { v: 1, protection: protection.kind, salt: toBase64(salt), keys }
    ports.files.writeAtomic(path, new TextEncoder().encode(`${JSON.stringify(file, null, 2)}\n`), 0o600)
  }

  if (isToBeSealed) save()

  return {
    protection: protection.kind,
    of: (ownerId) => held.get(ownerId),
    make: (ownerId) => {
      const pair = ports.crypto.generateKeyPair()
      const key = { keyId: keyIdOf(ports.crypto, pair.publicKey), ...pair }
      held.set(ownerId, key)
      save()
      return key
    },
  }
}

function readKeyFile(path: string, ports: Pick<Ports, 'files'>): KeyFile | undefined {
  const bytes = ports.files.read(path)
  if (bytes === undefined) return undefined
  const parsed = parseJson(bytes)
  const file = fileSchema.safeParse(parsed)
  if (!file.success) throw new AppError('Corrupt', 'KEYS_DAMAGED', `${path} cannot be read as keys; restore it from a backup.`, { path })
  return file.data
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    // Damaged text is told by the schema check of the caller.
    return undefined
  }
}

function sealingKey(protection: KeyProtection, salt: Uint8Array, { crypto }: Pick<Ports, 'crypto'>): Uint8Array | undefined {
  switch (protection.kind) {
    case 'os-key-store':
      if (protection.key.length !== 32)
        throw new AppError('Unauthorised', 'KEYS_LOCKED', 'The key that is to unseal the keys is not 32 bytes.', {
          sizeBytes: protection.key.length,
        })
      return protection.key
    case 'passphrase':
      return crypto.deriveKey(protection.passphrase, salt)
    case 'file-permissions':
      return undefined
  }
}

function unseal(key: KeyFile['keys'][number], sealing: Uint8Array | undefined, { crypto }: Pick<Ports, 'crypto'>): HeldKey {
  const publicKey = fromBase64(key.publicKey)
  const secret = fromBase64(key.secret)
  const privateKey = sealing === undefined ? secret : crypto.open(sealing, secret, publicKey)
  if (privateKey === undefined)
    throw new AppError(
      'Unauthorised',
      'KEYS_LOCKED',
      'The keys do not open with what was given (wrong passphrase, or another user account).',
      { owner: key.ownerId },
    )
  return { keyId: keyIdOf(crypto, publicKey), publicKey, privateKey }
}

function wordsOf(kind: KeyProtection['kind']): string {
  switch (kind) {
    case 'os-key-store':
      return "the operating system's key store"
    case 'passphrase':
      return 'a passphrase'
    case 'file-permissions':
      return 'file permissions only'
  }
}
