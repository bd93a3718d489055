/**
 * Restores a backup into an empty directory: unpacked and proven beside it, and moved there whole, or not at all ([MA15]). The master
 * that is started there begins a new life.
 */
import { join } from 'node:path'
import { AppError } from '../../kernel/app-error.ts'
import type { Ports } from '../../kernel/ports.ts'
import { cancelled, newestSchema, storeName } from '../../store/backup-copy.ts'
import { createFile, createWorkingDirectory, fileSize, requireFreeBytes, requireVacant, type WritingFile } from '../../store/backup-file.ts'
import { openStore } from '../../store/open.ts'
import { verifyStore } from '../../store/verify-store.ts'
import { heldFingerprint } from '../held/fingerprint.ts'
import { archiveName, type BackupHead, type BackupManifest } from './backup-format.ts'
import { readBackup } from './backup-reader.ts'
import { restoredMarkName } from './incarnation.ts'
import { followProgress, type Progress } from './progress.ts'
import type { Opening } from './seal.ts'
import { damaged } from './tar.ts'

export type RestoreOptions = {
  readonly file: string
  /** Missing or empty. */
  readonly directory: string
  readonly opening: Opening
  readonly onProgress?: (progress: Progress) => void
  readonly signal?: AbortSignal | undefined
}

export type Restored = {
  readonly directory: string
  readonly masterId: string
  readonly createdAt: string
  readonly events: number
  readonly fingerprint: string
  readonly keys: BackupHead['keys']
  readonly tookMs: number
}

type RestorePorts = Pick<Ports, 'clock' | 'crypto' | 'compression' | 'files' | 'scheduler' | 'diagnostics'>

/** Throws what `readBackup` throws, Conflict `RESTORE_TARGET_IN_USE`, Unavailable `DISK_SPACE_SHORT`, `DISK_FULL`, `CANCELLED`. */
export async function restoreBackup(options: RestoreOptions, ports: RestorePorts): Promise<Restored> {
  const { directory, signal } = options
  const began = ports.clock.monotonic()
  const progress = followProgress(ports.clock, options.onProgress)
  requireVacant(directory)
  using working = createWorkingDirectory(directory)
  const manifest = await unpackInto(working.path, options, ports, progress)
  await proveRestored(working.path, manifest, ports, (done, total) => {
    if (signal?.aborted === true) throw cancelled()
    progress('verifying', done, total)
  })
  const { head, events, fingerprint } = manifest
  const mark = { v: 1, restoredAt: new Date(ports.clock.now()).toISOString(), createdAt: head.createdAt }
  ports.files.writeAtomic(join(working.path, restoredMarkName), new TextEncoder().encode(`${JSON.stringify(mark)}\n`), 0o600)
  working.become(directory)
  const { masterId, createdAt, keys } = head
  return { directory, masterId, createdAt, events, fingerprint, keys, tookMs: Math.round(ports.clock.monotonic() - began) }
}

async function unpackInto(
  directory: string,
  { file, opening, signal }: RestoreOptions,
  ports: RestorePorts,
  progress: ReturnType<typeof followProgress>,
): Promise<BackupManifest> {
  const total = fileSize(file)
  using store = createFile(join(directory, storeName), ports.crypto)
  using archives = createArchives(join(directory, archiveName), ports)
  for await (const part of readBackup(file, opening, ports, (done) => progress('unpacking', done, total))) {
    if (signal?.aborted === true) throw cancelled()
    switch (part.kind) {
      case 'head':
        requireFreeBytes(
          directory,
          part.head.archives.reduce((sum, { sizeBytes }) => sum + sizeBytes, part.head.storeBytes),
        )
        break
      case 'store':
        store.write(part.bytes)
        await ports.scheduler.yield()
        break
      case 'archive':
        archives.write(part.name, part.bytes)
        await ports.scheduler.yield()
        break
      case 'file':
        ports.files.writeAtomic(join(directory, part.name), part.bytes, 0o600)
        break
      case 'manifest':
        store.finish()
        archives.finish()
        return part.manifest
    }
  }
  throw damaged('it ends in the middle')
}

/** Files that come one after the other. */
function createArchives(directory: string, { crypto, files }: RestorePorts) {
  let current: { readonly name: string; readonly file: WritingFile } | undefined
  const finish = (): void => void current?.file.finish()
  return {
    write: (name: string, bytes: Uint8Array): void => {
      if (current?.name !== name) {
        finish()
        files.makeDirectory(directory)
        current = { name, file: createFile(join(directory, name), crypto) }
      }
      current?.file.write(bytes)
    },
    finish,
    [Symbol.dispose]: () => current?.file[Symbol.dispose](),
  }
}

async function proveRestored(
  directory: string,
  manifest: BackupManifest,
  ports: RestorePorts,
  onProgress: (done: number, total: number) => void,
): Promise<void> {
  // One of an older version is brought up to date, which keeps a copy of it as it was beside it.
  const mode = manifest.head.schemaVersion < newestSchema ? 'read-write' : 'read-only'
  using store = await openStore({ directory, mode, role: 'master', ports })
  const { ok, findings, events } = await verifyStore(store.reader, ports, { onProgress })
  if (ok && events === manifest.events && heldFingerprint(store.reader, ports.crypto).words.join(' ') === manifest.fingerprint) return
  throw new AppError(
    'Corrupt',
    'BACKUP_DAMAGED',
    `The backup is damaged: its store does not prove itself. ${findings[0]?.sentence ?? 'It holds other events than it says.'}`,
    { findings: findings.length, first: findings[0]?.code ?? null },
  )
}
