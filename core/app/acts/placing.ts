/** Moving a node to another domain ([AU21]): let go by who holds the one, taken over by who holds the other. */
import type { z } from 'zod'
import type { moveRequest } from '../../contract/placing.ts'
import { movePayloadType, type MoveStatement } from '../../fleet/authority/move-statement.ts'
import { lineOf } from '../../fleet/authority/line.ts'
import { decideMove } from '../../fleet/node/move.ts'
import { AppError } from '../../kernel/app-error.ts'
import type { DomainId, EventId, NodeId } from '../../kernel/ids.ts'
import { effectIn } from '../commands/facts.ts'
import { grantsInForce } from '../grant-chain.ts'
import type { Master } from '../master.ts'
import { authorityOf } from '../queries/authority-view.ts'
import { signEnvelope } from '../sign-envelope.ts'
import { type Act, must, requireNode, requireOperator } from './act.ts'

/** Throws NotFound `NODE_UNKNOWN` and `DOMAIN_UNKNOWN`, Rejected `GRANT_NOT_SHOWN` and with the codes of `decideMove`. */
export function moveNode(act: Act, { nodeId, toDomainId, reason }: z.infer<typeof moveRequest>): EventId[] {
  const actor = requireOperator(act, 'engineer')
  const { master } = act
  const { model, port } = master
  const { phase, place } = requireNode(act, nodeId as NodeId)
  if (place === null)
    throw new AppError('Rejected', 'NODE_NOT_IN_SERVICE', 'The node was not let in yet; approve it where it is to be.', { nodeId })
  if (model.domain(toDomainId) === undefined)
    throw new AppError('NotFound', 'DOMAIN_UNKNOWN', 'No such domain is known here.', { domainId: toDomainId })
  const fromDomainId = place.domainId
  const upDomainId = model.domain(fromDomainId)?.parentId ?? null
  const to = effectIn(model, toDomainId)
  const step = must(
    decideMove(toDomainId, {
      phase,
      mode: model.connectivity(nodeId)?.mode ?? null,
      place,
      upDomainId,
      from: effectIn(model, fromDomainId),
      to,
      isHeldThere: ['held-here', 'held-elsewhere'].includes(authorityOf(model, toDomainId).standing),
      placement: model.placement(nodeId),
      changesUp: model.inheritanceChanges(upDomainId ?? fromDomainId),
      changesThere: model.inheritanceChanges(toDomainId),
    }),
  )
  const { release, isTaken } = step
  return port.commit(({ decide }) => {
    const released =
      release === null
        ? null
        : decide({
            type: 'ibcf.node.released.v1',
            subject: nodeId,
            domain: fromDomainId as DomainId,
            data: {
              toDomainId,
              ...release,
              reason,
              statement: signEnvelope(
                port,
                movePayloadType,
                statementOf(master, nodeId, fromDomainId, toDomainId, release.toBase + model.inheritanceChanges(toDomainId)),
              ),
            },
            actor,
          })
    const releasedBy = (released ?? place.release?.eventId) as EventId
    const taken = isTaken
      ? decide({
          type: 'ibcf.node.taken.v1',
          subject: nodeId,
          domain: toDomainId as DomainId,
          data: { releasedBy, reason },
          causation: releasedBy,
          actor,
        })
      : null
    return [released, taken].filter((eventId) => eventId !== null)
  })
}

/** Throws Rejected `GRANT_NOT_SHOWN`. */
function statementOf({ model, port }: Master, nodeId: string, fromDomainId: string, toDomainId: string, placement: number): MoveStatement {
  const grants = grantsInForce(model, port, toDomainId)
  if (grants.length === 0)
    throw new AppError(
      'Rejected',
      'GRANT_NOT_SHOWN',
      'The signed grant of the master there is not held here; the node would not believe it.',
      { domainId: toDomainId },
    )
  return {
    v: 1,
    kind: 'move',
    nodeId,
    fromDomainId,
    fromEpoch: authorityOf(model, fromDomainId).epoch ?? 0,
    domainLine: [...lineOf(model.book, toDomainId)],
    placement,
    grants: [...grants],
  }
}
