/** What the shell and the core process say to each other over their private channel. Everything else goes over the socket. */

export type StartMessage = {
  readonly kind: 'start'
  /** Absolute. */
  readonly dataDir: string
  /** A Unix socket's path or a named pipe's name, made for this one run. */
  readonly socketPath: string
  /** What every request on the socket must carry as its bearer token. Made for this one run. */
  readonly token: string
  readonly consoleDir?: string
  /** 32 bytes in base64, unsealed by the operating system's key store; absent where there is none. */
  readonly keyEncryptionKey?: string
  readonly appVersion: string
  /** RFC 3339; a clock that shows an earlier day than this is certainly wrong. */
  readonly buildDate: string
  /** BCP 47. */
  readonly lang?: string
}

export type ToCore = StartMessage | { readonly kind: 'stop' }

export type FromCore =
  | { readonly kind: 'ready'; readonly socketPath: string; readonly masterId: string; readonly pid: number }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string; readonly exitCode: number }
  | { readonly kind: 'closing' }

/** Reads what came from the core process; undefined for anything that is not one of its messages. */
export function parseFromCore(value: unknown): FromCore | undefined {
  if (typeof value !== 'object' || value === null || !('kind' in value)) return undefined
  const message: Readonly<Record<string, unknown>> = { ...value }
  const { kind, socketPath, masterId, pid, code, exitCode } = message
  if (kind === 'closing') return { kind }
  if (kind === 'ready' && typeof socketPath === 'string' && typeof masterId === 'string' && typeof pid === 'number') {
    return { kind, socketPath, masterId, pid }
  }
  if (kind === 'failed' && typeof code === 'string' && typeof message['message'] === 'string' && typeof exitCode === 'number') {
    return { kind, code, message: message['message'], exitCode }
  }
  return undefined
}
