/** Reads a backup part by part, in constant memory, checking each against what the backup says of itself. */
import type { z } from 'zod'
import { AppError } from '../../kernel/app-error.ts'
import { toHex } from '../../kernel/hex.ts'
import type { Ports } from '../../kernel/ports.ts'
import { newestSchema } from '../../store/backup-copy.ts'
import { readChunks } from '../../store/backup-file.ts'
import { backupHead, backupManifest, type BackupHead, type BackupManifest, backupVersion, pieceBytes } from './backup-format.ts'
import { type Opening, opened } from './seal.ts'
import { damaged, readTar } from './tar.ts'

export type BackupPart =
  | { readonly kind: 'head'; readonly head: BackupHead }
  /** Plain bytes of the store, in order. */
  | { readonly kind: 'store'; readonly bytes: Uint8Array }
  /** The next bytes of an archive of this name; one after the other. */
  | { readonly kind: 'archive'; readonly name: string; readonly bytes: Uint8Array }
  | { readonly kind: 'file'; readonly name: string; readonly bytes: Uint8Array }
  /** The last one: everything before it was what it should be. */
  | { readonly kind: 'manifest'; readonly manifest: BackupManifest }

const otherFiles: readonly string[] = ['identity.json', 'settings.json', 'keys.json']

/**
 * Nothing of it may be taken for good before the manifest has come. Throws NotFound `FILE_MISSING`, Unauthorised `BACKUP_LOCKED`,
 * Incompatible `BACKUP_FROM_FUTURE`, `BACKUP_FOREIGN`, Corrupt `BACKUP_DAMAGED`.
 */
export async function* readBackup(
  file: string,
  opening: Opening,
  { crypto, compression }: Pick<Ports, 'crypto' | 'compression'>,
  onProgress?: (doneBytes: number) => void,
): AsyncGenerator<BackupPart, void> {
  const seen: BackupManifest['members'] = []
  const storeHasher = crypto.hasher()
  let head: BackupHead | undefined
  const archiveBytes = new Map<string, number>()
  let last: { readonly manifest: BackupManifest; readonly sha256: string } | undefined
  let storeBytes = 0
  let isWhole = false
  for await (const { name, bytes } of readTar(opened(counted(readChunks(file), onProgress), opening))) {
    if (isWhole) throw damaged('something follows its end')
    if (last !== undefined) {
      if (name !== 'manifest.sha256' || new TextDecoder().decode(bytes) !== `${last.sha256}\n`)
        throw damaged('a part of it is not what was written')
      isWhole = true
      yield { kind: 'manifest', manifest: last.manifest }
      continue
    }
    if (name === 'manifest.json') {
      const manifest = parse(backupManifest, bytes)
      const isSame = JSON.stringify(manifest.members) === JSON.stringify(seen) && JSON.stringify(manifest.head) === JSON.stringify(head)
      const isComplete = head?.archives.every((archive) => archiveBytes.get(archive.name) === archive.sizeBytes) === true
      if (!isSame || !isComplete || manifest.storeSha256 !== toHex(storeHasher.digest()) || storeBytes !== head?.storeBytes)
        throw damaged('a part of it is not what was written')
      last = { manifest, sha256: toHex(crypto.sha256(bytes)) }
      continue
    }
    seen.push({ name, sizeBytes: bytes.length, sha256: toHex(crypto.sha256(bytes)) })
    if (name === 'README.txt' && seen.length === 1) continue
    if (name === 'backup.json' && seen.length === 2) {
      head = requireReadable(bytes)
      yield { kind: 'head', head }
      continue
    }
    if (head === undefined) throw foreign()
    if (/^store\/\d{6}\.zst$/.test(name)) {
      const plain = unpack(bytes, compression)
      storeHasher.update(plain)
      storeBytes += plain.length
      if (storeBytes > head.storeBytes) throw damaged('it holds more than it says')
      yield { kind: 'store', bytes: plain }
    } else if (/^archive\/\d{6}\/\d{6}$/.test(name)) {
      const archive = head.archives[Number(name.split('/')[1]) - 1]
      const held = (archiveBytes.get(archive?.name ?? '') ?? 0) + bytes.length
      if (archive === undefined || held > archive.sizeBytes) throw damaged('it holds more than it says')
      archiveBytes.set(archive.name, held)
      yield { kind: 'archive', name: archive.name, bytes }
    } else if (otherFiles.includes(name)) yield { kind: 'file', name, bytes }
    else throw damaged('it holds what does not belong there')
  }
  if (!isWhole) throw damaged('it ends in the middle')
}

/** The version is looked at before the rest of the head: a later one may say it otherwise. */
function requireReadable(bytes: Uint8Array): BackupHead {
  const said = parse(backupHead.pick({ format: true, v: true, schemaVersion: true }).loose(), bytes)
  if (said.v > backupVersion || said.schemaVersion > newestSchema) {
    throw new AppError(
      'Incompatible',
      'BACKUP_FROM_FUTURE',
      'The backup was made by a newer version of this program; restore it with that version.',
      { version: said.v, schema: said.schemaVersion, newestSchema },
    )
  }
  return parse(backupHead, bytes)
}

function unpack(bytes: Uint8Array, compression: Ports['compression']): Uint8Array {
  try {
    return compression.unzstd(bytes, pieceBytes)
  } catch (cause) {
    throw damaged('a part of it does not unpack', cause)
  }
}

function parse<Shape extends z.ZodType>(shape: Shape, bytes: Uint8Array): z.infer<Shape> {
  try {
    return shape.parse(JSON.parse(new TextDecoder().decode(bytes)))
  } catch (cause) {
    throw damaged('what it says of itself cannot be read', cause)
  }
}

function foreign(): AppError {
  return new AppError('Incompatible', 'BACKUP_FOREIGN', 'This is an archive, but not a backup of this program.')
}

function* counted(chunks: Iterable<Uint8Array>, onProgress: ((doneBytes: number) => void) | undefined): Generator<Uint8Array, void> {
  let done = 0
  for (const chunk of chunks) {
    done += chunk.length
    onProgress?.(done)
    yield chunk
  }
}
