/**
 * Reads a bundle as it streams by, and takes nothing on trust: members in the one order that a bundle has, each declared, none missing,
 * nothing unpacked beyond what was declared, and at the end the seal over every byte. It needs no key, no clock and no store, so that it
 * can run where there is none of them ([SB20] to [SB23]).
 */
import type { Envelope } from '../fleet/authority/events.ts'
import { AppError, isAppError } from '../kernel/app-error.ts'
import { fromBase64, toHex } from '../kernel/hex.ts'
import type { Compression, Crypto } from '../kernel/ports.ts'
import { parseUntrustedJson } from '../kernel/untrusted-json.ts'
import { keyIdOf } from '../log/dsse.ts'
import {
  blobName,
  bundleLimits,
  type Manifest,
  manifestLimits,
  manifestPayloadType,
  manifestSchema,
  memberNames,
  type Seal,
  sealSchema,
  segmentsName,
} from './bundle-format.ts'
import { isEnvelopeSignedBy, parseEnvelope, readPayload } from './envelope.ts'
import { damaged, readTar, strange, type TarMember } from './tar.ts'

export type BundleItem =
  | { readonly kind: 'manifest'; readonly manifest: Manifest }
  /** A card, a grant, a receipt: not checked. */
  | { readonly kind: 'statement'; readonly name: string; readonly envelope: Envelope }
  /** One encoded segment of the run: not checked. */
  | { readonly kind: 'segment'; readonly run: number; readonly bytes: Uint8Array }
  /** To be taken to its end before the next item is asked for; a stream that ended was the content of that digest. */
  | { readonly kind: 'blob'; readonly sha256: string; readonly sizeBytes: number; readonly pieces: AsyncIterable<Uint8Array> }
  /** Every byte before was what the key in the manifest signed; whose key that is, the reader knows. */
  | { readonly kind: 'seal'; readonly seal: Seal; readonly envelope: Envelope }

type ReaderPorts = { readonly crypto: Crypto; readonly compression: Compression }

type ReadOptions = {
  readonly onlySeal?: boolean
  /** Runs that need not be unpacked, because all of them is held: a head stands for everything before it. */
  readonly isHeld?: (run: Manifest['runs'][number]) => boolean
}

/**
 * With `onlySeal`, nothing is unpacked: manifest, statements and seal, at the speed of hashing. Throws Corrupt `BUNDLE_DAMAGED`,
 * `BUNDLE_MEMBER_STRANGE`, `BUNDLE_UNDECLARED`, `BUNDLE_INCOMPLETE`, `BUNDLE_TOO_LARGE` (a bomb), `BUNDLE_FORGED`, Incompatible
 * `BUNDLE_VERSION_UNKNOWN`.
 */
export async function* readBundle(
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  ports: ReaderPorts,
  { onlySeal = false, isHeld = () => false }: ReadOptions = {},
): AsyncGenerator<BundleItem, void> {
  const { crypto } = ports
  const hasher = crypto.hasher()
  let sizeBytes = 0
  let isSealReached = false
  const members = readTar(source, (bytes) => {
    if (isSealReached) return
    hasher.update(bytes)
    sizeBytes += bytes.length
  })
  const take = async (): Promise<TarMember> => {
    const next = await members.next()
    if (next.done === true) throw incomplete('it ends before its seal')
    return next.value
  }
  await expectNamed(take, memberNames.readme).then((readme) => readme.whole(64 * 1024))
  const manifestBytes = await (await expectNamed(take, memberNames.manifest)).whole(bundleLimits.maxManifestBytes)
  const manifest = readManifest(manifestBytes)
  const digest = toHex(crypto.sha256(manifestBytes))
  yield { kind: 'manifest', manifest }
  for (const name of manifest.statements) {
    const bytes = await (await expectNamed(take, name)).whole(bundleLimits.maxStatementBytes)
    yield { kind: 'statement', name, envelope: envelopeIn(bytes) }
  }
  let member = await take()
  for (const [at, run] of manifest.runs.entries()) {
    let next = 0
    const isSkipped = onlySeal || isHeld(run)
    do {
      const range = rangeOf(member.name, run)
      if (range === undefined || (next === 0 ? range.from > run.from : range.from !== next) || range.to > run.to)
        throw unexpected(member.name, segmentsName(run, next === 0 ? run.from : next, run.to))
      next = range.to + 1
      if (!isSkipped) {
        const packed = await member.whole(bundleLimits.maxChunkBytes)
        for (const bytes of partSegments(unpack(ports, packed, bundleLimits.maxChunkBytes))) yield { kind: 'segment', run: at, bytes }
      }
      member = await take()
    } while (next <= run.to)
  }
  for (const { sha256, sizeBytes: size } of manifest.blobs) {
    if (member.name !== blobName(sha256)) throw unexpected(member.name, blobName(sha256))
    if (!onlySeal) yield { kind: 'blob', sha256, sizeBytes: size, pieces: contentOf(member, sha256, size, ports) }
    member = await take()
  }
  if (member.name !== memberNames.seal) throw unexpected(member.name, memberNames.seal)
  isSealReached = true
  const before = { sizeBytes, sha256: toHex(hasher.digest()) }
  const item = readSeal(await member.whole(bundleLimits.maxStatementBytes), manifest, crypto)
  const { seal } = item
  const isWhole = seal.sizeBytes === before.sizeBytes && seal.sizeBytes === member.at && seal.sha256 === before.sha256
  if (!isWhole || seal.manifest !== digest || seal.bundleId !== manifest.bundleId) throw damaged('it is not what was sealed')
  const after = await members.next()
  if (after.done !== true) throw unexpected(after.value.name, 'the end')
  yield item
}

function readManifest(bytes: Uint8Array): Manifest {
  const parsed = parseUntrustedJson(bytes, manifestLimits)
  const found = parsed.ok ? (parsed.value as { readonly format?: unknown; readonly v?: unknown } | null) : undefined
  if (found?.format === 'ibcf-bundle' && typeof found.v === 'number' && found.v !== 1)
    throw new AppError(
      'Incompatible',
      'BUNDLE_VERSION_UNKNOWN',
      `The bundle was made by a newer version (${found.v}); this one knows version 1.`,
      {
        found: found.v,
      },
    )
  const checked = parsed.ok ? manifestSchema.safeParse(parsed.value) : undefined
  if (checked?.success !== true) throw damaged('its manifest cannot be read')
  return checked.data
}

function readSeal(bytes: Uint8Array, { from }: Manifest, crypto: Crypto): Extract<BundleItem, { readonly kind: 'seal' }> {
  const envelope = envelopeIn(bytes)
  const read = readPayload(envelope, manifestPayloadType, sealSchema, { maxBytes: 4096, maxDepth: 2, maxFields: 16 })
  const key = fromBase64(from.publicKey)
  if (!read.ok) throw damaged('its seal cannot be read')
  const [only, ...others] = envelope.signatures
  const isNamed = only?.keyid === from.keyId && others.length === 0
  if (!isNamed || key.length !== 32 || keyIdOf(crypto, key) !== from.keyId || !isEnvelopeSignedBy(crypto, envelope, key))
    throw new AppError('Corrupt', 'BUNDLE_FORGED', 'The bundle is not sealed by the master that it says it is from.', { keyId: from.keyId })
  return { kind: 'seal', seal: read.value, envelope }
}

/** Exactly as it is written: one way to write a statement, so that no byte of it can differ unseen. */
function envelopeIn(bytes: Uint8Array): Envelope {
  const envelope = parseEnvelope(bytes, { maxBytes: bundleLimits.maxStatementBytes, maxDepth: 4, maxFields: 256 })
  if (!envelope.ok || new TextDecoder().decode(bytes) !== `${JSON.stringify(envelope.value)}\n`)
    throw damaged('a statement in it cannot be read')
  return envelope.value
}

async function expectNamed(take: () => Promise<TarMember>, name: string): Promise<TarMember> {
  const member = await take()
  if (member.name !== name) throw unexpected(member.name, name)
  return member
}

/** The seqs in the name of a member, where it is one of this run. */
function rangeOf(name: string, run: Manifest['runs'][number]): { readonly from: number; readonly to: number } | undefined {
  const match = /\/([1-9][0-9]{0,15})-([1-9][0-9]{0,15})(\.fork-[0-9a-f]{8})?\.seg\.zst$/.exec(name)
  const from = Number(match?.[1])
  const to = Number(match?.[2])
  return from <= to && segmentsName(run, from, to) === name ? { from, to } : undefined
}

function partSegments(joined: Uint8Array): readonly Uint8Array[] {
  const segments: Uint8Array[] = []
  const view = new DataView(joined.buffer, joined.byteOffset, joined.byteLength)
  for (let at = 0; at < joined.length; ) {
    const length = at + 4 <= joined.length ? view.getUint32(at) : 0
    if (length === 0 || at + 4 + length > joined.length) throw damaged('a part of a log in it is cut off')
    segments.push(joined.subarray(at + 4, at + 4 + length))
    at += 4 + length
  }
  return segments
}

async function* contentOf(
  member: TarMember,
  sha256: string,
  sizeBytes: number,
  { crypto, compression }: ReaderPorts,
): AsyncGenerator<Uint8Array, void> {
  const hasher = crypto.hasher()
  let reached = 0
  try {
    for await (const piece of compression.unzstdStream(member.chunks(), sizeBytes)) {
      hasher.update(piece)
      reached += piece.length
      yield piece
    }
  } catch (cause) {
    throw isAppError(cause) && cause.code === 'DECOMPRESSION_REFUSED' ? tooLarge(sizeBytes, cause) : cause
  }
  if (reached !== sizeBytes || toHex(hasher.digest()) !== sha256) throw damaged('content in it is not what it says it is')
}

function unpack({ compression }: ReaderPorts, packed: Uint8Array, maxBytes: number): Uint8Array {
  try {
    return compression.unzstd(packed, maxBytes)
  } catch (cause) {
    throw tooLarge(maxBytes, cause)
  }
}

function tooLarge(maxBytes: number, cause: unknown): AppError {
  return new AppError(
    'Corrupt',
    'BUNDLE_TOO_LARGE',
    'A member of the bundle cannot be unpacked, or would grow beyond what it was said to be.',
    { maxBytes },
    cause,
  )
}

function incomplete(how: string): AppError {
  return new AppError('Corrupt', 'BUNDLE_INCOMPLETE', `The bundle is not whole: ${how}.`)
}

/** Something else than what comes next: what is none of a bundle's names is strange, what is one was not declared here. */
function unexpected(found: string, wanted: string): AppError {
  const isOurs = /^(README\.txt|manifest\.json|manifest\.dsse\.json|(grants|receipts|segments|blobs)\/[0-9A-Za-z./-]+)$/.test(found)
  if (!isOurs || found.split('/').some((part) => part === '' || part.startsWith('.')))
    return strange('it has a member of a name that no bundle has', found)
  if (found === memberNames.seal) return incomplete(`${wanted} is missing`)
  return new AppError('Corrupt', 'BUNDLE_UNDECLARED', `The bundle holds ${found} where its manifest says ${wanted}.`, { found, wanted })
}
