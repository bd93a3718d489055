/** HTTP as ports: what answers a request of Node's own server, and what listens for them. */
import type { IncomingMessage, Server, ServerResponse } from 'node:http'

export type HttpHandler = (request: IncomingMessage, response: ServerResponse) => void

export type ListenAt = { readonly socketPath: string } | { readonly host: string; readonly port: number }

export type Listener = {
  readonly server: Server
  /** `http://host:port` of a TCP listener, or the socket's path. */
  readonly address: string
  readonly close: () => Promise<void>
}

/** Throws Unavailable `PORT_IN_USE`, `PORT_FORBIDDEN`, `ADDRESS_UNKNOWN` or `LISTEN_FAILED`. */
export type Listen = (handler: HttpHandler, at: ListenAt) => Promise<Listener>
