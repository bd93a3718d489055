/**
 * The core process of the desktop program: started without arguments by electron/core-host, told by one message what to serve,
 * ended by a message or when the channel closes. The same in a utilityProcess and in a plain Node child.
 */
import { z } from 'zod'
import { AppError, exitCodeOf, exitCodes, isAppError } from '../kernel/app-error.ts'
import { fromBase64 } from '../kernel/hex.ts'
import type { KeyProtection } from '../trust/key-store.ts'
import { startServing } from './entry-serving.ts'
import type { Serving } from './serve.ts'

const startSchema = z.object({
  kind: z.literal('start'),
  dataDir: z.string().min(1),
  socketPath: z.string().min(1).optional(),
  token: z.string().min(32),
  /** 32 bytes that the host unsealed with the operating system's key store; absent where there is none. */
  keyEncryptionKey: z.string().optional(),
})
const messageSchema = z.discriminatedUnion('kind', [startSchema, z.object({ kind: z.literal('stop') })])
type Start = z.infer<typeof startSchema>

type Answer =
  | { readonly kind: 'ready'; readonly socketPath: string; readonly masterId: string; readonly pid: number }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string; readonly exitCode: number }
  | { readonly kind: 'closing' }

/** Electron's utilityProcess gives `process.parentPort`; a Node child gives `process.send`. */
type Channel = {
  readonly send: (answer: Answer) => void
  readonly receive: (listen: (message: unknown) => void) => void
  readonly onClose: (act: () => void) => void
}

type ParentPort = {
  readonly postMessage: (message: unknown) => void
  readonly on: (event: 'message', listen: (event: { readonly data: unknown }) => void) => void
}

function openChannel(): Channel | undefined {
  const parentPort = (process as unknown as { readonly parentPort?: ParentPort }).parentPort
  if (parentPort !== undefined) {
    return {
      send: (answer) => parentPort.postMessage(answer),
      receive: (listen) => parentPort.on('message', ({ data }) => listen(data)),
      onClose: () => undefined,
    }
  }
  if (process.send === undefined) return undefined
  return {
    // Whoever started us may be gone; what cannot be told then must not end the process before it has closed.
    send: (answer) => void process.send?.(answer, undefined, undefined, () => undefined),
    receive: (listen) => void process.on('message', listen),
    onClose: (act) => void process.on('disconnect', act),
  }
}

function protectionOf({ keyEncryptionKey }: Start): KeyProtection {
  return keyEncryptionKey === undefined ? { kind: 'file-permissions' } : { kind: 'os-key-store', key: fromBase64(keyEncryptionKey) }
}

function serve(channel: Channel): void {
  let serving: Promise<Serving> | undefined
  let isStopping = false

  /** Asked for by message, signal and the closed channel, often by several of them at once. */
  async function stop(status: number): Promise<void> {
    if (isStopping) return
    isStopping = true
    channel.send({ kind: 'closing' })
    try {
      await (await serving)?.close()
    } finally {
      process.exit(status)
    }
  }

  async function start(message: Start): Promise<void> {
    serving = startServing({
      directory: message.dataDir,
      name: 'Regional master',
      rootDomainName: 'Island',
      level: 'REGION',
      token: message.token,
      keyProtection: protectionOf(message),
      ...(message.socketPath === undefined ? {} : { socketPath: message.socketPath }),
    })
    try {
      const { socketPath, master } = await serving
      channel.send({ kind: 'ready', socketPath, masterId: master.facts.masterId, pid: process.pid })
    } catch (error) {
      channel.send({
        kind: 'failed',
        code: isAppError(error) ? error.code : 'UNEXPECTED',
        message: error instanceof Error ? error.message : String(error),
        exitCode: exitCodeOf(error),
      })
      // Given a moment, so that the message is on its way before the channel goes with the process.
      setTimeout(() => process.exit(exitCodeOf(error)), 50)
    }
  }

  channel.receive((received) => {
    const message = messageSchema.safeParse(received)
    if (!message.success) {
      channel.send({
        kind: 'failed',
        code: 'MESSAGE_MALFORMED',
        message: 'The core process was started with a message it does not understand.',
        exitCode: exitCodes.usage,
      })
      return
    }
    if (message.data.kind === 'stop') void stop(exitCodes.done)
    else if (serving === undefined) void start(message.data)
  })
  channel.onClose(() => void stop(exitCodes.done))
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void stop(exitCodes.done))
}

const channel = openChannel()
if (channel === undefined)
  throw new AppError('Invalid', 'NO_CHANNEL', 'The core process is started by the desktop program; use ibcf master on the command line.')
serve(channel)
