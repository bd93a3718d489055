/** Another machine, or another key, becomes a node that is known already; and which of two tellings of a log counts ([HW1], [FK2]). */
import { abandonReturn } from '../../ingest/returns/close-return.ts'
import { forksOf } from '../../ingest/returns/forks.ts'
import { openSessionOf } from '../../ingest/returns/return-table.ts'
import { AppError } from '../../kernel/app-error.ts'
import { fromBase64, toHex } from '../../kernel/hex.ts'
import type { DomainId, EventId, NodeId } from '../../kernel/ids.ts'
import { isLogId, parseLogId } from '../../log/log-id.ts'
import type { HardwareOffer } from '../../projections/hardware.ts'
import { readFrontier } from '../../store/frontier.ts'
import { putKey, readKey, revokeKey as cutKey } from '../../store/keys.ts'
import { dropStagedOf } from '../../store/staged.ts'
import { type Act, requireAuthority, requireNode, requireOperator } from './act.ts'

export type OfferAct = { readonly nodeId: NodeId; readonly requestId: string; readonly reason: string }
export type ForkAct = {
  readonly nodeId: NodeId
  readonly log: string
  readonly at: number
  /** How far the telling that counts is held here: names it. */
  readonly keep: { readonly seq: number; readonly head: string }
  readonly reason: string
}

/**
 * The machine that asked is the node from now on. The old key is cut at what is held; a return that is open under it ends, and its
 * tokens are worth nothing at once. A node in quarantine stays there: letting it back in is an act of its own. Throws NotFound
 * `OFFER_UNKNOWN`, Rejected `AUTHORITY_NOT_HELD`, `NODE_RETIRED`.
 */
export function replaceHardware(act: Act, { nodeId, requestId, reason }: OfferAct): EventId[] {
  const actor = requireOperator(act, 'authority')
  const { master } = act
  const state = requireNode(act, nodeId)
  requireAuthority(act, state.domainId as DomainId)
  if (state.phase === 'RETIRED') throw new AppError('Rejected', 'NODE_RETIRED', 'A retired identity is never used again.', { nodeId })
  const { keyId, publicKey, serial, manufacturer, model } = requireOffer(act, nodeId, requestId)
  const domain = state.domainId as DomainId
  return master.port.commit((commit) => {
    const now = master.config.ports.clock.now()
    const cut = readFrontier(commit.writer, { origin: nodeId })
      .filter(({ branch }) => branch === 0)
      .map(({ log, seq, head }) => ({ log, seq, head }))
    if (readKey(commit.writer, state.keyId) !== undefined && !state.isKeyRevoked) cutKey(commit.writer, state.keyId, cut)
    putKey(commit.writer, { keyId, origin: nodeId, publicKey: fromBase64(publicKey) }, now)
    const open = openSessionOf(commit.writer, nodeId)
    if (open !== undefined) abandonReturn(commit, open, 'Another machine has taken the place of this one.', now)
    dropStagedOf(commit.writer, nodeId)
    return [
      commit.decide({
        type: 'ibcf.key.replaced.v1',
        subject: nodeId,
        domain,
        data: { requestId, oldKeyId: state.keyId, keyId, publicKey, serial, manufacturer, model, cut, reason },
        actor,
      }),
    ]
  })
}

/** Throws NotFound `OFFER_UNKNOWN`. */
export function refuseHardware(act: Act, { nodeId, requestId, reason }: OfferAct): EventId[] {
  const actor = requireOperator(act, 'engineer')
  const domain = requireNode(act, nodeId).domainId as DomainId
  requireAuthority(act, domain)
  const { keyId } = requireOffer(act, nodeId, requestId)
  return act.master.port.commit(({ decide }) => [
    decide({ type: 'ibcf.hardware.refused.v1', subject: nodeId, domain, data: { requestId, keyId, reason }, actor }),
  ])
}

/**
 * What had effect before the fork was found keeps it. Where the first telling counts, its log goes on; where another one does, the log
 * stands still for good, and the machine that told it goes on in a log of a new incarnation. Throws NotFound `FORK_UNKNOWN`.
 */
export function resolveFork(act: Act, { nodeId, log, at, keep, reason }: ForkAct): EventId[] {
  const actor = requireOperator(act, 'authority')
  const domain = requireNode(act, nodeId).domainId as DomainId
  requireAuthority(act, domain)
  const fork =
    isLogId(log) && parseLogId(log).origin === (nodeId as string)
      ? forksOf(act.master.store.reader, parseLogId(log)).find((one) => one.at === at)
      : undefined
  if (fork === undefined || !fork.branches.some(({ seq, head }) => seq === keep.seq && toHex(head) === keep.head))
    throw new AppError('NotFound', 'FORK_UNKNOWN', 'No such telling of this log is held here.', { nodeId, log, at, seq: keep.seq })
  return act.master.port.commit(({ decide }) => [
    decide({ type: 'ibcf.fork.resolved.v1', subject: nodeId, domain, data: { log, at, keep: { log, ...keep }, reason }, actor }),
  ])
}

function requireOffer({ master }: Act, nodeId: NodeId, requestId: string): HardwareOffer {
  const offer = master.model.hardware(nodeId)?.offers.find((one) => one.requestId === requestId)
  if (offer !== undefined) return offer
  throw new AppError('NotFound', 'OFFER_UNKNOWN', 'No machine asks to be this node under that request.', { nodeId, requestId })
}
