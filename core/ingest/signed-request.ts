/** Requests that come over relays are signed by who sends them: what was altered, made up or sent again on the way is refused ([RY9]). */
import { relayHeaders } from '../contract/relay-link.ts'
import type { NodeId } from '../kernel/ids.ts'
import { accepted, refused, type Result } from '../kernel/result.ts'
import { checkRequest, createSeenNumbers } from '../log/request-proof.ts'
import type { RequestHead } from './exchange.ts'
import type { MasterPort, NodeStanding } from './master-port.ts'
import { keyRevoked, mayTalk } from './prove-identity.ts'
import { isSignedToken, readBearer } from './tokens.ts'

export type SignedRequests = {
  /** Nothing where the token asks for none. Code: REQUEST_UNPROVEN; nobody is blamed for it, since it may have been the way there. */
  readonly check: (standing: NodeStanding, head: RequestHead, body: Uint8Array) => Result<undefined>
  /** The relay that sent this. Codes: REQUEST_UNPROVEN, NOT_A_RELAY, KEY_REVOKED and those of `mayTalk`. */
  readonly relayOf: (head: RequestHead, body: Uint8Array) => Result<NodeStanding>
}

/** Senders whose last numbers are remembered. */
const maxSenders = 65_536

export function createSignedRequests(master: MasterPort): SignedRequests {
  const seen = createSeenNumbers(maxSenders)

  const isOwn = ({ nodeId, publicKey }: NodeStanding, { method, path, headers }: RequestHead, body: Uint8Array): boolean => {
    const number = checkRequest(master.ports.crypto, publicKey, { method, path, body }, headers[relayHeaders.proof])
    // What only asks changes nothing when it is asked again; the question for commands is looked at several times while it is held open.
    return number !== undefined && (method === 'GET' || method === 'HEAD' || seen.take(nodeId, number))
  }

  return {
    check: (standing, head, body) => {
      const token = readBearer(head.headers['authorization'])
      if (token === undefined || !isSignedToken(token) || isOwn(standing, head, body)) return accepted(undefined)
      return unproven(standing.nodeId, head)
    },
    relayOf: (head, body) => {
      const sender = head.headers[relayHeaders.sender] ?? ''
      const found = mayTalk(master, sender as NodeId)
      if (!found.ok) return found
      const standing = found.value
      if (!isOwn(standing, head, body)) return unproven(sender, head)
      if (standing.isKeyRevoked) return keyRevoked(standing.nodeId)
      const isRelay = standing.kind === 'RELAY' || standing.kind === 'GATEWAY'
      if (isRelay && standing.phase !== 'QUARANTINED') return accepted(standing)
      return refused('NOT_A_RELAY', 'Only a relay in service hands on what others left with it.', { nodeId: standing.nodeId })
    },
  }
}

function unproven(nodeId: string, head: RequestHead): Result<never> {
  return refused('REQUEST_UNPROVEN', 'This request is not what the node signed, or came before: it was altered or repeated on the way.', {
    nodeId: nodeId.slice(0, 26),
    hops: (head.headers[relayHeaders.hops] ?? '').slice(0, 300),
  })
}
