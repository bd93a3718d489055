/**
 * Starts the parser of the airlock as a process of its own: no key, no path of the store, an empty environment, a bound on its memory, and
 * Node's permission model, which lets it read its own code and nothing else, write nothing, and start nothing ([CU7]).
 */
import { spawn } from 'node:child_process'
import { Worker } from 'node:worker_threads'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { AppError } from '../kernel/app-error.ts'

/** As the airlock knows it (app/courier/parser.ts). */
type StartedParser = {
  readonly write: (bytes: Uint8Array) => Promise<void>
  readonly end: () => void
  readonly output: AsyncIterable<Uint8Array>
  readonly kill: () => Promise<void>
}

/** Twice what a manifest of the largest size and its parts take. */
const heapMb = 512

/**
 * A process wherever one can be had. The desktop program's own core process cannot start one: its executable is no Node any more once the
 * fuses of a release are set. There it is a thread with a heap, an environment and streams of its own, which shares the process.
 */
export function startParser(entry: URL): StartedParser {
  return process.versions['electron'] === undefined ? startParserProcess(entry) : startParserThread(entry)
}

function startParserThread(entry: URL): StartedParser {
  const worker = new Worker(entry, {
    name: 'parser',
    stdin: true,
    stdout: true,
    stderr: true,
    env: {},
    resourceLimits: { maxOldGenerationSizeMb: heapMb },
  })
  const input = worker.stdin
  let isGone = input === null
  const gone = new Promise<void>((resolve) => {
    const end = (): void => {
      isGone = true
      resolve()
    }
    worker.once('exit', end)
    worker.once('error', end)
  })
  return {
    write: async (bytes) => {
      if (isGone || input === null) throw parserGone()
      if (input.write(bytes)) return
      await Promise.race([new Promise<void>((resolve) => input.once('drain', resolve)), gone])
      if (isGone) throw parserGone()
    },
    end: () => input?.end(),
    output: worker.stdout,
    kill: async () => {
      if (!isGone) await worker.terminate()
      await gone
    },
  }
}

export function startParserProcess(at: URL): StartedParser {
  const entry = fileURLToPath(at)
  const child = spawn(process.execPath, [...parserFlags(entry), entry], {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: {},
    cwd: dirname(entry),
    windowsHide: true,
  })
  let isGone = false
  const gone = new Promise<void>((resolve) => {
    const end = (): void => {
      isGone = true
      resolve()
    }
    child.once('exit', end)
    child.once('error', end)
  })
  // It ended while something was on its way to it: its output tells why, or ends early, which is told as well.
  child.stdin.on('error', () => undefined)
  return {
    write: async (bytes) => {
      if (isGone || child.stdin.destroyed) throw parserGone()
      if (child.stdin.write(bytes)) return
      await Promise.race([new Promise<void>((resolve) => child.stdin.once('drain', resolve)), gone])
      if (isGone) throw parserGone()
    },
    end: () => child.stdin.end(),
    output: child.stdout,
    kill: async () => {
      if (!isGone) child.kill('SIGKILL')
      await gone
    },
  }
}

/** What the process may do: read its own code. No other file, no writing, no process, no thread, no native code. */
export function parserFlags(entry: string): readonly string[] {
  return ['--permission', ...readable(entry).map((path) => `--allow-fs-read=${path}`), '--no-warnings', `--max-old-space-size=${heapMb}`]
}

/** In the sources the modules lie around it and in node_modules; bundled, all of them beside it. */
function readable(entry: string): readonly string[] {
  if (!entry.endsWith('.ts')) return [dirname(entry)]
  const core = dirname(dirname(entry))
  return [core, `${dirname(core)}/node_modules`, `${dirname(core)}/package.json`]
}

function parserGone(): AppError {
  return new AppError('Corrupt', 'PARSER_GARBLED', 'The process that reads the bundle has ended; nothing was taken in.')
}
