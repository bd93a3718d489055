/** `ibcf node`: runs the reference agent on this machine until it is told to stop. */
import { mkdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { type Agent, createAgent } from '../agent/agent.ts'
import { type AgentConfig, type AgentView, defaultConfig } from '../agent/config.ts'
import { createHostWorkload, readMaker } from '../agent/host-workload.ts'
import { nodeKinds } from '../fleet/node/node-record.ts'
import { AppError, exitCodeOf, exitCodes, isAppError } from '../kernel/app-error.ts'
import { isUlid } from '../kernel/ids.ts'
import { createHttpTransport } from '../platform/http-transport.ts'
import { createPorts } from '../platform/ports.ts'
import { lockDataDirectory } from '../store/lock.ts'
import { openStore } from '../store/open.ts'

/** What this agent reports to run where nothing else is known; raised with each release. */
const agentVersion = '0.1.0'

const options = {
  data: { type: 'string' },
  master: { type: 'string' },
  name: { type: 'string' },
  kind: { type: 'string' },
  tags: { type: 'string' },
  serial: { type: 'string' },
  via: { type: 'string' },
  'master-key': { type: 'string' },
  'contact-every': { type: 'string' },
  'autonomy-budget': { type: 'string' },
  'observe-every': { type: 'string' },
  'snapshot-every': { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean' },
} as const

export const command = {
  name: 'node',
  summary: 'run the reference node agent on this machine',
  usage: `ibcf node --data DIR --master URL [--name N] [--kind ${nodeKinds.join('|')}] [--tags a,b] [--serial X] [--via RELAY_ID]
          [--contact-every S] [--autonomy-budget S] [--observe-every S] [--snapshot-every S] [--master-key ed25519:...] [--json]`,
  run,
}

export type CommandIo = { readonly stdout: (line: string) => void; readonly stderr: (line: string) => void; readonly cwd: string }

async function run(args: readonly string[], io: CommandIo): Promise<number> {
  try {
    const asked = readArguments(args, io.cwd)
    if (asked === undefined) {
      io.stdout(command.usage)
      return exitCodes.done
    }
    return await runAgent(asked, io)
  } catch (error) {
    io.stderr(isAppError(error) ? `${error.message} [${error.code}]` : String(error))
    return exitCodeOf(error)
  }
}

type Asked = { readonly config: AgentConfig; readonly masterUrl: string; readonly isJson: boolean }

async function runAgent({ config, masterUrl, isJson }: Asked, io: CommandIo): Promise<number> {
  const ports = createPorts('node', 'warn')
  const { directory } = config
  makeDirectory(directory)
  using lock = await lockDataDirectory(directory, 'node')
  using store = await openStore({ directory, mode: 'read-write', role: 'node', ports })
  using transport = createHttpTransport({ baseUrl: masterUrl, timeoutMs: config.requestTimeoutMs })
  const ended = Promise.withResolvers<number>()
  const changed = (view: AgentView): void => {
    tell(view, isJson, io)
    if (view.state === 'REFUSED') ended.resolve(exitCodes.refused)
    if (view.state === 'FAILED') ended.resolve(exitCodes.environment)
    // An explicit pin that the master contradicts before it ever let us in: there is nothing to run for.
    if (view.difficulty?.code === 'MASTER_KEY_CHANGED' && view.masterId === undefined) ended.resolve(exitCodes.refused)
  }
  const workload = createHostWorkload(ports.files, directory, agentVersion)
  const agent: Agent = createAgent({ ports, store, transport, workload, config: { ...config, ...readMaker(ports.files) }, changed })
  const stop = (): void => ended.resolve(exitCodes.done)
  process.on('SIGTERM', stop).on('SIGINT', stop)
  try {
    const { nodeId, keyId } = agent.view()
    io.stdout(
      isJson
        ? JSON.stringify({ ready: true, nodeId, keyId, pid: process.pid })
        : `Node ${nodeId} runs with key ${keyId} (process ${process.pid}).`,
    )
    agent.start()
    const code = await ended.promise
    await agent.stop()
    return code
  } finally {
    process.off('SIGTERM', stop).off('SIGINT', stop)
    void lock
  }
}

function tell(view: AgentView, isJson: boolean, io: CommandIo): void {
  const { state, mode, phase, backlogMessages, difficulty } = view
  if (isJson) {
    io.stdout(JSON.stringify({ state, mode: mode ?? null, phase: phase ?? null, backlogMessages, difficulty: difficulty ?? null }))
    return
  }
  if (difficulty !== undefined) io.stderr(`${difficulty.sentence} [${difficulty.code}]`)
  io.stdout(
    `${state}${mode === undefined ? '' : `, seen by its master as ${mode}`}${backlogMessages === 0 ? '' : `, ${backlogMessages} events to send`}`,
  )
}

/** Undefined when help was asked for. Throws Invalid `USAGE`. */
function readArguments(args: readonly string[], cwd: string): Asked | undefined {
  const values = parse(args)
  if (values.help === true) return undefined
  if (values.data === undefined) throw usage('--data DIR is missing: it says where the node keeps its log.')
  if (values.master === undefined) throw usage('--master URL is missing: it says which master the node reports to.')
  const kind = nodeKinds.find((known) => known === (values.kind ?? defaultConfig.kind))
  if (kind === undefined) throw usage(`--kind must be one of ${nodeKinds.join(', ')}.`)
  if (values.via !== undefined && !isUlid(values.via)) throw usage('--via takes the identifier of a relay (26 characters).')
  const masterKeyId = values['master-key']
  if (masterKeyId !== undefined && !/^ed25519:[0-9a-f]{32}$/.test(masterKeyId))
    throw usage('--master-key takes ed25519: and 32 hex digits.')
  const name = (values.name ?? '').trim() || `node on ${process.env['HOSTNAME'] ?? 'this machine'}`
  const config: AgentConfig = {
    ...defaultConfig,
    directory: resolve(cwd, values.data),
    kind,
    name: name.slice(0, 200),
    tags: (values.tags ?? '')
      .split(',')
      .map((tag) => tag.trim().slice(0, 100))
      .filter((tag) => tag !== '')
      .slice(0, 50),
    ...(values.serial === undefined ? {} : { serial: values.serial.slice(0, 200) }),
    ...(values.via === undefined ? {} : { viaId: values.via }),
    ...(masterKeyId === undefined ? {} : { masterKeyId }),
    contactEverySeconds: seconds(values, 'contact-every', defaultConfig.contactEverySeconds, 1, 60 * 24 * 3600),
    autonomyBudgetSeconds: seconds(values, 'autonomy-budget', defaultConfig.autonomyBudgetSeconds, 0, 365 * 24 * 3600),
    observeEverySeconds: seconds(values, 'observe-every', defaultConfig.observeEverySeconds, 1, 24 * 3600),
    snapshotEverySeconds: seconds(values, 'snapshot-every', defaultConfig.snapshotEverySeconds, 1, 30 * 24 * 3600),
  }
  return { config, masterUrl: readUrl(values.master), isJson: values.json === true }
}

type Arguments = ReturnType<typeof parseArgs<{ args: string[]; options: typeof options }>>['values']

function parse(args: readonly string[]): Arguments {
  try {
    return parseArgs({ args: [...args], options }).values
  } catch (cause) {
    throw usage(cause instanceof Error ? cause.message : 'The arguments cannot be read.', cause)
  }
}

function seconds(
  values: Arguments,
  name: 'contact-every' | 'autonomy-budget' | 'observe-every' | 'snapshot-every',
  otherwise: number,
  least: number,
  most: number,
): number {
  const text = values[name]
  if (text === undefined) return otherwise
  const value = /^[0-9]{1,9}$/.test(text) ? Number(text) : Number.NaN
  if (!(value >= least && value <= most)) throw usage(`--${name} takes whole seconds from ${least} to ${most}.`)
  return value
}

function readUrl(text: string): string {
  if (!URL.canParse(text)) throw usage('--master takes a URL, for example http://10.0.0.1:7400.')
  const url = new URL(text)
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw usage('--master takes an http or https URL.')
  return url.href
}

function makeDirectory(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 })
  } catch (cause) {
    throw new AppError('Unavailable', 'DATA_DIRECTORY_UNAVAILABLE', `The data directory ${directory} cannot be made.`, { directory }, cause)
  }
}

function usage(sentence: string, cause?: unknown): AppError {
  return new AppError('Invalid', 'USAGE', sentence, {}, cause)
}
