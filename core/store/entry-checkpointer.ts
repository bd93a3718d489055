/** The checkpointer's thread: moves the write-ahead log into the file when it is told to, and says how far it came. */
import { parentPort, workerData } from 'node:worker_threads'
import { AppError, isAppError } from '../kernel/app-error.ts'
import { openCheckpointer, type Checkpointed, type CheckpointKind } from './checkpoint.ts'

export type CheckpointerData = { readonly directory: string }
export type CheckpointerAsked = { readonly kind: CheckpointKind } | { readonly kind: 'close' }
export type CheckpointerTold = ({ readonly ok: true } & Checkpointed) | { readonly ok: false; readonly code: string }

const port = parentPort
if (port === null)
  throw new AppError('Invalid', 'NO_CHANNEL', 'The checkpointer is a thread of the core process; it is not started by itself.')
const { directory } = workerData as CheckpointerData
const checkpointer = await openCheckpointer(directory)

port.on('message', (asked: CheckpointerAsked) => {
  if (asked.kind === 'close') {
    checkpointer[Symbol.dispose]()
    port.close()
    return
  }
  port.postMessage(attempt(asked.kind))
})

/** A disk that is full or away is the writer's to show; here it is only not done now. */
function attempt(kind: CheckpointKind): CheckpointerTold {
  try {
    return { ok: true, ...checkpointer.checkpoint(kind) }
  } catch (error) {
    if (!isAppError(error) || error.kind !== 'Unavailable') throw error
    return { ok: false, code: error.code }
  }
}
