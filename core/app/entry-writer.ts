/** The writer's thread: a master over the real machine, asked and telling over the line to whoever started the thread. */
import { parentPort, Worker, workerData } from 'node:worker_threads'
import { AppError } from '../kernel/app-error.ts'
import { checkpoint, type Checkpointed, checkpointInline } from '../store/checkpoint.ts'
import type { CheckpointerAsked, CheckpointerData, CheckpointerTold } from '../store/entry-checkpointer.ts'
import { besideUs } from './beside-us.ts'
import type { Master } from './master.ts'
import { createCheckpoints } from './writer/checkpoints.ts'
import type { DiagnosticsLevel } from '../platform/diagnostics.ts'
import { createPorts } from '../platform/ports.ts'
import type { Asked, Line, Told, WriterSettings } from './writer/messages.ts'
import { runWriter } from './writer/writer-thread.ts'

/** What the thread is started with. */
export type WriterData = WriterSettings & { readonly diagnostics: DiagnosticsLevel }

/** 128 MiB: a log as long as this is moved by the commit that finds it, whatever it costs. */
const longestLogPages = 32_768
const inlineLogPages = 4000

const port = parentPort
if (port === null) throw new AppError('Invalid', 'NO_CHANNEL', 'The writer is a thread of the core process; it is not started by itself.')
const line: Line<Told, Asked> = {
  post: (message, owned = []) => port.postMessage(message, owned),
  listen: (hear) => void port.on('message', hear),
}
const { diagnostics, ...settings } = workerData as WriterData
const ports = createPorts('master', diagnostics)
let checkpoints: { readonly close: () => void } | undefined
const master = await runWriter({
  settings,
  ports,
  line,
  closing: () => checkpoints?.close(),
  ended: () => port.close(),
})
if (master !== undefined) checkpoints = checkpointElsewhere(master)

/** Until the other thread is there, and when it is not any more, commits move the log themselves as they always could. */
function checkpointElsewhere({ store }: Master): { readonly close: () => void } {
  const worker = new Worker(besideUs(import.meta.url, '../store/', 'entry-checkpointer'), {
    name: 'checkpointer',
    workerData: { directory: store.directory } satisfies CheckpointerData,
  })
  let settle: ((moved: Checkpointed | undefined) => void) | undefined
  let isEnding = false
  checkpointInline(store.reader, longestLogPages)
  worker.on('message', (told: CheckpointerTold) => settle?.(told.ok ? told : undefined))
  worker.on('error', (error) =>
    ports.diagnostics.error('the checkpointer failed; commits checkpoint themselves from now on', { reason: error.message }),
  )
  worker.on('exit', () => {
    if (isEnding) return
    policy.close()
    checkpointInline(store.reader, inlineLogPages)
  })
  const policy = createCheckpoints({
    ...ports,
    transactions: store.transactions,
    elsewhere: (kind) =>
      new Promise((resolve) => {
        settle = resolve
        worker.postMessage({ kind } satisfies CheckpointerAsked)
      }),
    here: () => void checkpoint(store.reader, 'PASSIVE'),
  })
  return {
    close: () => {
      isEnding = true
      policy.close()
      worker.postMessage({ kind: 'close' } satisfies CheckpointerAsked)
    },
  }
}
