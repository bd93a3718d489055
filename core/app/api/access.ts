/**
 * Who may call the API. The private socket and the command line carry the run's token; a browser trades a one-time token from the
 * URL for a cookie that only this server reads. Nothing else gets in (design 4, Security).
 */
import type { IncomingMessage } from 'node:http'
import type { Ports } from '../../kernel/ports.ts'
import { equalBytes, toBase64 } from '../../kernel/hex.ts'

/** Set by `ibcf call`. */
export const commandLineHeader = 'x-ibcf-command-line'

export type Access = {
  /** For the host and the command line of this machine. */
  readonly token: string
  /** A fresh one-time token for one browser. */
  readonly issueOneTime: () => string
  /** The cookie value that a valid one-time token buys; undefined when it is used up or was never issued. */
  readonly redeem: (oneTime: string) => string | undefined
  /** The key of the console session, or undefined for a stranger. */
  readonly sessionOf: (request: IncomingMessage) => string | undefined
}

/** Cookies do not know ports: two consoles of one machine in one browser must not sign each other out. */
export function cookieNameOf(request: IncomingMessage): string {
  return `ibcf_console_${request.socket.localPort ?? 0}`
}

export function createAccess({ random, crypto }: Pick<Ports, 'random' | 'crypto'>, token: string): Access {
  const oneTimes = new Set<string>()
  const cookies = new Set<string>()
  const secret = (): string => toBase64(random.bytes(32)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
  const digest = (text: string): Uint8Array => crypto.sha256(new TextEncoder().encode(text))
  const tokenDigest = digest(token)
  return {
    token,
    issueOneTime: () => {
      const oneTime = secret()
      oneTimes.add(oneTime)
      return oneTime
    },
    redeem: (oneTime) => {
      if (!oneTimes.delete(oneTime)) return undefined
      const cookie = secret()
      cookies.add(cookie)
      return cookie
    },
    sessionOf: (request) => {
      const bearer = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1]
      if (bearer !== undefined) return equalBytes(digest(bearer), tokenDigest) ? hostSession(request) : undefined
      const cookie = readCookie(request.headers.cookie, cookieNameOf(request))
      return cookie !== undefined && cookies.has(cookie) && isSameOrigin(request) ? cookie : undefined
    },
  }
}

/** The command line is a console of its own: it never acts as whoever is signed in at the window. */
function hostSession(request: IncomingMessage): string {
  return request.headers[commandLineHeader] === undefined ? 'host' : 'command-line'
}

/** A page of another origin must not act with our cookie: browsers tell us where a request comes from. */
function isSameOrigin(request: IncomingMessage): boolean {
  const site = request.headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return false
  const { origin, host } = request.headers
  return origin === undefined || origin === `http://${host}` || origin === `https://${host}`
}

function readCookie(header: string | undefined, wanted: string): string | undefined {
  for (const pair of (header ?? '').split(';')) {
    const [name, value] = pair.trim().split('=')
    if (name === wanted) return value
  }
  return undefined
}
