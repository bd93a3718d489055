/**
 * Where nodes reach this master over TCP: off until a person turns it on, kept over restarts, and never a reason not to start. An
 * address given on the command line stands for the run.
 */
import { join } from 'node:path'
import { z } from 'zod'
import { AppError, isAppError } from '../kernel/app-error.ts'
import type { Listener } from '../kernel/http.ts'
import type { Files } from '../kernel/ports.ts'

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

const settingsSchema = z.object({ v: z.literal(1), listen: z.string().nullable() })

/** Opens what is wanted. A fixed address that cannot be opened is the caller's error; a remembered one is a problem that shows. */
export async function createNodeListener({ files, directory, open, fixed }: NodeListenerParts): Promise<NodeListener> {
  const path = join(directory, 'settings.json')
  let listener: Listener | undefined = fixed === undefined ? undefined : await open(fixed)
  let problem: ListenerProblem | null = null

  const remembered = fixed === undefined ? rememberedAddress(files, path) : null
  if (remembered !== null) {
    try {
      listener = await open(remembered)
    } catch (error) {
      if (!isAppError(error)) throw error
      problem = { code: error.code, sentence: error.message }
    }
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
      const before = listener
      // The same address cannot be opened twice; any other one is tried before the old one is given up.
      if (before !== undefined && (address === null || samePort(before, address))) {
        listener = undefined
        await before.close()
      }
      if (address !== null) listener = await open(address)
      if (before !== undefined && listener !== before) await before.close()
      problem = null
      const listen = address === null || listener === undefined ? null : new URL(listener.address).host
      files.writeAtomic(path, new TextEncoder().encode(`${JSON.stringify({ v: 1, listen })}\n`))
    },
    close: async () => {
      await listener?.close()
    },
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

function samePort(listener: Listener, { port }: Address): boolean {
  return new URL(listener.address).port === String(port)
}

function rememberedAddress(files: Files, path: string): Address | null {
  const bytes = files.read(path)
  if (bytes === undefined) return null
  const settings = settingsSchema.safeParse(parseJson(bytes))
  return settings.success && settings.data.listen !== null ? parseAddress(settings.data.listen) : null
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    // Settings that cannot be read are none: the listener stays off, which is the safe side.
    return undefined
  }
}
