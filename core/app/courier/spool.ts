/**
 * What the parser said of one bundle, kept beside the store until it is taken in or given up: from then on the stick is not needed any
 * more, and a killed process goes on where it was. Manifest and statements are small files, segments one file, content a file each.
 */
import { join } from 'node:path'
import { AppError } from '../../kernel/app-error.ts'
import type { Crypto, Files } from '../../kernel/ports.ts'
import { createFile, fileSize, readChunks, type WritingFile } from '../../store/backup-file.ts'
import { manifestSchema, type Manifest } from '../../sync/bundle-format.ts'
import { parseUntrustedJson } from '../../kernel/untrusted-json.ts'
import { parseEnvelope } from '../../sync/envelope.ts'
import type { Envelope } from '../../fleet/authority/events.ts'
import type { Frame } from './frames.ts'

export type SpooledStatement = { readonly name: string; readonly envelope: Envelope }

export type Spool = {
  /** As the frames come. Throws Corrupt `PARSER_GARBLED` for what is out of order, Unavailable `DISK_FULL`. */
  readonly take: (frame: Frame) => void
  /** Everything is durable from here on. */
  readonly finish: () => Spooled
  readonly giveUp: () => void
}

export type Spooled = {
  readonly manifest: Manifest
  readonly statements: readonly SpooledStatement[]
  readonly segments: number
  readonly segmentsBytes: number
}

const manifestLimits = { maxBytes: 128 * 1024 * 1024, maxDepth: 6, maxFields: 10_000_000 }
const statementLimits = { maxBytes: 128 * 1024 * 1024, maxDepth: 4, maxFields: 256 }
const segmentsName = 'segments.spool'
const maxSegmentBytes = 8 * 1024 * 1024

type SpoolPorts = { readonly files: Files; readonly crypto: Crypto }

export function openSpool(directory: string, { files, crypto }: SpoolPorts): Spool {
  files.makeDirectory(join(directory, 'blobs'))
  let manifest: Manifest | undefined
  const statements: SpooledStatement[] = []
  const segments = createFile(join(directory, segmentsName), crypto)
  let count = 0
  let bytes = 0
  let blob: { readonly sha256: string; readonly file: WritingFile } | undefined
  const giveUp = (): void => {
    blob?.file[Symbol.dispose]()
    segments[Symbol.dispose]()
  }
  return {
    take: ({ head, body }) => {
      switch (head.kind) {
        case 'manifest':
          manifest = manifestOf(body)
          return
        case 'statement':
          statements.push({ name: head.name, envelope: envelopeOf(body) })
          return
        case 'segment':
          if (body.length > maxSegmentBytes) throw garbled()
          segments.write(lengthOf(body))
          segments.write(body)
          count++
          bytes += body.length + 4
          return
        case 'blob':
          if (blob !== undefined || !manifest?.blobs.some(({ sha256 }) => sha256 === head.sha256)) throw garbled()
          blob = { sha256: head.sha256, file: createFile(blobPath(directory, head.sha256), crypto) }
          return
        case 'blob-piece':
          if (blob === undefined) throw garbled()
          blob.file.write(body)
          return
        case 'blob-end': {
          // Content is what its digest says, whoever says so.
          if (blob === undefined || blob.file.finish().sha256 !== blob.sha256) throw garbled()
          blob = undefined
          return
        }
        case 'end':
        case 'failed':
          return
      }
    },
    finish: () => {
      if (manifest === undefined || blob !== undefined) throw garbled()
      segments.finish()
      const encode = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value))
      files.writeAtomic(join(directory, 'manifest.json'), encode(manifest))
      files.writeAtomic(join(directory, 'statements.json'), encode(statements))
      return { manifest, statements, segments: count, segmentsBytes: bytes }
    },
    giveUp,
  }
}

/** Throws Corrupt `AIRLOCK_DAMAGED` where what was kept cannot be read any more. */
export function readSpooled(directory: string, files: Files): Pick<Spooled, 'manifest' | 'statements'> {
  const read = (name: string): unknown => {
    const bytes = files.read(join(directory, name))
    if (bytes === undefined)
      throw new AppError('Corrupt', 'AIRLOCK_DAMAGED', 'What was read from the bundle is not here any more; put it in again.')
    return JSON.parse(new TextDecoder().decode(bytes))
  }
  return { manifest: manifestSchema.parse(read('manifest.json')), statements: read('statements.json') as readonly SpooledStatement[] }
}

/** Plain encoded segments in order, one at a time. */
export function* spooledSegments(directory: string): Generator<Uint8Array, void> {
  let rest: Uint8Array = new Uint8Array()
  for (const chunk of readChunks(join(directory, segmentsName))) {
    rest = rest.length === 0 ? chunk : new Uint8Array(Buffer.concat([rest, chunk]))
    for (;;) {
      if (rest.length < 4) break
      const length = new DataView(rest.buffer, rest.byteOffset, 4).getUint32(0)
      if (rest.length < 4 + length) break
      yield rest.slice(4, 4 + length)
      rest = rest.subarray(4 + length)
    }
  }
}

export function spooledBlob(directory: string, sha256: string): { readonly sizeBytes: number; readonly chunks: Iterable<Uint8Array> } {
  const path = blobPath(directory, sha256)
  return { sizeBytes: fileSize(path), chunks: readChunks(path) }
}

function blobPath(directory: string, sha256: string): string {
  return join(directory, 'blobs', sha256)
}

function manifestOf(bytes: Uint8Array): Manifest {
  const parsed = parseUntrustedJson(bytes, manifestLimits)
  const checked = parsed.ok ? manifestSchema.safeParse(parsed.value) : undefined
  if (checked?.success !== true) throw garbled()
  return checked.data
}

function envelopeOf(bytes: Uint8Array): Envelope {
  const read = parseEnvelope(bytes, statementLimits)
  if (!read.ok) throw garbled()
  return read.value
}

function lengthOf(body: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setUint32(0, body.length)
  return bytes
}

function garbled(): AppError {
  return new AppError('Corrupt', 'PARSER_GARBLED', 'The process that reads the bundle said what makes no sense; nothing was taken in.')
}
