/** The thread that makes a backup: deriving a key from a passphrase alone takes seconds, in which whoever serves would answer nobody. */
import { parentPort, workerData } from 'node:worker_threads'
import { AppError } from '../kernel/app-error.ts'
import { createPorts } from '../platform/ports.ts'
import { type BackupOptions, type MadeBackup, makeBackup } from './keeping/backup.ts'
import type { Progress } from './keeping/progress.ts'
import { type Failure, failureOf } from './writer/messages.ts'

/** What the thread is started with; any message to it gives the backup up. */
export type BackupData = Omit<BackupOptions, 'onProgress' | 'signal'>

export type BackupTold =
  | { readonly kind: 'progress'; readonly progress: Progress }
  | { readonly kind: 'made'; readonly made: MadeBackup }
  | { readonly kind: 'failed'; readonly failure: Failure }

/** Between two tellings; a stage that begins is told at once. */
const tellEveryMs = 100

const port = parentPort
if (port === null)
  throw new AppError('Invalid', 'NO_CHANNEL', 'The backup is a thread of the core process; ibcf backup makes one by itself.')
const tell = (told: BackupTold): void => port.postMessage(told)
const ports = createPorts('backup', 'warn')
const stop = new AbortController()
port.on('message', () => stop.abort())

let stage: Progress['stage'] | undefined
let toldAt = 0
function onProgress(progress: Progress): void {
  const now = ports.clock.monotonic()
  if (progress.stage === stage && now - toldAt < tellEveryMs) return
  stage = progress.stage
  toldAt = now
  tell({ kind: 'progress', progress })
}

try {
  tell({ kind: 'made', made: await makeBackup({ ...(workerData as BackupData), onProgress, signal: stop.signal }, ports) })
} catch (error) {
  tell({ kind: 'failed', failure: failureOf(error) })
}
port.close()
