/** Puts a served master together with the real machine: clock, disk, network, and the simulator for its demo workspace. */
import { tmpdir } from 'node:os'
import { setFlagsFromString } from 'node:v8'
import { Worker } from 'node:worker_threads'
import { besideUs } from './beside-us.ts'
import { AppError } from '../kernel/app-error.ts'
import { createPorts } from '../platform/ports.ts'
import { listenHttp } from '../platform/http-listener.ts'
import { runProgram } from '../platform/program.ts'
import { startParser } from '../platform/parser-process.ts'
import { createVolumes } from '../platform/volumes.ts'
import { defaultDigestEveryMs } from './config.ts'
import type { CheckerThread } from './front/checker.ts'
import type { OpenFleet } from './front/remote-master.ts'
import type { ServeConfig, Serving } from './serve.ts'
import type { AdmissionBudget } from '../ingest/returns/queue-table.ts'
import type { MasterLevel } from '../fleet/node/node-record.ts'
import type { KeyProtection } from '../trust/key-store.ts'
import { productVersion } from './version.ts'
import type { WriterData } from './entry-writer.ts'
import { type Asked, errorOf, type Line, type Told, type WriterSettings } from './writer/messages.ts'
import type { DrillDesk } from './api/demo-control.ts'
import type { BackupData, BackupTold } from './entry-backup.ts'
import type { DrillData, DrillTold } from './entry-drill.ts'
import type { BackupMaker } from './keeping/keeping.ts'

export type ServingOptions = {
  readonly directory: string
  readonly name: string
  readonly rootDomainName: string
  readonly level: MasterLevel
  readonly address?: { readonly host: string; readonly port: number }
  readonly consoleDirectory?: string
  readonly keyProtection: KeyProtection
  readonly socketPath?: string
  readonly token?: string
  readonly returnBudget?: AdmissionBudget
}

export async function startServing(options: ServingOptions): Promise<Serving> {
  keepHeapsSmall()
  const ports = createPorts('master', diagnosticsLevel())
  const settings: WriterSettings = {
    directory: options.directory,
    keyProtection: options.keyProtection,
    version: productVersion,
    name: options.name,
    rootDomainName: options.rootDomainName,
    level: options.level,
    isDemo: false,
    digestEveryMs: defaultDigestEveryMs,
    thresholds: {},
    ...(options.returnBudget === undefined ? {} : { returnBudget: options.returnBudget }),
  }
  // The other thread loads and opens while this one loads what serves: neither waits for the other.
  const writer = startWriter(settings)
  const [{ serveMaster }, { openRemoteMaster }] = await Promise.all([import('./serve.ts'), import('./front/remote-master.ts')])
  const config: ServeConfig = {
    master: { ...settings, ports },
    open: () => writer.endingWith(openRemoteMaster(writer.line, settings.directory, ports, startChecker)),
    listen: listenHttp,
    temporaryDirectory: tmpdir(),
    nodeVersion: process.versions.node,
    pid: process.pid,
    platform: process.platform,
    // Loaded only when asked for: a real fleet never pays for the simulator.
    makeDemo: async () => {
      const [{ openDemoIsland }, { drills }] = await Promise.all([import('../simulator/demo-island.ts'), import('../simulator/drills.ts')])
      // Hours of a fleet's life are lived through in one go: with a small heap that takes twice as long (23 s and 44).
      setFlagsFromString('--no-memory-saver-mode')
      try {
        const island = await openDemoIsland({ ports, version: productVersion })
        const list = () => drills().map((drill) => ({ ...drill, holds: [...drill.holds] }))
        return { ...island, control: { ...island.control, drills: { list, run: oneAtATime(runDrillInThread) } } }
      } finally {
        keepHeapsSmall()
      }
    },
    makeBackup: makeBackupInThread,
    courier: {
      volumes: createVolumes({ scheduler: ports.scheduler, runProgram }),
      startParser: () => startParser(besideUs(import.meta.url, './', 'entry-parser')),
    },
    ...(options.address === undefined ? {} : { address: options.address }),
    ...(options.consoleDirectory === undefined ? {} : { consoleDirectory: options.consoleDirectory }),
    ...(options.socketPath === undefined ? {} : { socketPath: options.socketPath }),
    ...(options.token === undefined ? {} : { token: options.token }),
  }
  return serveMaster(config)
}

/** For the short-lived objects of one thread, MB: three times what is alive at most while a group commits. V8 would take 96. */
const youngMb = 24

/**
 * A heap is to grow by what is alive in it, not by what there is in the machine: V8 lets a heap of 20 MB grow to 60 before it looks.
 * Of all threads, also those that are not yet started. It costs an eighth more of what an act computes
 * (310 to 350 us) and takes off two fifths of all memory; an engine that does not know the flag does without it.
 */
function keepHeapsSmall(): void {
  setFlagsFromString('--memory-saver-mode')
}

function diagnosticsLevel(): 'debug' | 'warn' {
  return process.env['IBCF_DIAGNOSTICS'] === 'debug' ? 'debug' : 'warn'
}

type WriterThread = {
  readonly line: Line<Asked, Told>
  /** The fleet, which closes the thread when it closes or could not be opened, and is closed only once the thread has ended. */
  readonly endingWith: (opening: Promise<OpenFleet>) => Promise<OpenFleet>
}

/** The writer has a thread of its own; what ends that thread unasked ends the process, as it would if it were this one. */
function startWriter(settings: WriterSettings): WriterThread {
  const workerData: WriterData = { ...settings, diagnostics: diagnosticsLevel() }
  const worker = new Worker(besideUs(import.meta.url, './', 'entry-writer'), {
    name: 'writer',
    workerData,
    resourceLimits: { maxYoungGenerationSizeMb: youngMb },
  })
  let isEnding = false
  worker.on('error', (error) => {
    throw error
  })
  const exited = new Promise<void>((resolve) =>
    worker.once('exit', () => {
      if (!isEnding) throw new AppError('Bug', 'WRITER_GONE', 'The thread that writes has ended by itself.')
      resolve()
    }),
  )
  // It may be the first to be ready.
  const early: Told[] = []
  let hear = (told: Told): void => void early.push(told)
  worker.on('message', (told: Told) => {
    if (told.kind === 'failed') isEnding = true
    hear(told)
  })
  return {
    line: {
      post: (message, owned = []) => worker.postMessage(message, owned),
      listen: (listener) => {
        hear = listener
        for (const told of early.splice(0)) listener(told)
      },
    },
    endingWith: async (opening) => {
      const fleet = await opening.catch((error: unknown) => {
        isEnding = true
        throw error
      })
      return {
        ...fleet,
        close: async () => {
          isEnding = true
          await fleet.close()
          await exited
        },
      }
    },
  }
}

/** Whatever happens to it, the writer does its work itself. */
function startChecker(): CheckerThread {
  const worker = new Worker(besideUs(import.meta.url, './', 'entry-checker'), {
    name: 'checker',
    resourceLimits: { maxYoungGenerationSizeMb: youngMb },
  })
  worker.unref()
  return {
    post: (question, owned) => worker.postMessage(question, owned),
    listen: (hear, failed) => {
      worker.on('message', hear)
      worker.on('error', failed)
      worker.once('exit', failed)
    },
    close: () => void worker.terminate(),
  }
}

type DrillRunner = DrillDesk['run']

/** Each takes a processor for itself. */
function oneAtATime(run: DrillRunner): DrillRunner {
  let last: Promise<unknown> = Promise.resolve()
  return (request) => {
    const next = last.then(() => run(request))
    last = next.catch(() => undefined)
    return next
  }
}

const runDrillInThread: DrillRunner = async (workerData) => {
  const worker = new Worker(besideUs(import.meta.url, './', 'entry-drill'), {
    name: 'drill',
    workerData: workerData satisfies DrillData,
  })
  try {
    const told = await new Promise<DrillTold>((resolve, reject) => {
      worker.once('message', resolve)
      worker.once('error', reject)
      worker.once('exit', () => reject(new AppError('Bug', 'DRILL_GONE', 'The thread of the drill has ended by itself.')))
    })
    if (told.kind === 'failed') throw errorOf(told.failure)
    const { id, seed, ok, steps, checks, problems, virtualMs } = told.run
    return {
      id,
      seed,
      ok,
      steps: [...steps],
      checks: checks.map(({ sentence, looked, wrong }) => ({ sentence, looked, wrong: [...wrong] })),
      problems: [...problems],
      virtualMs,
    }
  } finally {
    await worker.terminate()
  }
}

/** Resolves once the thread is gone, so that nothing of it is under way when the process ends. */
const makeBackupInThread: BackupMaker = async ({ onProgress, signal, ...workerData }) => {
  const worker = new Worker(besideUs(import.meta.url, './', 'entry-backup'), {
    name: 'backup',
    workerData: workerData satisfies BackupData,
  })
  const giveUp = (): void => worker.postMessage('give up')
  signal?.addEventListener('abort', giveUp)
  try {
    const last = await new Promise<Exclude<BackupTold, { readonly kind: 'progress' }>>((resolve, reject) => {
      let outcome: Exclude<BackupTold, { readonly kind: 'progress' }> | undefined
      worker.on('message', (told: BackupTold) => {
        if (told.kind === 'progress') onProgress?.(told.progress)
        else outcome = told
      })
      worker.once('error', reject)
      worker.once('exit', () => {
        if (outcome === undefined) reject(new AppError('Bug', 'BACKUP_GONE', 'The thread that makes the backup has ended by itself.'))
        else resolve(outcome)
      })
    })
    if (last.kind === 'failed') throw errorOf(last.failure)
    return last.made
  } finally {
    signal?.removeEventListener('abort', giveUp)
  }
}
