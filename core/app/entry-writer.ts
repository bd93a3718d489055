/** The writer's thread: a master over the real machine, asked and telling over the line to whoever started the thread. */
import { parentPort, workerData } from 'node:worker_threads'
import { AppError } from '../kernel/app-error.ts'
import type { DiagnosticsLevel } from '../platform/diagnostics.ts'
import { createPorts } from '../platform/ports.ts'
import { checkpointElsewhere } from './writer/checkpoint-elsewhere.ts'
import type { Asked, Line, Told, WriterSettings } from './writer/messages.ts'
import { runWriter } from './writer/writer-thread.ts'

/** What the thread is started with. */
export type WriterData = WriterSettings & { readonly diagnostics: DiagnosticsLevel }

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
if (master !== undefined) checkpoints = checkpointElsewhere(master.store, ports)
