/**
 * Where nodes reach this master over TCP: off until a person turns it on, kept over restarts, and never a reason not to start. An
 * address given on the command line stands for the run.
 */
import { AppError, isAppError } from '../kernel/app-error.ts'
import type { Listener } from '../kernel/http.ts'
import type { Files } from '../kernel/ports.ts'
import { changeSettings, readSettings } from './settings.ts'

export type Address = { readonly host: string; readonly port: number }
export type ListenerProblem = { readonly code: string; readonly sentence: string }

export type NodeListener = {
  /** `http://host:port`; null while it is off. */
  readonly url: () => string | null
  /** Why the address that is wanted could not be opened. */
  readonly problem: () => ListenerProblem | null
  /** Opens the address, or turns the listener off, and remembers it. Throws what listening throws; the one before is kept then. */
  readonly set: (address: Address | null) => Promise<void>
  readonly close: () => Promise<void>
}

export type NodeListenerParts = {
  readonly files: Files
  readonly directory: string
  readonly open: (address: Address) => Promise<Listener>
  /** From the command line: stands for the run and is not remembered. */
  readonly fixed: Address | undefined
}

/** Opens what is wanted. A fixed address that cannot be opened is the caller's error; a remembered one is a problem that shows. */
export async function createNodeListener({ files, directory, open, fixed }: NodeListenerParts): Promise<NodeListener> {
  let listener: Listener | undefined = fixed === undefined ? undefined : await open(fixed)
  let problem: ListenerProblem | null = null

  const remembered = fixed === undefined ? readSettings(files, directory).listen : null
  if (remembered !== null) {
    try {
      listener = await open(parseAddress(remembered))
    } catch (error) {
      if (!isAppError(error)) throw error
      problem = { code: error.code, sentence: error.message }
    }
  }

  async function set(address: Address | null): Promise<void> {
    const before = listener
    if (before === undefined) listener = address === null ? undefined : await open(address)
    else if (address !== null && portOf(before) !== address.port) {
      // Any other port is tried before the old one is given up.
      listener = await open(address)
      await before.close()
    } else {
      listener = undefined
      await before.close()
      if (address !== null) listener = await openInstead(address, before)
    }
    problem = null
    const listen = listener === undefined ? null : addressOf(listener)
    changeSettings(files, directory, { listen })
  }

  /** The same port cannot be opened twice, so the one before had to close; it is opened again when this one cannot be. */
  async function openInstead(address: Address, before: Listener): Promise<Listener> {
    try {
      return await open(address)
    } catch (error) {
      listener = await open(parseAddress(addressOf(before)))
      throw error
    }
  }

  /** One after the other: two at once would leave one open that nobody knows of. */
  let last: Promise<unknown> = Promise.resolve()
  function inTurn(act: () => Promise<void>): Promise<void> {
    const done = last.then(act)
    last = done.catch(() => undefined)
    return done
  }

  return {
    url: () => listener?.address ?? null,
    problem: () => problem,
    set: async (address) => {
      if (fixed !== undefined) {
        throw new AppError(
          'Rejected',
          'LISTENER_FIXED',
          'The address was given when this master was started; start it without --listen to choose here.',
        )
      }
      await inTurn(() => set(address))
    },
    close: () => inTurn(async () => listener?.close()),
  }
}

/** `HOST:PORT` or `[IPV6]:PORT`; port 0 lets the system choose. Throws Invalid `ADDRESS_MALFORMED`. */
export function parseAddress(text: string): Address {
  const match = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text)
  const host = match?.[1] ?? match?.[2]
  const port = Number(match?.[3])
  if (host === undefined || !(port <= 65_535))
    throw new AppError('Invalid', 'ADDRESS_MALFORMED', `"${text}" is not HOST:PORT.`, { address: text })
  return { host, port }
}

/** `HOST:PORT`, also where the port is the one that a URL leaves out. */
function addressOf(listener: Listener): string {
  return `${new URL(listener.address).hostname}:${portOf(listener)}`
}

function portOf(listener: Listener): number {
  const { port } = new URL(listener.address)
  return port === '' ? 80 : Number(port)
}
