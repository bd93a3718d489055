/**
 * What whoever looks after a master asks of its store: how large it is and when the disk will be full, a backup, and how that goes.
 * It runs beside the writer and asks nothing of it.
 */
import type { z } from 'zod'
import { type backupRequest, type BackupState, type StoreView } from '../../contract/store.ts'
import { AppError, isAppError } from '../../kernel/app-error.ts'
import type { Ports } from '../../kernel/ports.ts'
import type { Reader } from '../../kernel/reader.ts'
import { isAbsolute, join } from 'node:path'
import { storeName } from '../../store/backup-copy.ts'
import { fileSize, freeBytes } from '../../store/backup-file.ts'
import { readStoreFigures, type StoreFigures } from '../../store/backup-figures.ts'
import { recordedAtOf } from '../../store/read-events.ts'
import { archivesOf } from './archive-desk.ts'
import type { BackupOptions, MadeBackup } from './backup.ts'
import { listBackups, rememberBackup } from './backups.ts'
import type { Sealing } from './seal.ts'

/** Makes a backup here or in a thread of its own. */
export type BackupMaker = (options: BackupOptions) => Promise<MadeBackup>

export type Keeping = {
  readonly store: (reader: Reader) => StoreView
  /** Begins one; how it goes is told by `backup`. Throws Rejected `BACKUP_RUNNING`, Invalid `PATH_NOT_ABSOLUTE`, `SEALING_AMBIGUOUS`. */
  readonly begin: (request: z.infer<typeof backupRequest>) => Promise<BackupState>
  readonly backup: () => BackupState
  readonly backups: () => readonly MadeBackup[]
  /** Throws Rejected `BACKUP_NOT_RUNNING`. */
  readonly cancel: () => BackupState
  /** Ends what runs, and waits for its end. */
  readonly close: () => Promise<void>
}

const dayMs = 24 * 60 * 60_000
/** A store that is younger says nothing about a day. */
const leastObservedMs = 60 * 60_000
const farAwayMs = 10 * 365 * dayMs

const idle: BackupState = { state: 'none', file: null, progress: null, made: null, problem: null }

/** `directory` undefined is a master in memory, which keeps nothing. */
export function createKeeping(
  directory: string | undefined,
  ports: Ports,
  programVersion: string,
  changed: () => void,
  make: BackupMaker = async (options) => (await loadBackup()).makeBackup(options, ports),
): Keeping {
  let current = idle
  let running: { readonly stop: AbortController; readonly ended: Promise<void> } | undefined

  function show(state: BackupState): void {
    current = state
    changed()
  }

  function requireDirectory(): string {
    if (directory !== undefined) return directory
    throw new AppError('Rejected', 'NOTHING_KEPT', 'The demo island is in memory only: there is nothing to back up.')
  }

  async function run(from: string, file: string, sealing: Sealing, signal: AbortSignal): Promise<void> {
    try {
      const made = await make({
        directory: from,
        file,
        sealing,
        programVersion,
        signal,
        onProgress: (progress) => show({ ...current, progress }),
      })
      rememberBackup(from, made, ports)
      show({ state: 'done', file, progress: null, made, problem: null })
    } catch (error) {
      const problem = isAppError(error)
        ? { code: error.code, sentence: error.message }
        : { code: 'UNEXPECTED', sentence: 'The backup could not be made.' }
      if (!isAppError(error)) ports.diagnostics.error('a backup failed', { reason: String(error) })
      show({ state: problem.code === 'CANCELLED' ? 'cancelled' : 'failed', file, progress: null, made: null, problem })
    } finally {
      running = undefined
    }
  }

  return {
    store: (reader) => storeView(requireDirectory(), reader, ports),
    begin: async ({ file, passphrase, recipient }) => {
      const from = requireDirectory()
      const { encrypterOf } = await loadSealing()
      if (running !== undefined) throw new AppError('Rejected', 'BACKUP_RUNNING', 'A backup is being made already.', { file: current.file })
      if (!isAbsolute(file))
        throw new AppError('Invalid', 'PATH_NOT_ABSOLUTE', 'The backup needs an absolute path on the machine of the master.')
      const sealing = sealingOf(passphrase, recipient)
      if (sealing.kind !== 'none') encrypterOf(sealing)
      const stop = new AbortController()
      show({ ...idle, state: 'running', file })
      running = { stop, ended: run(from, file, sealing, stop.signal) }
      return current
    },
    backup: () => current,
    backups: () => (directory === undefined ? [] : listBackups(directory, ports.files)),
    cancel: () => {
      if (running === undefined) throw new AppError('Rejected', 'BACKUP_NOT_RUNNING', 'No backup is being made.')
      running.stop.abort()
      return current
    },
    close: async () => {
      running?.stop.abort()
      await running?.ended
    },
  }
}

/** Loaded when a backup is asked for: what encrypts it is a third of all that would be loaded, and few starts need it. */
const loadSealing = async () => import('./seal.ts')
const loadBackup = async () => import('./backup.ts')

function sealingOf(passphrase: string | undefined, recipient: string | undefined): Sealing {
  if (passphrase !== undefined && recipient !== undefined)
    throw new AppError('Invalid', 'SEALING_AMBIGUOUS', 'A backup is encrypted with a passphrase or for a recipient, not both.')
  if (recipient !== undefined) return { kind: 'recipient', recipient }
  return passphrase === undefined ? { kind: 'none' } : { kind: 'passphrase', passphrase }
}

function storeView(directory: string, reader: Reader, { clock }: Pick<Ports, 'clock'>): StoreView {
  const path = join(directory, storeName)
  const figures = readStoreFigures(reader)
  const freeDiskBytes = freeBytes(directory)
  const growth = growthPerDay(reader, figures, clock.now())
  const fullInMs = growth === null || growth === 0 ? null : (freeDiskBytes / growth) * dayMs
  const { inUseBytes: _, createdAt: __, ...shown } = figures
  return {
    path,
    ...shown,
    archives: archivesOf(reader),
    fileBytes: fileSize(path),
    walBytes: fileSize(`${path}-wal`),
    freeDiskBytes,
    growthBytesPerDay: growth,
    fullOn: fullInMs === null || fullInMs > farAwayMs ? null : new Date(clock.now() + fullInMs).toISOString(),
  }
}

/** By what was recorded in the last week, or since the store was made if that is less, at what an event takes up here. */
function growthPerDay(reader: Reader, { inUseBytes, events, createdAt }: StoreFigures, now: number): number | null {
  const since = Math.max(createdAt ?? now, now - 7 * dayMs)
  if (now - since < leastObservedMs || events === 0) return null
  const recent = events - lastRecordedBefore(reader, since, events)
  return Math.round((recent * (inUseBytes / events) * dayMs) / (now - since))
}

/** The last position recorded before an instant, by halves; the store records in the order of its clock. */
function lastRecordedBefore(reader: Reader, instant: number, last: number): number {
  let low = 0
  let high = last
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    const recordedAt = recordedAtOf(reader, middle)
    if (recordedAt === undefined || recordedAt >= instant) high = middle - 1
    else low = middle
  }
  return low
}
