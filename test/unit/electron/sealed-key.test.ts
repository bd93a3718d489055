import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { KeyStore } from '../../../electron/main/sealed-key.ts'
import { openSealedKey } from '../../../electron/main/sealed-key.ts'

/** A key store with a key of its own, as a desktop session's is; two of them cannot read each other. */
function keyStore(options: { readonly isAvailable?: boolean; readonly backend?: string } = {}): KeyStore {
  const key = randomBytes(32)
  return {
    isEncryptionAvailable: () => options.isAvailable ?? true,
    encryptString: (plain) => {
      const nonce = randomBytes(12)
      const cipher = createCipheriv('aes-256-gcm', key, nonce)
      const body = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()])
      return Buffer.concat([nonce, cipher.getAuthTag(), body])
    },
    decryptString: (sealed) => {
      const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12))
      decipher.setAuthTag(sealed.subarray(12, 28))
      return Buffer.concat([decipher.update(sealed.subarray(28)), decipher.final()]).toString('utf8')
    },
    ...(options.backend === undefined ? {} : { getSelectedStorageBackend: () => options.backend ?? '' }),
  }
}

describe('openSealedKey', () => {
  let folder = ''
  let path = ''
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'ibcf-key-'))
    path = join(folder, 'shell', 'key.sealed')
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  it('[SH10] makes a key of 32 bytes once, and gives the same one ever after', () => {
    const store = keyStore({ backend: 'gnome_libsecret' })
    const first = openSealedKey(path, store, 'linux')
    expect(first.kind === 'key' ? Buffer.from(first.keyEncryptionKey, 'base64').length : 0).toBe(32)
    expect(openSealedKey(path, store, 'linux')).toEqual(first)
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(readFileSync(path, 'latin1')).not.toContain(first.kind === 'key' ? first.keyEncryptionKey : 'never')
  })

  it('[SH10] uses none where the key store is missing or keeps no secret', () => {
    expect(openSealedKey(path, keyStore({ isAvailable: false }), 'linux').kind).toBe('none')
    expect(openSealedKey(path, keyStore({ backend: 'basic_text' }), 'linux').kind).toBe('none')
    expect(openSealedKey(path, keyStore(), 'linux').kind).toBe('none')
    expect(openSealedKey(path, keyStore(), 'darwin').kind).toBe('key')
  })

  it('[SH10] refuses a seal of another store, or a damaged one, and keeps it', () => {
    openSealedKey(path, keyStore(), 'win32')
    const before = readFileSync(path)
    expect(openSealedKey(path, keyStore(), 'win32')).toMatchObject({ kind: 'refused', code: 'KEY_SEAL_UNREADABLE' })
    expect(readFileSync(path)).toEqual(before)
    const own = keyStore()
    writeFileSync(path, own.encryptString('too short'))
    expect(openSealedKey(path, own, 'win32')).toMatchObject({ kind: 'refused', code: 'KEY_SEAL_UNREADABLE' })
  })

  it('[SH10] refuses when there is a seal and the store is locked', () => {
    openSealedKey(path, keyStore({ backend: 'kwallet6' }), 'linux')
    expect(openSealedKey(path, keyStore({ isAvailable: false }), 'linux')).toMatchObject({ kind: 'refused', code: 'KEY_STORE_LOCKED' })
    expect(openSealedKey(path, keyStore({ backend: 'basic_text' }), 'linux')).toMatchObject({ kind: 'refused', code: 'KEY_STORE_LOCKED' })
  })
})
