/** `ibcf relay`: carries what nodes and masters say to each other, and keeps it while the next hop is away. */
import type { AgentView } from '../agent/config.ts'
import { defaultConfig } from '../agent/config.ts'
import { AppError, exitCodes } from '../kernel/app-error.ts'
import { defaultQueueBytes, leastQueueBytes, type RelayView } from '../relay/config.ts'
import { serveRelay } from '../relay/entry.ts'
import { parseAddress } from '../app/node-listener.ts'
import type { Command, CommandIo } from './command.ts'
import { pathOption, readOptions, required } from './options.ts'

const options = {
  data: { type: 'string' },
  listen: { type: 'string' },
  upstream: { type: 'string', multiple: true },
  name: { type: 'string' },
  tags: { type: 'string' },
  'queue-bytes': { type: 'string' },
  'master-key': { type: 'string' },
  'contact-every': { type: 'string' },
  'observe-every': { type: 'string' },
  json: { type: 'boolean' },
} as const

export const command: Command = {
  name: 'relay',
  summary: 'carries for nodes and masters, and keeps what it carries while the next hop is away',
  usage: `
ibcf relay --data DIR --listen HOST:PORT --upstream URL [--upstream URL ...] [--queue-bytes N] [--name N] [--tags a,b]
           [--contact-every S] [--observe-every S] [--master-key ed25519:...] [--json]

Stands between nodes and their master, or between two relays. While the next hop answers, it carries requests and answers on. While it does
not, nodes leave with it what the master lacks, and take what the master left for them: held here, and not with the master. On contact it
hands all of it on, the most urgent lane first, and lets go of nothing before the next hop holds it. It can be stopped, carried to another
place and started with other upstreams. It is a node of kind RELAY itself: a person lets it in at the master.
Prints one line when it serves, {"ready":true,"url":...,"relayId":...,"pid":...}, then its states. Ends cleanly on SIGTERM.

  --data DIR          its identity, its log and all it holds; one relay at a time
  --listen HOST:PORT  where nodes reach it; port 0 takes a free one
  --upstream URL      the next hop: a master, or a relay before it; given several times, the first one is preferred
  --queue-bytes N     what it holds for others at most (default: ${defaultQueueBytes}, at least ${leastQueueBytes}). What does not fit is
                      counted by origin and lane and told to the master
  --contact-every S   it means to be heard at least this often (default: ${defaultConfig.contactEverySeconds})
  --observe-every S   how often it measures and records how it stands (default: ${defaultConfig.observeEverySeconds})
  --master-key K      the key that the master must show
  --json              states as JSON lines, with what it holds`,
  run: async (args, io) => {
    const { values } = readOptions(args, options)
    const isJson = values.json === true
    const upstreamUrls = (values.upstream ?? []).map(readUrl)
    if (upstreamUrls.length === 0) required(undefined, 'upstream')
    const address = parseAddress(required(values.listen, 'listen'))
    const ended = Promise.withResolvers<number>()
    const opened: { view?: () => RelayView } = {}
    const running = await serveRelay(
      { config: readConfig(values, io), upstreamUrls, address, queueBytes: readBytes(values['queue-bytes']) },
      (agent) => {
        tell(agent, opened.view?.(), isJson, io)
        const code = endOf(agent)
        if (code !== undefined) ended.resolve(code)
      },
    )
    opened.view = running.relay.view
    const { relayId, agent } = running.relay.view()
    const { keyId, keyWords } = agent
    io.stdout(JSON.stringify({ ready: true, url: running.url, relayId, keyId, keyWords: keyWords.join(' '), pid: process.pid }))
    if (!isJson) io.stdout(`Read out these words of the key to whoever lets this relay in: ${keyWords.join(' ')}`)
    if (io.signal.aborted) ended.resolve(exitCodes.done)
    io.signal.addEventListener('abort', () => ended.resolve(exitCodes.done), { once: true })
    const code = await ended.promise
    await running.close()
    return code
  },
}

function endOf({ state }: AgentView): number | undefined {
  if (state === 'REFUSED') return exitCodes.refused
  return state === 'FAILED' ? exitCodes.environment : undefined
}

function tell({ state, mode, phase, difficulty }: AgentView, relay: RelayView | undefined, isJson: boolean, io: CommandIo): void {
  if (isJson) {
    const held = relay === undefined ? null : relay.held
    io.stdout(JSON.stringify({ state, mode: mode ?? null, phase: phase ?? null, held, difficulty: difficulty ?? null }))
    return
  }
  if (difficulty !== undefined) io.stderr(`${difficulty.sentence} (${difficulty.code})`)
  const events = relay?.held.events ?? 0
  io.stdout(`${state}${events === 0 ? '' : `, ${events} events of others held here, not with the master`}`)
}

function readConfig(
  values: ReturnType<typeof readOptions<typeof options>>['values'],
  io: CommandIo,
): Parameters<typeof serveRelay>[0]['config'] {
  const masterKeyId = values['master-key']
  if (masterKeyId !== undefined && !/^ed25519:[0-9a-f]{32}$/.test(masterKeyId))
    throw usage('--master-key takes ed25519: and 32 hex digits, as the master shows it.')
  const tags = (values.tags ?? '').split(',').map((tag) => tag.trim().slice(0, 100))
  return {
    ...defaultConfig,
    directory: pathOption(values.data, 'data', io),
    name: ((values.name ?? '').trim() || `Relay on ${process.env['HOSTNAME'] ?? 'this machine'}`).slice(0, 200),
    kind: 'RELAY',
    tags: tags.filter((tag) => tag !== '').slice(0, 50),
    ...(masterKeyId === undefined ? {} : { masterKeyId }),
    contactEverySeconds: seconds(values['contact-every'], 'contact-every') ?? defaultConfig.contactEverySeconds,
    observeEverySeconds: seconds(values['observe-every'], 'observe-every') ?? defaultConfig.observeEverySeconds,
  }
}

function seconds(text: string | undefined, name: string): number | undefined {
  if (text === undefined) return undefined
  const value = /^[0-9]{1,6}$/.test(text) ? Number(text) : 0
  if (value < 1 || value > 24 * 3600) throw usage(`--${name} takes whole seconds from 1 to ${24 * 3600}.`)
  return value
}

function readBytes(text: string | undefined): number {
  if (text === undefined) return defaultQueueBytes
  const value = /^[0-9]{1,15}$/.test(text) ? Number(text) : 0
  if (value < leastQueueBytes) throw usage(`--queue-bytes takes a number of bytes from ${leastQueueBytes}.`)
  return value
}

function readUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:')
    throw usage('--upstream takes an http or https URL, for example http://10.0.0.1:7400.')
  return url.href
}

function usage(sentence: string): AppError {
  return new AppError('Invalid', 'OPTION_MALFORMED', sentence)
}
