/** The command line: finds the command, gives it its surroundings, turns failures into one sentence, a code and an exit status. */
import { AppError, exitCodeOf, exitCodes, isAppError } from '../kernel/app-error.ts'
import type { Command, CommandIo } from './command.ts'

/** Loaded only when asked for, so that `--help` needs nothing of what the commands need. */
const commands: Readonly<Record<string, () => Promise<{ readonly command: Command }>>> = {
  master: () => import('./master.ts'),
  console: () => import('./console.ts'),
  demo: () => import('./demo.ts'),
  node: () => import('./node.ts'),
  relay: () => import('./relay.ts'),
  parcel: () => import('./parcel.ts'),
  call: () => import('./call.ts'),
  verify: () => import('./verify.ts'),
  fingerprint: () => import('./fingerprint.ts'),
  rebuild: () => import('./rebuild.ts'),
  evidence: () => import('./evidence.ts'),
  seal: () => import('./seal.ts'),
  backup: () => import('./backup.ts'),
  restore: () => import('./restore.ts'),
  simulate: () => import('./simulate.ts'),
  bundle: () => import('./bundle.ts'),
}

export async function runCommandLine(args: readonly string[], io: CommandIo): Promise<number> {
  const [name = '--help', ...rest] = args
  if (name === '--help' || name === '-h' || name === 'help') {
    await printOverview(io)
    return exitCodes.done
  }
  const load = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (load === undefined)
    throw new AppError('Invalid', 'COMMAND_UNKNOWN', `There is no command "${name}"; ibcf --help lists them.`, { command: name })
  const { command } = await load()
  if (rest.includes('--help') || rest.includes('-h')) {
    io.stdout(command.usage.trim())
    return exitCodes.done
  }
  return command.run(rest, io)
}

async function printOverview(io: CommandIo): Promise<void> {
  io.stdout('ibcf: the regional master of a disconnected fleet, on the command line\n')
  for (const load of Object.values(commands)) {
    const { command } = await load()
    io.stdout(`  ${command.name.padEnd(12)} ${command.summary}`)
  }
  io.stdout(
    '\nibcf COMMAND --help says more. Exit status: 0 done, 1 a check failed, 2 wrong usage, 3 refused by a rule, 4 the environment.',
  )
}

/** Runs the process: standard streams, signals, exit status. */
async function main(): Promise<void> {
  const stop = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop.abort())
  const io: CommandIo = {
    stdout: (line) => void process.stdout.write(`${line}\n`),
    stderr: (line) => void process.stderr.write(`${line}\n`),
    cwd: process.env['INIT_CWD'] ?? process.cwd(),
    signal: stop.signal,
  }
  const args = process.argv.slice(2)
  try {
    process.exitCode = await runCommandLine(args, io)
  } catch (error) {
    process.exitCode = exitCodeOf(error)
    if (args.includes('--json'))
      io.stdout(
        JSON.stringify({
          ok: false,
          ...(isAppError(error)
            ? { code: error.code, message: error.message, facts: error.facts }
            : { code: 'UNEXPECTED', message: String(error) }),
        }),
      )
    io.stderr(
      isAppError(error)
        ? `${error.message} (${error.code})`
        : `Something went wrong that should not have: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    )
  }
}

if (import.meta.main) await main()
