/** The machines that were a node, those that ask to be it, and the tellings of its logs that differ ([HW1], [FK2]). */
import type { NodeHardware } from '../../contract/hardware.ts'
import { forksOf } from '../../ingest/returns/forks.ts'
import { fromBase64, toHex } from '../../kernel/hex.ts'
import type { OriginId } from '../../kernel/ids.ts'
import { keyWordsOf } from '../../log/fingerprint.ts'
import { parseLogId } from '../../log/log-id.ts'
import { readFrontier } from '../../store/frontier.ts'
import type { ReadModel } from '../read-model.ts'
import { actorName } from './names.ts'
import { requireNode } from './require-node.ts'

/** Throws NotFound `NODE_UNKNOWN`. */
export function readNodeHardware(model: ReadModel, nodeId: string): NodeHardware {
  requireNode(model, nodeId)
  const state = model.hardware(nodeId) ?? { machines: [], offers: [], refused: [], forks: [] }
  const forked = new Set(
    readFrontier(model.reader, { origin: nodeId as OriginId })
      .filter(({ branch }) => branch > 0)
      .map(({ log }) => log),
  )
  return {
    machines: state.machines
      .map(({ keyId, serial, manufacturer, model: kind, since, reason, by }) => ({
        keyId,
        serial,
        manufacturer,
        model: kind,
        since,
        reason,
        actorName: actorName(model, by ?? undefined),
      }))
      .toReversed(),
    offers: state.offers.map(({ requestId, keyId, publicKey, serial, manufacturer, model: kind, offeredAt }) => ({
      requestId,
      keyId,
      keyWords: [...keyWordsOf(model.ports.crypto, fromBase64(publicKey))],
      serial,
      manufacturer,
      model: kind,
      offeredAt,
    })),
    forks: [...forked].flatMap((log) =>
      forksOf(model.reader, parseLogId(log)).map(({ at, branches }) => {
        const decision = state.forks.find((fork) => fork.log === log && fork.at === at)
        return {
          log,
          lane: parseLogId(log).lane,
          at,
          tellings: branches.map(({ seq, head, isFirst }) => ({ seq, head: toHex(head), isFirst })),
          decided: decision === undefined ? null : { at: decision.decidedAt, seq: decision.keep.seq, head: decision.keep.head },
        }
      }),
    ),
  }
}
