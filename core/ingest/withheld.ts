/**
 * What somebody between a node and its master withholds while he tells the node that it arrived. A node says under its own signature how
 * far it was told that its logs are held here; more than is held was never said by this master ([RY17]).
 */
import type { HeartbeatRequest } from '../contract/gateway/heartbeat.ts'
import { toHex } from '../kernel/hex.ts'
import type { NodeId } from '../kernel/ids.ts'
import { parseLogId } from '../log/log-id.ts'
import { parkEvidence, timesParked } from '../store/evidence.ts'
import { readHead } from '../store/frontier.ts'
import type { MasterPort, NodeStanding } from './master-port.ts'
import { isOwnLog } from './prove-identity.ts'

/** True when something is withheld. Told in an event once for each gap, held against the relay next to the node, or the node where none is known. */
export function noteWithheld(master: MasterPort, { nodeId, domainId }: NodeStanding, { told = [], viaId }: HeartbeatRequest): boolean {
  const gaps = told.flatMap(({ log, seq }) => {
    if (!isOwnLog(log, nodeId)) return []
    const held = readHead(master.reader, parseLogId(log))?.seq ?? 0
    return seq > held ? [{ log, from: held + 1, to: seq }] : []
  })
  if (gaps.length === 0) return false
  const relay = viaId === undefined ? undefined : master.standing(viaId as NodeId)
  const subject = relay?.nodeId ?? nodeId
  const code = 'LOG_WITHHELD'
  const sentence = 'The node was told that this part of its log is here, and it is not: somebody on the way withholds it.'
  master.commit((commit) => {
    for (const { log, from, to } of gaps) {
      const bytes = new TextEncoder().encode(`${log} ${from}`)
      const number = parkEvidence(commit.writer, { origin: subject, log, from, to, code, sentence, bytes, at: master.ports.clock.now() })
      if (timesParked(commit.writer, number) !== 1) continue
      commit.decide({
        type: 'ibcf.evidence.parked.v1',
        subject,
        domain: relay?.domainId ?? domainId,
        data: { log, from, to, code, sentence, digest: toHex(master.ports.crypto.sha256(bytes)), sizeBytes: bytes.length },
      })
    }
  })
  for (const gap of gaps) master.refused(code, sentence, { nodeId, relayId: relay?.nodeId ?? null, ...gap })
  return true
}
