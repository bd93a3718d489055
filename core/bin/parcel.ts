/** `ibcf parcel`: a master leaves at a relay what another master lacks, and takes from a relay what was left for it. */
import { join } from 'node:path'
import { createGatewayClient } from '../agent/gateway-client.ts'
import { createLinkMeter } from '../agent/link-meter.ts'
import { parcelList, relayGreeting, relayLimits } from '../contract/relay-link.ts'
import type { cardView, exportedView, importedView, peerList } from '../contract/sync.ts'
import { AppError, exitCodes } from '../kernel/app-error.ts'
import { toHex } from '../kernel/hex.ts'
import type { Transport } from '../kernel/ports.ts'
import { createHttpTransport } from '../platform/http-transport.ts'
import { createPorts } from '../platform/ports.ts'
import { sendParcel } from '../relay/parcels.ts'
import { z } from 'zod'
import { callProcedure, targetOfDirectory } from './api-client.ts'
import type { Command, CommandIo } from './command.ts'
import { pathOption, readOptions, required } from './options.ts'
import { temporaryDirectory } from './temporary-directory.ts'

const options = {
  data: { type: 'string' },
  relay: { type: 'string' },
  for: { type: 'string' },
  'max-bytes': { type: 'string' },
  operator: { type: 'string' },
  json: { type: 'boolean' },
} as const

export const command: Command = {
  name: 'parcel',
  summary: 'leaves at a relay what another master lacks, and takes what was left there',
  usage: `
ibcf parcel leave --data DIR --relay URL --for MASTER [--max-bytes N] [--operator NAME] [--json]
ibcf parcel fetch --data DIR --relay URL [--operator NAME] [--json]

leave packs what the other master lacks by its last receipt, encrypted for it, and leaves it at the relay: held there, and not with that
master. Its card has to be accepted (ibcf call sync.acceptPeer). At most ${relayLimits.maxParcelBytes} bytes go at a time, the most urgent first.
fetch takes in what waits at the relay for this master, and tells the relay by a signed receipt, which lets it go. The relay can open none
of it. Exit status: 0 done, 1 something could not be placed, 3 refused by a rule, 4 the relay was not reached.`,
  run: async ([verb = '', ...args], io) => {
    const { values } = readOptions(args, options)
    const asked: Asked = {
      directory: pathOption(values.data, 'data', io),
      url: required(values.relay, 'relay'),
      operator: values.operator,
      isJson: values.json === true,
      io,
    }
    if (verb === 'leave') return leave(asked, required(values.for, 'for'), values['max-bytes'])
    if (verb === 'fetch') return fetchParcels(asked)
    throw new AppError('Invalid', 'VERB_UNKNOWN', 'ibcf parcel takes leave or fetch; --help says more.', { verb })
  },
}

type Asked = {
  readonly directory: string
  readonly url: string
  readonly operator: string | undefined
  readonly isJson: boolean
  readonly io: CommandIo
}

const ports = createPorts('parcel', 'warn')
const timeoutMs = 30_000
/** README, manifest and what else surrounds the records in a bundle. */
const spareBytes = 64 * 1024

async function leave(asked: Asked, to: string, maxBytes: string | undefined): Promise<number> {
  using temporary = temporaryDirectory()
  using way = wayTo(asked.url)
  const { relayId, name } = await greet(way)
  const peers = await call<z.infer<typeof peerList>>(asked, 'sync.peers', {})
  const peer = peers.items.find(({ masterId }) => masterId === to)
  if (peer === undefined) throw new AppError('NotFound', 'PEER_UNKNOWN', 'The card of that master was not accepted here.', { masterId: to })
  const most = Math.min(maxBytes === undefined ? Number.POSITIVE_INFINITY : Number(maxBytes), relayLimits.maxParcelBytes - spareBytes)
  const made = await call<z.infer<typeof exportedView>>(asked, 'sync.export', {
    file: join(temporary.path, 'parcel.ibcf.age'),
    to: [to],
    maxBytes: most,
  })
  const body = ports.files.read(made.file)
  if (body === undefined)
    throw new AppError('Unavailable', 'PARCEL_UNREADABLE', 'The bundle that was packed cannot be read.', { file: made.file })
  const digest = toHex(ports.crypto.sha256(body))
  const client = createGatewayClient(way, ports.clock, createLinkMeter(), timeoutMs)
  const isHeld = await sendParcel(client, { digest, to, keyId: peer.keyId, bundleId: made.bundleId, body })
  if (!isHeld)
    throw new AppError('Unavailable', 'PARCEL_NOT_TAKEN', 'The relay did not take it, or went away; nothing was given up.', { relayId })
  const told = { ok: true, relayId, digest, bundleId: made.bundleId, events: made.events, sizeBytes: body.length, left: made.left }
  asked.io.stdout(
    asked.isJson
      ? JSON.stringify(told)
      : `${made.events} events for ${JSON.stringify(peer.name)} are held at ${JSON.stringify(name)}, and not with that master; ${made.left.events} stay behind for the next one.`,
  )
  return exitCodes.done
}

async function fetchParcels(asked: Asked): Promise<number> {
  using temporary = temporaryDirectory()
  using way = wayTo(asked.url)
  await greet(way)
  const client = createGatewayClient(way, ports.clock, createLinkMeter(), timeoutMs)
  const { masterId, envelope } = await call<z.infer<typeof cardView>>(asked, 'sync.card', {})
  const { publicKey } = cardKey.parse(JSON.parse(Buffer.from(envelope.payload, 'base64').toString('utf8')))
  const listed = await client.ask(parcelList, { method: 'GET', path: `/v1/relay/parcels?to=${masterId}` })
  if (listed.kind !== 'ok') throw new AppError('Unavailable', listed.code, listed.sentence)
  let isWhole = true
  const taken: z.infer<typeof importedView>[] = []
  for (const { digest, sizeBytes } of listed.value.parcels) {
    const file = join(temporary.path, `${digest}.ibcf.age`)
    const receiptFile = join(temporary.path, `${digest}.receipt.json`)
    ports.files.writeAtomic(file, await download(way, digest, sizeBytes), 0o600)
    const report = await call<z.infer<typeof importedView>>(asked, 'sync.import', { file, receiptFile })
    taken.push(report)
    isWhole &&= report.gaps.length + report.refused.length === 0
    const receipt: unknown = JSON.parse(new TextDecoder().decode(ports.files.read(receiptFile)))
    // A lost answer costs nothing: it is offered again, and taking it in again does no harm.
    await client.ask(z.unknown(), { method: 'POST', path: `/v1/relay/parcels/${digest}/taken`, json: { publicKey, receipt } })
  }
  const events = taken.reduce((sum, { storedEvents }) => sum + storedEvents, 0)
  asked.io.stdout(
    asked.isJson
      ? JSON.stringify({ ok: isWhole, parcels: taken.length, storedEvents: events })
      : `${taken.length} parcels, ${events} events were new.`,
  )
  return isWhole ? exitCodes.done : exitCodes.checkFailed
}

const cardKey = z.object({ publicKey: z.string() })

async function download(way: Transport, digest: string, sizeBytes: number): Promise<Uint8Array> {
  const whole = new Uint8Array(Math.min(sizeBytes, relayLimits.maxParcelBytes))
  for (let offset = 0; offset < whole.length; ) {
    const { status, body } = await way.request({
      method: 'GET',
      path: `/v1/relay/parcels/${digest}?offset=${offset}`,
      headers: {},
      timeoutMs,
    })
    if (status !== 200 || body.length === 0 || offset + body.length > whole.length)
      throw new AppError('Unavailable', 'PARCEL_UNREADABLE', 'The relay does not give out the parcel that it named.', { digest })
    whole.set(body, offset)
    offset += body.length
  }
  return whole
}

function wayTo(url: string): Transport & Disposable {
  if (!URL.canParse(url)) throw new AppError('Invalid', 'OPTION_MALFORMED', '--relay takes the URL of a relay.')
  return createHttpTransport({ baseUrl: url, timeoutMs })
}

/** Throws Unavailable with what came of asking: LINK_DOWN, NOT_A_MASTER, ROUTE_UNKNOWN where a master answers. */
async function greet(way: Transport): Promise<z.infer<typeof relayGreeting>> {
  const client = createGatewayClient(way, ports.clock, createLinkMeter(), timeoutMs)
  const greeting = await client.ask(relayGreeting, { method: 'GET', path: '/v1/relay' })
  if (greeting.kind === 'ok') return greeting.value
  throw new AppError('Unavailable', greeting.code, `No relay answers there: ${greeting.sentence}`)
}

async function call<Answer>({ directory, operator, io }: Asked, procedure: string, input: unknown): Promise<Answer> {
  return (await callProcedure(targetOfDirectory(directory, ports.files), 'main', procedure, input, operator, io.signal)) as Answer
}
