/**
 * What core needs of the world, each as the smallest interface that does. Real ones are in core/platform, virtual ones in
 * core/simulator; nothing in core reads the clock, randomness, timers, the network or files but through these (design 1, Determinism).
 */
import type { Facts } from './app-error.ts'

export type Clock = {
  /** Wall time, milliseconds since 1970-01-01T00:00:00Z. May step in either direction. */
  readonly now: () => number
  /** Milliseconds that only ever grow; meaningless across restarts. */
  readonly monotonic: () => number
}

export type Random = {
  readonly bytes: (length: number) => Uint8Array
  /** A number in [0, 1). */
  readonly next: () => number
}

export type Scheduler = {
  /** Runs `act` once after `ms` milliseconds; the answer cancels it (harmless afterwards). */
  readonly after: (ms: number, act: () => void) => () => void
  /** Lets everything that is due run first, so that long work does not hold up the rest. */
  readonly yield: () => Promise<void>
}

export type KeyPair = {
  /** 32 raw bytes, Ed25519 (RFC 8032). */
  readonly publicKey: Uint8Array
  /** 32 raw bytes, the seed. */
  readonly privateKey: Uint8Array
}

/** A hash of what comes in pieces and is never held whole. Of no use after `digest`. */
export type HashStream = { readonly update: (bytes: Uint8Array) => void; readonly digest: () => Uint8Array }

/** SHA-256 of what is too large to hold at once. */
export type Hasher = {
  readonly update: (bytes: Uint8Array) => void
  /** Ends it; asked once. */
  readonly digest: () => Uint8Array
}

export type Crypto = {
  readonly sha256: (...parts: readonly Uint8Array[]) => Uint8Array
  readonly hasher: () => Hasher
  readonly sha256Stream: () => HashStream
  /**
   * The head of a hash chain after all events of `body`: `leaf = SHA-256(event)`, `head = SHA-256(head || leaf)`. Event i lies in
   * `body` from 4 bytes behind `ends[i-1]` (or behind its beginning) to `ends[i]`. Fills `leaves`, 32 bytes an event, where given. One
   * call for a run, because per event the objects cost more than the hashes.
   */
  readonly extendChain: (head: Uint8Array, body: Uint8Array, ends: Uint32Array, leaves?: Uint8Array) => Uint8Array
  readonly generateKeyPair: () => KeyPair
  /** The pair of a 32-byte seed: always the same one. For simulated worlds; a real key comes from `generateKeyPair`. */
  readonly keyPairFromSeed: (seed: Uint8Array) => KeyPair
  /** 64 bytes, Ed25519. */
  readonly sign: (privateKey: Uint8Array, message: Uint8Array) => Uint8Array
  /** False for a wrong signature and for malformed keys alike; never throws. */
  readonly verify: (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) => boolean
  /** AES-256-GCM; the answer is nonce (12) || ciphertext || tag (16). */
  readonly seal: (key: Uint8Array, plain: Uint8Array, associated: Uint8Array) => Uint8Array
  /** The plain bytes, or undefined when key, associated data or bytes are not the sealed ones. */
  readonly open: (key: Uint8Array, sealed: Uint8Array, associated: Uint8Array) => Uint8Array | undefined
  /** 32 bytes by scrypt (RFC 7914), N = 2^15, r = 8, p = 1. */
  readonly deriveKey: (passphrase: string, salt: Uint8Array) => Uint8Array
}

export type Compression = {
  readonly zstd: (bytes: Uint8Array) => Uint8Array
  /** Throws Invalid `DECOMPRESSION_REFUSED` when the bytes are not zstd or would grow past `maxBytes`. */
  readonly unzstd: (bytes: Uint8Array, maxBytes: number) => Uint8Array
  /** One frame of what is never held whole; the same pieces give the same bytes. */
  readonly zstdStream: (pieces: Iterable<Uint8Array>) => AsyncIterable<Uint8Array>
  /** Of one frame with nothing behind it. Throws as `unzstd`, once it has grown past `maxBytes`. */
  readonly unzstdStream: (pieces: AsyncIterable<Uint8Array>, maxBytes: number) => AsyncIterable<Uint8Array>
}

export type Files = {
  readonly read: (path: string) => Uint8Array | undefined
  /** Durable before it returns: written beside, synced, renamed into place. `mode` is the permission bits. */
  readonly writeAtomic: (path: string, bytes: Uint8Array, mode?: number) => void
  readonly makeDirectory: (path: string) => void
  readonly remove: (path: string) => void
  readonly list: (path: string) => readonly string[]
}

export type TransportRequest = {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT'
  /** Path with query, beginning with `/`. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Uint8Array
  readonly timeoutMs?: number
}

export type TransportResponse = {
  readonly status: number
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

/** A way to one far end. Rejects with Unavailable `LINK_DOWN` when no answer came. */
export type Transport = { readonly request: (request: TransportRequest) => Promise<TransportResponse> }

/** Runs a program of the machine to its end, for at most so many milliseconds; what it prints comes back. Never rejects. */
export type RunProgram = (
  path: string,
  args: readonly string[],
  withinMs: number,
) => Promise<
  { readonly kind: 'ended'; readonly status: number; readonly output: string } | { readonly kind: 'failed'; readonly reason: string }
>

/** A place that bundles are carried on: a removable volume, or any directory that a person named. */
export type Volume = {
  /** Absolute: where it is mounted, or the directory. Its name as long as it is there. */
  readonly path: string
  /** As its owner called it. Hostile text, like everything on a stick. */
  readonly label: string
  readonly kind: 'removable' | 'named'
  /** As the system calls it: `vfat`, `exfat`, `ext4`, `NTFS`; null where it does not say. */
  readonly fileSystem: string | null
  readonly isReadOnly: boolean
  readonly totalBytes: number
  readonly freeBytes: number
  /** The largest file it can hold; null where no file of ours comes near. FAT32 holds 4 GiB - 1. */
  readonly largestFileBytes: number | null
}

/** Removable volumes. Nothing on them is ever opened by looking at them; what is read is read because a person chose it. */
export type Volumes = {
  /** What is plugged in now and can be read, by path. */
  readonly list: () => Promise<readonly Volume[]>
  /** Of any directory. Throws NotFound `VOLUME_MISSING`. */
  readonly look: (directory: string) => Promise<Volume>
  /** Calls after one came, went or changed; the answer ends it. */
  readonly watch: (changed: () => void) => () => void
  /** Throws NotFound `VOLUME_MISSING`. */
  readonly freeBytes: (directory: string) => number
  /**
   * Writes under another name, syncs, renames, syncs the directory, reads it back and compares. What was there under the name stays until
   * the whole new file is. Throws Unavailable `DISK_FULL`, `VOLUME_READ_ONLY`, `VOLUME_GONE`, `FILE_TOO_LARGE`, `CANCELLED`, Corrupt
   * `FILE_NOT_AS_WRITTEN`; nothing of it is left then, where the volume still lets it be removed.
   */
  readonly writeAndVerify: (
    directory: string,
    name: string,
    chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
    options?: { readonly signal?: AbortSignal; readonly largestFileBytes?: number | null },
  ) => Promise<{ readonly path: string; readonly sizeBytes: number; readonly sha256: string }>
  /** Writes out what is held back and lets go of it. Throws Rejected `VOLUME_NOT_EJECTABLE`, `VOLUME_BUSY`, NotFound `VOLUME_MISSING`. */
  readonly eject: (path: string) => Promise<void>
}

/** What is told to whoever runs the process. Never holds a secret; names of nodes are hostile text. */
export type Diagnostics = {
  readonly debug: (message: string, facts?: Facts) => void
  readonly info: (message: string, facts?: Facts) => void
  readonly warn: (message: string, facts?: Facts) => void
  readonly error: (message: string, facts?: Facts) => void
}

export type Ports = {
  readonly clock: Clock
  readonly random: Random
  readonly scheduler: Scheduler
  readonly crypto: Crypto
  readonly compression: Compression
  readonly files: Files
  readonly diagnostics: Diagnostics
}
