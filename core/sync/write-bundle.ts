/** Writes a bundle as a stream of tar, in the order in which it is to be taken in: what is trusted first, then logs by lane, then content. */
import type { Envelope } from '../fleet/authority/events.ts'
import { toHex } from '../kernel/hex.ts'
import type { Compression, Crypto } from '../kernel/ports.ts'
import { blobName, bundleLimits, type Manifest, type ManifestRun, memberNames, readmeOf, type Seal, segmentsName } from './bundle-format.ts'
import { blockBytes, paddingOf, tarEnd, tarHeader } from './tar.ts'

export type BundleSegment = { readonly run: ManifestRun; readonly from: number; readonly to: number; readonly bytes: Uint8Array }
export type BundleBlob = { readonly sha256: string; readonly sizeBytes: number; readonly pieces: () => Iterable<Uint8Array> }

export type BundleParts = {
  readonly manifest: Manifest
  /** As the manifest names them. */
  readonly statements: readonly { readonly name: string; readonly envelope: Envelope }[]
  /** As the manifest's runs say, each from its beginning to its end. */
  readonly segments: Iterable<BundleSegment>
  readonly blobs: Iterable<BundleBlob>
  readonly seal: (statement: Seal) => Promise<Envelope>
}

type WriterPorts = { readonly crypto: Pick<Crypto, 'hasher' | 'sha256'>; readonly compression: Compression }

/** Holds no more than one member at a time, of content no more than a piece. */
export async function* writeBundle(parts: BundleParts, { crypto, compression }: WriterPorts): AsyncGenerator<Uint8Array, void> {
  const { manifest, statements } = parts
  const modifiedSeconds = Math.floor(Date.parse(manifest.createdAt) / 1000)
  const hasher = crypto.hasher()
  let sizeBytes = 0
  const note = (bytes: Uint8Array): Uint8Array => {
    hasher.update(bytes)
    sizeBytes += bytes.length
    return bytes
  }
  function* member(name: string, bytes: Uint8Array): Generator<Uint8Array, void> {
    const padding = paddingOf(bytes.length)
    const packed = new Uint8Array(blockBytes + bytes.length + padding)
    packed.set(tarHeader({ name, sizeBytes: bytes.length, modifiedSeconds }))
    packed.set(bytes, blockBytes)
    yield note(packed)
  }
  const manifestBytes = jsonBytes(manifest)
  yield* member(memberNames.readme, new TextEncoder().encode(readmeOf(manifest)))
  yield* member(memberNames.manifest, manifestBytes)
  for (const { name, envelope } of statements) yield* member(name, jsonBytes(envelope))
  for (const { name, bytes } of packSegments(parts.segments)) yield* member(name, compression.zstd(bytes))
  for (const blob of parts.blobs) {
    if (blob.sizeBytes <= bundleLimits.wholeBlobBytes) {
      yield* member(blobName(blob.sha256), compression.zstd(Buffer.concat([...blob.pieces()])))
      continue
    }
    let packedBytes = 0
    for await (const piece of compression.zstdStream(blob.pieces())) packedBytes += piece.length
    yield note(tarHeader({ name: blobName(blob.sha256), sizeBytes: packedBytes, modifiedSeconds }))
    for await (const piece of compression.zstdStream(blob.pieces())) yield note(piece)
    yield note(new Uint8Array(paddingOf(packedBytes)))
  }
  const seal: Seal = {
    v: 1,
    kind: 'bundle',
    bundleId: manifest.bundleId,
    manifest: toHex(crypto.sha256(manifestBytes)),
    sizeBytes,
    sha256: toHex(hasher.digest()),
  }
  yield* sealed(jsonBytes(await parts.seal(seal)), modifiedSeconds)
}

function* sealed(bytes: Uint8Array, modifiedSeconds: number): Generator<Uint8Array, void> {
  yield tarHeader({ name: memberNames.seal, sizeBytes: bytes.length, modifiedSeconds })
  yield bytes
  yield new Uint8Array(paddingOf(bytes.length))
  yield tarEnd
}

/** Segments of one run together, each behind its length (u32, big-endian), up to about a MiB. */
function* packSegments(segments: Iterable<BundleSegment>): Generator<{ readonly name: string; readonly bytes: Uint8Array }, void> {
  let waiting: BundleSegment[] = []
  let waitingBytes = 0
  const flush = (): { readonly name: string; readonly bytes: Uint8Array } => {
    const [first] = waiting as [BundleSegment]
    const name = segmentsName(first.run, first.from, waiting.at(-1)?.to ?? first.to)
    const bytes = joinSegments(waiting.map((segment) => segment.bytes))
    waiting = []
    waitingBytes = 0
    return { name, bytes }
  }
  for (const segment of segments) {
    const isOther = waiting[0] !== undefined && waiting[0].run !== segment.run
    if (isOther || (waiting.length > 0 && waitingBytes + segment.bytes.length > bundleLimits.chunkBytes)) yield flush()
    waiting.push(segment)
    waitingBytes += segment.bytes.length
  }
  if (waiting.length > 0) yield flush()
}

export function joinSegments(segments: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(segments.reduce((sum, { length }) => sum + 4 + length, 0))
  const view = new DataView(joined.buffer)
  let at = 0
  for (const bytes of segments) {
    view.setUint32(at, bytes.length)
    joined.set(bytes, at + 4)
    at += 4 + bytes.length
  }
  return joined
}

function jsonBytes(value: unknown): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(value)}\n`)
}
