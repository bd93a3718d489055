/** `ibcf node`: the reference agent on this machine. */
import type { AgentConfig, AgentView } from '../agent/config.ts'
import { defaultConfig } from '../agent/config.ts'
import { renewKey, takeOverIdentity } from '../agent/new-key.ts'
import { startNode } from '../agent/entry.ts'
import { type Envelope, envelopeSchema } from '../fleet/authority/events.ts'
import { nodeKinds } from '../fleet/node/node-record.ts'
import { AppError, exitCodes } from '../kernel/app-error.ts'
import { fromBase64 } from '../kernel/hex.ts'
import { isUlid, type NodeId } from '../kernel/ids.ts'
import { parseUntrustedJson } from '../kernel/untrusted-json.ts'
import { keyWordsOf } from '../log/fingerprint.ts'
import { createPorts } from '../platform/ports.ts'
import { lockDataDirectory } from '../store/lock.ts'
import { cardLimits, openCard } from '../sync/card.ts'
import type { Command, CommandIo } from './command.ts'
import { choiceOption, pathOption, readOptions, required } from './options.ts'

const options = {
  data: { type: 'string' },
  master: { type: 'string', multiple: true },
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
  'take-over': { type: 'string' },
  're-key': { type: 'boolean' },
  'break-glass': { type: 'string' },
  by: { type: 'string' },
  reason: { type: 'string' },
  json: { type: 'boolean' },
} as const

type Values = ReturnType<typeof readOptions<typeof options>>['values']

export const command: Command = {
  name: 'node',
  summary: 'runs the reference node agent on this machine',
  usage: `
ibcf node --data DIR --master URL [--master URL ...] [--name N] [--kind ${nodeKinds.join('|')}] [--tags a,b] [--serial X] [--via RELAY_ID]
          [--contact-every S] [--autonomy-budget S] [--observe-every S] [--snapshot-every S]
          [--master-key ed25519:...] [--take-over NODE_ID] [--json]
ibcf node --data DIR --re-key
ibcf node --data DIR --break-glass CARD --by NAME --reason TEXT

Observes this machine, asks to be let in by the master, and reports to it; while no master answers it goes on alone and loses nothing.
Prints one line when it runs, {"ready":true,"nodeId":...,"keyId":...,"pid":...}, then its states. Ends cleanly on SIGTERM.

  --data DIR            its identity and its log; one agent at a time
  --master URL          where its master listens, for example http://10.0.0.1:7400, or a relay on the way there; given several times
                        they are ways to the same master, and the first that leads there is taken
  --contact-every S     it means to be heard at least this often (default: ${defaultConfig.contactEverySeconds})
  --autonomy-budget S   how long it may go on alone before it counts as degraded (default: ${defaultConfig.autonomyBudgetSeconds})
  --observe-every S     how often it measures and decides (default: ${defaultConfig.observeEverySeconds})
  --snapshot-every S    how often it looks whether its snapshot changed (default: ${defaultConfig.snapshotEverySeconds})
  --master-key K        the key that the master must show; without it the first master that approves the node is trusted
  --take-over ID        this machine is the spare of the node ID: it asks the master to be it from now on, under a key of its own;
                        somebody there decides (Replace hardware), and the old key is cut
  --re-key              makes a new key for the node in DIR and ends; its next start asks to be let in under it, as with --take-over
  --break-glass CARD    lets the master of that card (a file of what ibcf call sync.card says there) command this node alone, and ends:
                        for when its own master cannot be reached and cannot be waited for. It is a critical alarm, and a debt until
                        somebody else has looked into it; the master of record ends it. Start the agent again with --master of that one
  --by NAME             who stands at the node
  --reason TEXT         why it is done, for whoever reviews it
  --json                states as JSON lines

Programs of the site take part through files in DIR: they write measurements.json, and read configuration.json and decisions.json.
What a command installs lies in DIR/software; it is started with --ibcf-check and prints {"version":...,"health":"OK"}, or what was there before
is put back. A command to restart the agent starts it anew in this process.`,
  run: async (args, io) => {
    const { values } = readOptions(args, options)
    if (values['re-key'] === true) return giveNewKey(values, io)
    if (values['break-glass'] !== undefined) return breakGlassHere(values, io)
    const config = readConfig(values, io)
    const spareOf = values['take-over']
    if (spareOf !== undefined) await becomeSpare(config.directory, readNodeId(spareOf))
    const [masterUrl = '', ...otherUrls] = (values.master ?? [required(undefined, 'master')]).map(readUrl)
    const ended = Promise.withResolvers<number>()
    const node = await startNode({ config, masterUrl, otherUrls }, (view) => {
      tell(view, values.json === true, io)
      const code = endOf(view)
      if (code !== undefined) ended.resolve(code)
    })
    const { nodeId, keyId, keyWords } = node.view()
    io.stdout(JSON.stringify({ ready: true, nodeId, keyId, keyWords: keyWords.join(' '), pid: process.pid }))
    if (values.json !== true) io.stdout(`Read out these words of the key to whoever lets this node in: ${keyWords.join(' ')}`)
    node.start()
    if (io.signal.aborted) ended.resolve(exitCodes.done)
    io.signal.addEventListener('abort', () => ended.resolve(exitCodes.done), { once: true })
    const code = await ended.promise
    await node.stop()
    return code
  },
}

/** While no agent runs on the directory: its lock is taken for as long. */
async function becomeSpare(directory: string, nodeId: NodeId): Promise<void> {
  using _lock = await lockDataDirectory(directory, 'node')
  takeOverIdentity(createPorts('node', 'warn'), directory, nodeId)
}

async function giveNewKey(values: Values, io: CommandIo): Promise<number> {
  const directory = pathOption(values.data, 'data', io)
  const ports = createPorts('node', 'warn')
  using _lock = await lockDataDirectory(directory, 'node')
  const { nodeId, keyId, publicKey } = renewKey(ports, directory)
  const words = keyWordsOf(ports.crypto, publicKey).join(' ')
  io.stdout(
    values.json === true
      ? JSON.stringify({ ok: true, nodeId, keyId, keyWords: words })
      : `The node has a new key. Start it again, and read out these words to whoever lets it in: ${words}`,
  )
  return exitCodes.done
}

/** While no agent runs on the directory. Nothing is sent: the master is told by the agent when it meets it. */
async function breakGlassHere(values: Values, io: CommandIo): Promise<number> {
  const directory = pathOption(values.data, 'data', io)
  const ports = createPorts('node', 'warn')
  const bytes = ports.files.read(pathOption(values['break-glass'], 'break-glass', io))
  if (bytes === undefined) throw usage('--break-glass takes the file of a master\u2019s card (ibcf call sync.card).')
  const card = openCard(ports.crypto, readCardFile(bytes))
  if (!card.ok) throw new AppError('Rejected', card.refusal.code, card.refusal.sentence, card.refusal.facts)
  const { masterId, level, keyId, publicKey, incarnation, name } = card.value
  const config = { ...defaultConfig, directory, name: '', kind: defaultConfig.kind, tags: [] }
  const node = await startNode({ config, masterUrl: 'http://127.0.0.1:9/' }, () => undefined)
  const { nodeId } = node.view()
  try {
    node.breakGlass({
      master: { masterId, level, keyId, publicKey, incarnation, name },
      by: required(values.by, 'by').slice(0, 200),
      reason: required(values.reason, 'reason').slice(0, 1500),
    })
  } finally {
    await node.stop()
  }
  const words = keyWordsOf(ports.crypto, fromBase64(publicKey)).join(' ')
  io.stdout(
    values.json === true
      ? JSON.stringify({ ok: true, nodeId, masterId, keyWords: words })
      : `Glass is broken: the master "${name}" commands this node alone from now on. Compare the words of its key with whoever runs it: ${words}`,
  )
  return exitCodes.done
}

function readCardFile(bytes: Uint8Array): Envelope {
  const parsed = parseUntrustedJson(bytes, cardLimits)
  const read = parsed.ok ? envelopeSchema.safeParse((parsed.value as { readonly envelope?: unknown }).envelope ?? parsed.value) : undefined
  if (read?.success !== true) throw usage('The file is not the card of a master.')
  return read.data
}

function readNodeId(text: string): NodeId {
  if (!isUlid(text)) throw usage('--take-over takes the identifier of a node (26 characters).')
  return text as NodeId
}

/** The exit status of an agent that has nothing more to do; undefined while it has. */
function endOf({ state, difficulty, masterId }: AgentView): number | undefined {
  if (state === 'REFUSED') return exitCodes.refused
  if (state === 'FAILED') return exitCodes.environment
  // The master contradicts an explicit pin before it ever let us in. Later on the node would go on alone.
  return difficulty?.code === 'MASTER_KEY_CHANGED' && masterId === undefined ? exitCodes.refused : undefined
}

function tell({ state, mode, phase, backlogMessages, heldAtRelay, difficulty }: AgentView, isJson: boolean, io: CommandIo): void {
  if (isJson) {
    io.stdout(
      JSON.stringify({
        state,
        mode: mode ?? null,
        phase: phase ?? null,
        backlogMessages,
        heldAtRelay: heldAtRelay ?? null,
        difficulty: difficulty ?? null,
      }),
    )
    return
  }
  if (difficulty !== undefined) io.stderr(`${difficulty.sentence} (${difficulty.code})`)
  const seen = mode === undefined ? '' : `, seen by its master as ${mode}`
  const left = heldAtRelay === undefined ? '' : `, ${heldAtRelay.events} of them held at a relay and not with the master`
  io.stdout(`${state}${seen}${backlogMessages === 0 ? '' : `, ${backlogMessages} events to send${left}`}`)
}

function readConfig(values: Values, io: CommandIo): AgentConfig {
  const masterKeyId = values['master-key']
  if (values.via !== undefined && !isUlid(values.via)) throw usage('--via takes the identifier of a relay (26 characters).')
  if (masterKeyId !== undefined && !/^ed25519:[0-9a-f]{32}$/.test(masterKeyId)) {
    throw usage('--master-key takes ed25519: and 32 hex digits, as the master shows it.')
  }
  const tags = (values.tags ?? '').split(',').map((tag) => tag.trim().slice(0, 100))
  return {
    ...defaultConfig,
    directory: pathOption(values.data, 'data', io),
    name: ((values.name ?? '').trim() || `Node on ${process.env['HOSTNAME'] ?? 'this machine'}`).slice(0, 200),
    kind: choiceOption(values.kind ?? defaultConfig.kind, 'kind', nodeKinds),
    tags: tags.filter((tag) => tag !== '').slice(0, 50),
    ...(values.serial === undefined ? {} : { serial: values.serial.slice(0, 200) }),
    ...(values.via === undefined ? {} : { viaId: values.via }),
    ...(masterKeyId === undefined ? {} : { masterKeyId }),
    contactEverySeconds: seconds(values, 'contact-every', 1, 60 * 24 * 3600) ?? defaultConfig.contactEverySeconds,
    autonomyBudgetSeconds: seconds(values, 'autonomy-budget', 0, 365 * 24 * 3600) ?? defaultConfig.autonomyBudgetSeconds,
    observeEverySeconds: seconds(values, 'observe-every', 1, 24 * 3600) ?? defaultConfig.observeEverySeconds,
    snapshotEverySeconds: seconds(values, 'snapshot-every', 1, 24 * 24 * 3600) ?? defaultConfig.snapshotEverySeconds,
  }
}

type Interval = 'contact-every' | 'autonomy-budget' | 'observe-every' | 'snapshot-every'

function seconds(values: Values, name: Interval, least: number, most: number): number | undefined {
  const text = values[name]
  if (text === undefined) return undefined
  const value = /^[0-9]{1,9}$/.test(text) ? Number(text) : Number.NaN
  if (!(value >= least && value <= most)) throw usage(`--${name} takes whole seconds from ${least} to ${most}.`)
  return value
}

function readUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:')
    throw usage('--master takes an http or https URL, for example http://10.0.0.1:7400.')
  return url.href
}

function usage(sentence: string): AppError {
  return new AppError('Invalid', 'OPTION_MALFORMED', sentence)
}
