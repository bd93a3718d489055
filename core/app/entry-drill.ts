/** The thread that lives through a drill: seconds of computing for hours of a fleet, in which whoever serves would answer nobody. */
import { parentPort, workerData } from 'node:worker_threads'
import { AppError } from '../kernel/app-error.ts'
import { createPorts } from '../platform/ports.ts'
import { type DrillRun, runDrill } from '../simulator/drills.ts'
import { type Failure, failureOf } from './writer/messages.ts'

export type DrillData = { readonly id: string; readonly seed: string }
export type DrillTold = { readonly kind: 'lived'; readonly run: DrillRun } | { readonly kind: 'failed'; readonly failure: Failure }

const port = parentPort
if (port === null) throw new AppError('Invalid', 'NO_CHANNEL', 'A drill is a thread of the core process; ibcf simulate runs one by itself.')
const tell = (told: DrillTold): void => port.postMessage(told)
const { id, seed } = workerData as DrillData
try {
  tell({ kind: 'lived', run: await runDrill(id, seed, { real: createPorts('drill', 'warn') }) })
} catch (error) {
  tell({ kind: 'failed', failure: failureOf(error) })
}
