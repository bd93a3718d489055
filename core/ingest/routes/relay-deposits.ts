/**
 * `PUT /v1/relay/segments` and `PUT /v1/relay/blobs/{sha256}`: what nodes left with a relay, handed on by it. A part of a log counts because
 * its origin signed it, whoever brings it. One that does not verify is held against the relay and never against the node: it may have been
 * altered on the way ([RY14]).
 */
import { blobQuery, segmentQuery } from '../../contract/gateway/pieces.ts'
import { gatewayLimits } from '../../contract/gateway/wire.ts'
import { isAppError } from '../../kernel/app-error.ts'
import { toHex } from '../../kernel/hex.ts'
import type { NodeId } from '../../kernel/ids.ts'
import { accepted, refused, type Rejection, type Result } from '../../kernel/result.ts'
import { isLogId, parseLogId } from '../../log/log-id.ts'
import { decodeSegment, verifySegment } from '../../log/segment.ts'
import { putBlobFrom } from '../../store/blobs-incoming.ts'
import { keepBlob } from '../../store/blobs-row.ts'
import { parkEvidence, timesParked } from '../../store/evidence.ts'
import { dropStaged, dropStagedOf, stagedPieces, stagePiece, stagePieceOnly } from '../../store/staged.ts'
import { type GatewayResponse, jsonResponse } from '../exchange.ts'
import type { MasterPort, NodeStanding } from '../master-port.ts'
import { keyRevoked, mayTalk } from '../prove-identity.ts'
import { mismatch, readShape } from '../read-input.ts'
import type { GatewayContext, Route } from '../route.ts'
import { pieceGap, stagingQuotaBytes, takeSegmentPiece } from '../segment-intake.ts'

export const relaySegmentsRoute: Route = {
  method: 'PUT',
  path: '/v1/relay/segments',
  maxBodyBytes: gatewayLimits.maxPieceBytes,
  access: 'open',
  act: (context, call) => {
    const relay = context.signed.relayOf(call.head, call.body)
    if (!relay.ok) return relay
    const asked = readShape(segmentQuery, call.query)
    if (!asked.ok) return asked
    const piece = asked.value
    if (!isLogId(piece.log)) return mismatch('/log', 'not the name of a log')
    const log = parseLogId(piece.log)
    const origin = mayTalk(context.master, log.origin as NodeId)
    if (!origin.ok) return origin
    if (origin.value.isKeyRevoked) return keyRevoked(origin.value.nodeId)
    const whole = stageWhole(context.master, relay.value, `relayed:${piece.log}:${piece.from}-${piece.to}`, { ...piece, bytes: call.body })
    if (!whole.ok) return whole
    if (typeof whole.value === 'number') return held(context, whole.value, false)
    const { from, to } = piece
    const packed = whole.value
    const genuine = isGenuine(context.master, origin.value, packed, { log: piece.log, from, to })
    if (!genuine.ok) return blameRelay(context.master, relay.value, piece, packed, genuine.refusal)
    const taken = takeSegmentPiece(context.master, origin.value, undefined, {
      log: piece.log,
      from,
      to,
      offset: 0,
      total: packed.length,
      bytes: packed,
    })
    return taken.ok ? held(context, packed.length, true) : taken
  },
}

export const relayBlobsRoute: Route = {
  method: 'PUT',
  path: '/v1/relay/blobs/{sha256}',
  maxBodyBytes: gatewayLimits.maxPieceBytes,
  access: 'open',
  act: (context, call) => {
    const relay = context.signed.relayOf(call.head, call.body)
    if (!relay.ok) return relay
    const digest = call.parameters['sha256'] ?? ''
    if (!/^[0-9a-f]{64}$/.test(digest)) return mismatch('/sha256', 'not a SHA-256 in lower-case hex')
    const asked = readShape(blobQuery, call.query)
    return asked.ok ? takeBlobPiece(context, relay.value, digest, { ...asked.value, bytes: call.body }) : asked
  },
}

type Piece = { readonly offset: number; readonly total: number; readonly bytes: Uint8Array }

function takeBlobPiece(
  context: GatewayContext,
  { nodeId }: NodeStanding,
  digest: string,
  { offset, total, bytes }: Piece,
): Result<GatewayResponse> {
  const key = `relayed:${digest}`
  const taken = context.master.commit(({ writer }): Result<{ readonly offset: number; readonly isComplete: boolean }> => {
    if (keepBlob(writer, digest)) return accepted({ offset: total, isComplete: true })
    const staging = stagePieceOnly(writer, { origin: nodeId, key, offset, total, bytes }, stagingQuotaBytes)
    if (staging.kind === 'staged') return accepted({ offset: staging.offset, isComplete: false })
    if (staging.kind === 'gap') return pieceGap(staging.expected)
    if (staging.kind === 'refused') {
      if (staging.refusal.code !== 'STAGING_FULL') return { ok: false, refusal: staging.refusal }
      dropStagedOf(writer, nodeId)
      return pieceGap(0)
    }
    const put = putBlobFrom(writer, stagedPieces(writer, nodeId, key), digest)
    dropStaged(writer, nodeId, key)
    return put.kind === 'differs'
      ? refused('BLOB_DIGEST_WRONG', 'The content is not what its digest says; send it again.', { digest, sizeBytes: total })
      : accepted({ offset: total, isComplete: true })
  })
  return taken.ok ? held(context, taken.value.offset, taken.value.isComplete) : taken
}

function held({ master }: GatewayContext, offset: number, isComplete: boolean): Result<GatewayResponse> {
  return accepted(jsonResponse({ offset, isComplete, heldBy: 'master', holderId: master.masterId }, isComplete ? 200 : 202))
}

/** The whole once it is here, and the offset that is held before that. */
function stageWhole(master: MasterPort, { nodeId }: NodeStanding, key: string, piece: Piece): Result<Uint8Array | number> {
  return master.commit(({ writer }): Result<Uint8Array | number> => {
    const staging = stagePiece(writer, { origin: nodeId, key, ...piece }, stagingQuotaBytes)
    switch (staging.kind) {
      case 'staged':
        return accepted(staging.offset)
      case 'gap':
        return pieceGap(staging.expected)
      case 'refused':
        if (staging.refusal.code !== 'STAGING_FULL') return { ok: false, refusal: staging.refusal }
        dropStagedOf(writer, nodeId)
        return pieceGap(0)
      case 'complete':
        dropStaged(writer, nodeId, key)
        return accepted(staging.bytes)
    }
  })
}

type Named = { readonly log: string; readonly from: number; readonly to: number }

function isGenuine(master: MasterPort, origin: NodeStanding, packed: Uint8Array, named: Named): Result<undefined> {
  let bytes: Uint8Array
  try {
    bytes = master.ports.compression.unzstd(packed, gatewayLimits.maxSegmentBytes)
  } catch (error) {
    if (!isAppError(error) || error.code !== 'DECOMPRESSION_REFUSED') throw error
    return refused('SEGMENT_MALFORMED', 'What the relay handed on cannot be unpacked.', {})
  }
  const decoded = decodeSegment(bytes)
  if (!decoded.ok) return decoded
  const { header } = decoded.value
  if (header.log !== named.log || header.from !== named.from || header.to !== named.to)
    return refused('SEGMENT_MALFORMED', 'This is another part of the log than it was said to be.', { log: header.log })
  const verified = verifySegment(master.ports.crypto, origin.publicKey, decoded.value)
  return verified.ok ? accepted(undefined) : verified
}

/** Kept as evidence of the relay, told in an event once, however often the same bytes come. */
function blameRelay(
  master: MasterPort,
  relay: NodeStanding,
  { log, from, to }: Named,
  bytes: Uint8Array,
  refusal: Rejection,
): Result<never> {
  const { code, sentence } = refusal
  master.commit((commit) => {
    const evidence = { origin: relay.nodeId, log, from, to, code, sentence, bytes, at: master.ports.clock.now() }
    const number = parkEvidence(commit.writer, evidence)
    if (timesParked(commit.writer, number) !== 1) return
    commit.decide({
      type: 'ibcf.evidence.parked.v1',
      subject: relay.nodeId,
      domain: relay.domainId,
      data: { log, from, to, code, sentence, digest: toHex(master.ports.crypto.sha256(bytes)), sizeBytes: bytes.length },
    })
  })
  master.changed(relay.nodeId)
  return { ok: false, refusal: { ...refusal, facts: { ...refusal.facts, log, from, to, relayId: relay.nodeId } } }
}
