/**
 * A bundle as a file, or in equal parts where a file may not be that large (FAT32 takes 4 GiB less one byte). Written under another name,
 * synced, read back and only then named; parts carry the mark of their bundle, so that those of an older one are never taken for it.
 */
import { basename, dirname, join } from 'node:path'
import { z } from 'zod'
import { AppError, isAppError } from '../../kernel/app-error.ts'
import { toHex } from '../../kernel/hex.ts'
import type { Crypto, Files } from '../../kernel/ports.ts'
import { createFile, digestOfFile, fileSize, listFiles, readChunks, renameFile } from '../../store/backup-file.ts'
import { readmeOf } from '../../sync/bundle-format.ts'
import type { OpenedExport } from './export-bundle.ts'

/** What a stick formatted as FAT32 takes as one file. */
export const largestPartBytes = 4 * 1024 ** 3 - 1

export const partsEnding = '.parts.json'

const digest = z.string().regex(/^[0-9a-f]{64}$/)
const partsSchema = z.strictObject({
  v: z.literal(1),
  format: z.literal('ibcf-bundle-parts'),
  bundleId: z.string().max(40),
  /** Of the bundle when it is joined. */
  sizeBytes: z.int().positive(),
  sha256: digest,
  parts: z
    .array(z.strictObject({ name: z.string().regex(/^[^/\\]{1,200}$/), sizeBytes: z.int().positive(), sha256: digest }))
    .min(1)
    .max(100_000),
})
type PartList = z.infer<typeof partsSchema>

type FilePorts = { readonly crypto: Crypto; readonly files: Files }

export type WrittenBundle = {
  readonly file: string
  readonly sizeBytes: number
  readonly sha256: string
  readonly parts: readonly string[]
}

/**
 * `partBytes`: the most that one file may hold. What a bundle needs beside it when it is encrypted - README and receipt - lies beside it in
 * clear. Throws Conflict `FILE_EXISTS`, Unavailable `DISK_FULL`, `FILE_UNAVAILABLE`, Corrupt `FILE_NOT_AS_WRITTEN`.
 */
export async function writeBundleFile(
  path: string,
  { manifest, isEncrypted, receipt, chunks }: OpenedExport,
  { partBytes = largestPartBytes }: { readonly partBytes?: number | undefined },
  { crypto, files }: FilePorts,
): Promise<WrittenBundle> {
  const mark = manifest.bundleId.slice(-8)
  const hasher = crypto.hasher()
  const parts: PartList['parts'] = []
  let sizeBytes = 0
  let part: ReturnType<typeof createFile> | undefined
  let inPart = 0
  const nameOf = (number: number): string => `${path}.${mark}.${String(number).padStart(3, '0')}`
  const finish = (): void => {
    if (part === undefined) return
    const finished = part.finish()
    parts.push({ name: basename(nameOf(parts.length + 1)), ...finished })
    part = undefined
    inPart = 0
  }
  if (fileSize(path) > 0) throw new AppError('Conflict', 'FILE_EXISTS', `There is a file of that name already: ${path}.`, { path })
  try {
    for await (const chunk of chunks) {
      hasher.update(chunk)
      sizeBytes += chunk.length
      for (let at = 0; at < chunk.length; ) {
        part ??= createFile(nameOf(parts.length + 1), crypto)
        const taken = chunk.subarray(at, at + partBytes - inPart)
        part.write(taken)
        inPart += taken.length
        at += taken.length
        if (inPart === partBytes) finish()
      }
    }
    finish()
  } catch (error) {
    part?.[Symbol.dispose]()
    for (const { name } of parts) files.remove(join(dirname(path), name))
    throw error
  }
  const sha256 = toHex(hasher.digest())
  const [only] = parts
  if (only !== undefined && parts.length === 1) renameFile(join(dirname(path), only.name), path)
  else {
    const list: PartList = { v: 1, format: 'ibcf-bundle-parts', bundleId: manifest.bundleId, sizeBytes, sha256, parts }
    files.writeAtomic(`${path}${partsEnding}`, jsonBytes(list), 0o644)
  }
  if (isEncrypted) {
    files.writeAtomic(`${path}.README.txt`, new TextEncoder().encode(readmeOf(manifest)), 0o644)
    files.writeAtomic(`${path}.receipt.dsse.json`, jsonBytes(receipt), 0o644)
  }
  return { file: path, sizeBytes, sha256, parts: parts.length === 1 ? [] : parts.map(({ name }) => name) }
}

export type FoundBundle = {
  /** Its bytes from the beginning, as often as it is asked for. Throws Unavailable `VOLUME_GONE` where they cannot be read any more. */
  readonly read: () => Iterable<Uint8Array>
  readonly sizeBytes: number
  /** Parts of another bundle of the same name, which are not looked at. */
  readonly stale: readonly string[]
}

/**
 * One file, or the parts of one (by its name without them, or by its list of parts), each of them checked before any of it is read.
 * Throws NotFound `FILE_MISSING`, `PART_MISSING`, Corrupt `PART_DAMAGED`, `PARTS_UNREADABLE`.
 */
export function findBundleFile(path: string, { crypto, files }: FilePorts): FoundBundle {
  const whole = path.endsWith(partsEnding) ? path.slice(0, -partsEnding.length) : path
  const bytes = files.read(`${whole}${partsEnding}`)
  if (bytes === undefined || (whole === path && fileSize(path) > 0)) {
    if (fileSize(path) === 0) throw new AppError('NotFound', 'FILE_MISSING', `There is no file ${path}.`, { path })
    return { read: () => readFromStick(path), sizeBytes: fileSize(path), stale: [] }
  }
  const list = readList(bytes, whole)
  const directory = dirname(whole)
  for (const { name, sizeBytes, sha256 } of list.parts) {
    const file = join(directory, name)
    if (fileSize(file) === 0)
      throw new AppError('NotFound', 'PART_MISSING', `A part of the bundle is missing: ${name}.`, { name, parts: list.parts.length })
    if (fileSize(file) !== sizeBytes || digestOfFile(file, crypto) !== sha256)
      throw new AppError('Corrupt', 'PART_DAMAGED', `A part of the bundle is not what was written: ${name}. Copy it again.`, { name })
  }
  const ours = new Set(list.parts.map(({ name }) => name))
  const stale = listFiles(directory, '').filter(({ name }) => isPartOf(name, basename(whole)) && !ours.has(name))
  return {
    read: function* () {
      for (const { name } of list.parts) yield* readFromStick(join(directory, name))
    },
    sizeBytes: list.sizeBytes,
    stale: stale.map(({ name }) => name),
  }
}

/** It was there when it was found: what cannot be read now was pulled out, or is failing. */
function* readFromStick(path: string): Generator<Uint8Array, void> {
  try {
    yield* readChunks(path)
  } catch (cause) {
    if (!isAppError(cause) || (cause.code !== 'FILE_MISSING' && cause.code !== 'FILE_UNAVAILABLE')) throw cause
    throw new AppError(
      'Unavailable',
      'VOLUME_GONE',
      `The bundle cannot be read any more (${basename(path)}): its stick was pulled out, or fails. What was taken in stays; put it in again to go on.`,
      { path },
      cause,
    )
  }
}

function isPartOf(name: string, whole: string): boolean {
  return name.startsWith(`${whole}.`) && /^[0-9A-Z]{8}\.[0-9]{3,}$/.test(name.slice(whole.length + 1))
}

function readList(bytes: Uint8Array, whole: string): PartList {
  try {
    return partsSchema.parse(JSON.parse(new TextDecoder().decode(bytes)))
  } catch (cause) {
    throw new AppError('Corrupt', 'PARTS_UNREADABLE', `The list of parts beside ${whole} cannot be read.`, { path: whole }, cause)
  }
}

function jsonBytes(value: unknown): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(value)}\n`)
}
