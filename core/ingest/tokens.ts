/**
 * Tokens of a channel: 256 bits, told once; only their SHA-256 is kept. An attachment's lives in memory, so a restart of the master
 * makes nodes attach again; a return's lives in the row of its session and survives.
 */
import { signedTokenPrefix } from '../contract/relay-link.ts'
import { toHex } from '../kernel/hex.ts'
import type { NodeId } from '../kernel/ids.ts'
import type { Clock, Crypto, Random } from '../kernel/ports.ts'

export type Attachment = { readonly nodeId: NodeId; readonly keyId: string; readonly signsRequests?: boolean }

export type Attachments = {
  /** A new token; the node's token before it is worth nothing from now on. */
  readonly issue: (attachment: Attachment) => string
  readonly find: (token: string) => Attachment | undefined
  readonly drop: (node: NodeId) => void
}

/** A node that never goes away still proves who it is once a day. */
const lifeMs = 24 * 60 * 60 * 1000

const tokenPattern = /^(?:p\.)?[A-Za-z0-9_-]{43}$/

/** `signsRequests`: good only for requests that the node signs; the token says so itself, and is another without it. */
export function makeToken(random: Random, signsRequests: boolean = false): string {
  return `${signsRequests ? signedTokenPrefix : ''}${Buffer.from(random.bytes(32)).toString('base64url')}`
}

export function isSignedToken(token: string): boolean {
  return token.startsWith(signedTokenPrefix)
}

/** What is kept of a token. */
export function hashToken(crypto: Crypto, token: string): Uint8Array {
  return crypto.sha256(new TextEncoder().encode(token))
}

/** The token of an `authorization: Bearer` header; undefined when there is none that could be ours. */
export function readBearer(header: string | undefined): string | undefined {
  const token = /^bearer (\S+)$/i.exec(header ?? '')?.[1]
  return token !== undefined && tokenPattern.test(token) ? token : undefined
}

export function createAttachments(ports: { readonly clock: Clock; readonly crypto: Crypto; readonly random: Random }): Attachments {
  const byHash = new Map<string, Attachment & { readonly until: number }>()
  const hashOf = new Map<NodeId, string>()

  function drop(node: NodeId): void {
    const hash = hashOf.get(node)
    if (hash === undefined) return
    hashOf.delete(node)
    byHash.delete(hash)
  }

  return {
    drop,
    issue: (attachment) => {
      drop(attachment.nodeId)
      const token = makeToken(ports.random, attachment.signsRequests)
      const hash = toHex(hashToken(ports.crypto, token))
      byHash.set(hash, { ...attachment, until: ports.clock.monotonic() + lifeMs })
      hashOf.set(attachment.nodeId, hash)
      return token
    },
    find: (token) => {
      const found = byHash.get(toHex(hashToken(ports.crypto, token)))
      if (found === undefined) return undefined
      if (found.until > ports.clock.monotonic()) return found
      drop(found.nodeId)
      return undefined
    },
  }
}
