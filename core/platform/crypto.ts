/** Crypto on node:crypto. Keeps to what BoringSSL in Electron also has (design 1, Runtime facts). */
import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  hash,
  type KeyObject,
  randomBytes,
  scryptSync,
  sign,
  verify,
} from 'node:crypto'
import type { Crypto } from '../kernel/ports.ts'

/** DER prefixes of a raw Ed25519 key (RFC 8410). */
const privatePrefix = Buffer.from('302e020100300506032b657004220420', 'hex')
const publicPrefix = Buffer.from('302a300506032b6570032100', 'hex')
const nonceBytes = 12
const tagBytes = 16
const keptKeys = 4096

export function createCrypto(random: (length: number) => Uint8Array = (length) => randomBytes(length)): Crypto {
  const publicKeys = createKeyCache((raw) => createPublicKey({ key: Buffer.concat([publicPrefix, raw]), format: 'der', type: 'spki' }))
  const privateKeys = createKeyCache((raw) => createPrivateKey({ key: Buffer.concat([privatePrefix, raw]), format: 'der', type: 'pkcs8' }))
  return {
    sha256: (...parts) => {
      const [only] = parts
      // In one call it costs half as much, and every event is hashed twice.
      if (only !== undefined && parts.length === 1) return new Uint8Array(hash('sha256', only, 'buffer'))
      const hasher = createHash('sha256')
      for (const part of parts) hasher.update(part)
      return new Uint8Array(hasher.digest())
    },
    sha256Stream: () => {
      const hasher = createHash('sha256')
      return { update: (bytes) => void hasher.update(bytes), digest: () => new Uint8Array(hasher.digest()) }
    },
    hasher: () => {
      const hasher = createHash('sha256')
      return { update: (bytes) => void hasher.update(bytes), digest: () => new Uint8Array(hasher.digest()) }
    },
    extendChain,
    generateKeyPair: () => {
      const pair = generateKeyPairSync('ed25519')
      return {
        publicKey: new Uint8Array(pair.publicKey.export({ format: 'der', type: 'spki' }).subarray(-32)),
        privateKey: new Uint8Array(pair.privateKey.export({ format: 'der', type: 'pkcs8' }).subarray(-32)),
      }
    },
    keyPairFromSeed: (seed) => {
      const publicKey = createPublicKey(privateKeys(seed)).export({ format: 'der', type: 'spki' })
      return { publicKey: new Uint8Array(publicKey.subarray(-32)), privateKey: seed.slice() }
    },
    sign: (privateKey, message) => new Uint8Array(sign(null, message, privateKeys(privateKey))),
    verify: (publicKey, message, signature) => {
      if (publicKey.length !== 32 || signature.length !== 64) return false
      try {
        return verify(null, message, publicKeys(publicKey), signature)
      } catch {
        // A point that is not on the curve: the signature cannot be right under it.
        return false
      }
    },
    seal: (key, plain, associated) => {
      const nonce = random(nonceBytes)
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(associated)
      return new Uint8Array(Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]))
    },
    open: (key, sealed, associated) => {
      if (sealed.length < nonceBytes + tagBytes) return undefined
      const tag = sealed.subarray(sealed.length - tagBytes)
      const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, nonceBytes)).setAAD(associated).setAuthTag(tag)
      try {
        return new Uint8Array(Buffer.concat([decipher.update(sealed.subarray(nonceBytes, sealed.length - tagBytes)), decipher.final()]))
      } catch {
        // GCM says no more than "not these bytes under this key".
        return undefined
      }
    },
    deriveKey: (passphrase, salt) =>
      new Uint8Array(scryptSync(passphrase.normalize('NFKC'), salt, 32, { N: 2 ** 15, r: 8, p: 1, maxmem: 64 * 1024 * 1024 })),
  }
}

const headBytes = 32
const frameBytes = 4

/** Hashes come as text of one byte a letter: making a Buffer for each of them would cost more than hashing it. */
function extendChain(head: Uint8Array, body: Uint8Array, ends: Uint32Array, leaves?: Uint8Array): Uint8Array {
  const pair = Buffer.allocUnsafe(2 * headBytes)
  pair.set(head)
  const into = leaves === undefined ? undefined : Buffer.from(leaves.buffer, leaves.byteOffset, leaves.byteLength)
  let start = frameBytes
  for (let index = 0; index < ends.length; index++) {
    const end = ends[index] as number
    const leaf = hash('sha256', body.subarray(start, end), 'binary')
    pair.write(leaf, headBytes, headBytes, 'latin1')
    into?.write(leaf, index * headBytes, headBytes, 'latin1')
    pair.write(hash('sha256', pair, 'binary'), 0, headBytes, 'latin1')
    start = end + frameBytes
  }
  return new Uint8Array(pair.subarray(0, headBytes))
}

/** Parsing a key costs more than a signature with it, and the same few are used again and again. */
function createKeyCache(parse: (raw: Uint8Array) => KeyObject): (raw: Uint8Array) => KeyObject {
  const kept = new Map<string, KeyObject>()
  return (raw) => {
    const name = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength).toString('latin1')
    const known = kept.get(name)
    if (known !== undefined) return known
    if (kept.size >= keptKeys) kept.clear()
    const parsed = parse(raw)
    kept.set(name, parsed)
    return parsed
  }
}
