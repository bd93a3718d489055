/**
 * The key that seals this master's private keys on disk: 32 random bytes, themselves sealed by the operating system's key store. Where
 * there is no key store worth the name, none is used and core keeps its keys its own way (design 4, Security).
 */
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

/** What is needed of Electron's `safeStorage`. */
export type KeyStore = {
  readonly isEncryptionAvailable: () => boolean
  readonly encryptString: (plain: string) => Buffer
  readonly decryptString: (sealed: Buffer) => string
  /** Linux only, and only in newer Electrons. */
  readonly getSelectedStorageBackend?: () => string
}

export type SealedKey =
  | { readonly kind: 'key'; readonly keyEncryptionKey: string }
  | { readonly kind: 'none'; readonly reason: string }
  | { readonly kind: 'refused'; readonly code: 'KEY_STORE_LOCKED' | 'KEY_SEAL_UNREADABLE'; readonly sentence: string }

/**
 * Opens the sealed key at `path`, or makes one there on first use. A sealed key that cannot be opened is refused, never replaced: what it
 * sealed would be lost. [SH10]
 */
export function openSealedKey(path: string, store: KeyStore, platform: string): SealedKey {
  const unavailable = whyUnavailable(store, platform)
  if (!existsSync(path)) {
    if (unavailable !== undefined) return { kind: 'none', reason: unavailable }
    return { kind: 'key', keyEncryptionKey: makeSealedKey(path, store) }
  }
  if (unavailable !== undefined) {
    return {
      kind: 'refused',
      code: 'KEY_STORE_LOCKED',
      sentence: `The keys of this master are sealed by the key store of this computer, and ${unavailable}.`,
    }
  }
  try {
    const key = store.decryptString(readFileSync(path))
    if (Buffer.from(key, 'base64').length === 32) return { kind: 'key', keyEncryptionKey: key }
  } catch {
    // The store answers a foreign or altered seal by throwing whatever its platform throws; all of them mean the same here.
  }
  return {
    kind: 'refused',
    code: 'KEY_SEAL_UNREADABLE',
    sentence: 'The keys of this master were sealed by another key store, or by this one before it was reset, and cannot be opened.',
  }
}

function makeSealedKey(path: string, store: KeyStore): string {
  const key = randomBytes(32).toString('base64')
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(`${path}.new`, store.encryptString(key), { mode: 0o600, flush: true })
  renameSync(`${path}.new`, path)
  return key
}

/** On Linux a key store may be no more than a fixed password (`basic_text`); older Electrons do not tell which it is. */
function whyUnavailable(store: KeyStore, platform: string): string | undefined {
  if (!store.isEncryptionAvailable()) return 'it is not available in this session'
  if (platform !== 'linux') return undefined
  const backend = store.getSelectedStorageBackend?.() ?? 'unknown'
  return ['basic_text', 'unknown'].includes(backend) ? `it is not one that keeps secrets (${backend})` : undefined
}
