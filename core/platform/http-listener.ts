/** Listens for HTTP on a private socket (or named pipe) or on a TCP address. */
import { chmodSync, rmSync } from 'node:fs'
import type { Server } from 'node:http'
import { AppError } from '../kernel/app-error.ts'
import type { HttpHandler, ListenAt, Listener } from '../kernel/http.ts'

/** Not imported: an import asks for all that the module has, and it has a browser's fetch and sockets, which take 20 ms to load. */
const { createServer } = process.getBuiltinModule('node:http')

/** Throws Unavailable `PORT_IN_USE`, `PORT_FORBIDDEN`, `ADDRESS_UNKNOWN` or `LISTEN_FAILED`. */
export async function listenHttp(handler: HttpHandler, at: ListenAt): Promise<Listener> {
  const server = createServer(
    {
      headersTimeout: 30_000,
      requestTimeout: 60_000,
      connectionsCheckingInterval: 1000,
      keepAliveTimeout: 65_000,
      maxHeaderSize: 16 * 1024,
    },
    handler,
  )
  // Only the owner's process has the token, and a path left by a killed one is not a listener any more.
  if ('socketPath' in at && process.platform !== 'win32') rmSync(at.socketPath, { force: true })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => reject(listenFailure(at, cause)))
    if ('socketPath' in at) server.listen(at.socketPath, resolve)
    else server.listen(at.port, at.host, resolve)
  })
  if ('socketPath' in at && process.platform !== 'win32') chmodSync(at.socketPath, 0o600)
  return {
    server,
    address: addressOf(server, at),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function addressOf(server: Server, at: ListenAt): string {
  if ('socketPath' in at) return at.socketPath
  const bound = server.address()
  const port = typeof bound === 'object' && bound !== null ? bound.port : at.port
  return `http://${at.host.includes(':') ? `[${at.host}]` : at.host}:${port}`
}

function listenFailure(at: ListenAt, cause: NodeJS.ErrnoException): AppError {
  const where = 'socketPath' in at ? at.socketPath : `${at.host}:${at.port}`
  const facts = { address: where, reason: cause.code ?? 'unknown' }
  switch (cause.code) {
    case 'EADDRINUSE':
      return new AppError(
        'Unavailable',
        'PORT_IN_USE',
        `${where} is in use by another program; choose another with --listen.`,
        facts,
        cause,
      )
    case 'EACCES':
    case 'EPERM':
      return new AppError('Unavailable', 'PORT_FORBIDDEN', `This user may not listen at ${where}; choose a port above 1023.`, facts, cause)
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new AppError('Unavailable', 'ADDRESS_UNKNOWN', `${where} is not an address of this machine.`, facts, cause)
    default:
      return new AppError('Unavailable', 'LISTEN_FAILED', `Could not listen at ${where} (${cause.code ?? cause.message}).`, facts, cause)
  }
}
