/** The store of this master as its keeper sees it: how large it is, when the disk will be full, and its backups. */
import { z } from 'zod'
import { id, instant } from './common.ts'

const count = z.number().int().nonnegative()
const problem = z.object({ code: z.string(), sentence: z.string() })

/** Bulk that was sealed out of the store. What lies in an archive that is not there cannot be read until it is back. */
export const archivesView = z.object({
  directory: z.string().nullable(),
  count,
  events: count,
  sizeBytes: count,
  firstSealedAt: instant.nullable(),
  lastSealedAt: instant.nullable(),
  missingCount: count,
  missing: z.array(z.object({ log: z.string(), from: count, to: count, file: z.string() })),
})

export const storeView = z.object({
  path: z.string(),
  schemaVersion: count,
  /** Bytes of the database file, and of what waits in its write-ahead log. */
  fileBytes: count,
  walBytes: count,
  /** Bytes in the file that are free to be used again. */
  reusableBytes: count,
  events: count,
  logs: count,
  blobs: count,
  /** Plain bytes of all blobs. */
  blobBytes: count,
  /** Content that an event requires and that is not here; the first hundred digests. */
  missingBlobs: z.array(z.string()),
  archives: archivesView,
  freeDiskBytes: count,
  /** Measured from how the event store grew over the last days; null while it is too young to say. */
  growthBytesPerDay: z.number().nonnegative().nullable(),
  /** When the disk is full if it goes on like that; null when that cannot be said or is more than ten years away. */
  fullOn: instant.nullable(),
})
export type StoreView = z.infer<typeof storeView>

export const madeBackupView = z.object({
  file: z.string(),
  createdAt: instant,
  sizeBytes: count,
  sha256: z.string(),
  masterId: id,
  schemaVersion: count,
  events: count,
  fingerprint: z.string(),
  encryption: z.enum(['none', 'passphrase', 'recipient']),
  /** Whether private keys are in it: as they are sealed, plain inside of the encryption, or not. */
  keys: z.enum(['sealed', 'unsealed', 'left-out']),
  tookMs: z.number().nonnegative(),
})

export const backupState = z.object({
  state: z.enum(['none', 'running', 'done', 'failed', 'cancelled']),
  file: z.string().nullable(),
  /** While it runs. Bytes of the stage; events while verifying. */
  progress: z
    .object({
      stage: z.enum(['copying', 'verifying', 'packing', 'checking', 'unpacking']),
      done: count,
      total: count,
      perSecond: z.number().nonnegative(),
      etaSeconds: z.number().nonnegative().nullable(),
    })
    .nullable(),
  made: madeBackupView.nullable(),
  problem: problem.nullable(),
})
export type BackupState = z.infer<typeof backupState>

export const backupRequest = z.object({
  /** On the master's machine, an absolute path that does not exist. */
  file: z.string().min(1).max(4000),
  passphrase: z.string().min(1).max(1000).optional(),
  recipient: z.string().min(1).max(4000).optional(),
})

export const backupList = z.object({ items: z.array(madeBackupView), current: backupState })
