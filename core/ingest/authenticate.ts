/** From a token to who is calling ([GW7]). */
import { accepted, refused, type Result } from '../kernel/result.ts'
import type { NodeStanding } from './master-port.ts'
import { keyRevoked, mayTalk } from './prove-identity.ts'
import { closeReturn, judge } from './returns/close-return.ts'
import { sessionOfToken, type ReturnSession } from './returns/return-table.ts'
import type { Caller, GatewayContext } from './route.ts'
import { hashToken, readBearer } from './tokens.ts'

/** Codes: TOKEN_UNKNOWN, KEY_REVOKED, and those of `mayTalk`. */
export function authenticate(context: GatewayContext, authorization: string | undefined): Result<Caller> {
  const token = readBearer(authorization)
  if (token === undefined) return unknownToken()
  const { master, attachments } = context
  const attachment = attachments.find(token)
  const session = attachment === undefined ? sessionOfToken(master.reader, hashToken(master.ports.crypto, token)) : undefined
  const bearer = attachment ?? session
  if (bearer === undefined) return unknownToken()
  const standing = mayTalk(master, bearer.nodeId)
  if (!standing.ok) return standing
  if (standing.value.keyId !== bearer.keyId) return unknownToken()
  if (session !== undefined && isOfAnotherTime(session, standing.value)) return unknownToken()
  if (standing.value.isKeyRevoked) return cutOff(context, standing.value, session)
  return accepted(
    session === undefined ? { kind: 'attachment', standing: standing.value } : { kind: 'session', standing: standing.value, session },
  )
}

/** The lock names the authority that it was given under; when that has changed, the node asks for another. */
export function isOfAnotherTime(session: ReturnSession, { placement, epoch }: Pick<NodeStanding, 'placement' | 'epoch'>): boolean {
  return session.closedAt === null && (session.placement !== placement || session.epoch !== epoch)
}

export function unknownToken(): Result<never> {
  return refused('TOKEN_UNKNOWN', 'The token is not, or no longer, known: attach or return first.')
}

/** Revoking a key ends what was open under it. */
function cutOff({ master, attachments }: GatewayContext, standing: NodeStanding, session: ReturnSession | undefined): Result<never> {
  attachments.drop(standing.nodeId)
  if (session !== undefined && session.closedAt === null)
    master.commit((commit) => closeReturn(master, commit, standing, session, judge(master, standing, session)))
  return keyRevoked(standing.nodeId)
}
