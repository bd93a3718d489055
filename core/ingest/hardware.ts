/**
 * Another machine, or another key, asks to be a node that is known already ([HW1]). It is recorded once and waits for a person; nothing
 * of the node changes by being asked.
 */
import type { z } from 'zod'
import type { enrolmentAnswer, EnrolmentDocument } from '../contract/gateway/enrolment.ts'
import type { SignedStatement } from '../contract/gateway/statement.ts'
import { maxOffersOfNode } from '../fleet/hardware/events.ts'
import type { NodeId, RequestId, UlidSource } from '../kernel/ids.ts'
import { accepted, refused, type Result } from '../kernel/result.ts'
import { readKey } from '../store/keys.ts'
import type { MasterPort, NodeStanding } from './master-port.ts'

type Answer = z.infer<typeof enrolmentAnswer>

/** Codes: KEY_REVOKED (a key that was cut does not come back), KEY_HELD_BY_ANOTHER, ENROLMENTS_FULL. */
export function offerHardware(
  master: MasterPort,
  newId: UlidSource,
  standing: NodeStanding,
  document: EnrolmentDocument,
  keyId: string,
  statement: SignedStatement,
): Result<Answer> {
  const nodeId = document.nodeId as NodeId
  const { offers, refused: turnedAway } = master.offersOf(nodeId)
  const pending = offers.find((offer) => offer.keyId === keyId)
  if (pending !== undefined) return accepted(answer(pending.requestId, 'PENDING', null))
  const away = turnedAway.find((offer) => offer.keyId === keyId)
  if (away !== undefined) return accepted(answer(away.requestId, 'REFUSED', away.reason))
  const held = readKey(master.reader, keyId)
  if (held !== undefined && (held.origin as string) !== nodeId)
    return refused('KEY_HELD_BY_ANOTHER', 'This key already belongs to another node or master.', { keyId })
  if (held?.isRevoked === true) return refused('KEY_REVOKED', 'This key of the node was cut, and does not come back.', { nodeId })
  if (offers.length >= maxOffersOfNode) {
    return refused('ENROLMENTS_FULL', 'Others ask to be this node already; a person has to decide first.', {
      waiting: offers.length,
      retryAfterSeconds: 60,
    })
  }
  const requestId = newId<RequestId>()
  const { publicKey, serial = null, manufacturer = null, model = null } = document
  master.commit((commit) =>
    commit.decide({
      type: 'ibcf.hardware.offered.v1',
      subject: nodeId,
      domain: standing.domainId,
      data: { requestId, keyId, publicKey, serial, manufacturer, model, statement },
    }),
  )
  return accepted(answer(requestId, 'PENDING', null))
}

function answer(requestId: string, status: 'PENDING' | 'REFUSED', reason: string | null): Answer {
  return { requestId, status, reason, approval: null }
}
