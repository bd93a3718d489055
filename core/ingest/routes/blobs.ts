/** `/v1/blobs/{sha256}`: content by its digest, up in pieces and down in ranges. */
import { blobQuery } from '../../contract/gateway/pieces.ts'
import { gatewayLimits } from '../../contract/gateway/wire.ts'
import { accepted, refused, type Result } from '../../kernel/result.ts'
import { blobSize, hasBlob, readBlob, readBlobRange } from '../../store/blobs.ts'
import { putBlobFrom } from '../../store/blobs-incoming.ts'
import { keepBlob } from '../../store/blobs-row.ts'
import { dropStaged, dropStagedOf, stagedPieces, stagePieceOnly } from '../../store/staged.ts'
import { emptyResponse, jsonResponse, type GatewayResponse } from '../exchange.ts'
import { quarantinedLimited } from '../quarantine-limits.ts'
import { mismatch, readShape } from '../read-input.ts'
import { updateSession } from '../returns/return-table.ts'
import { leaseFromNow, type Call, type Caller, type GatewayContext, type Route } from '../route.ts'
import { pieceGap, stagingQuotaBytes } from '../segment-intake.ts'

const path = '/v1/blobs/{sha256}'

export const putBlobRoute: Route = {
  method: 'PUT',
  path,
  maxBodyBytes: gatewayLimits.maxPieceBytes,
  access: 'bearer',
  act: (context, call, caller) => {
    const digest = readDigest(call)
    if (!digest.ok) return digest
    const asked = readShape(blobQuery, call.query)
    if (!asked.ok) return asked
    const { offset, total } = asked.value
    const taken = takePiece(context, caller, { digest: digest.value, offset, total, bytes: call.body })
    context.master.heard(caller.standing.nodeId, { at: context.master.ports.clock.now() })
    return taken.ok ? accepted(jsonResponse(taken.value, taken.value.isComplete ? 201 : 202)) : taken
  },
}

export const getBlobRoute: Route = { method: 'GET', path, maxBodyBytes: 0, access: 'bearer', act: giveBlob }

/** Whether it is held, so that it need not be sent: a quarantined node may know that as well. */
export const headBlobRoute: Route = {
  method: 'HEAD',
  path,
  maxBodyBytes: 0,
  access: 'bearer',
  act: ({ master }, call) => {
    const digest = readDigest(call)
    if (!digest.ok) return digest
    return hasBlob(master.reader, digest.value) ? accepted(emptyResponse(200, headersOf(digest.value))) : notHeld(digest.value)
  },
}

type BlobPiece = { readonly digest: string; readonly offset: number; readonly total: number; readonly bytes: Uint8Array }
type Taken = { readonly offset: number; readonly isComplete: boolean }

/** Codes: PIECE_GAP, STAGING_MALFORMED, BLOB_DIGEST_WRONG. */
function takePiece(context: GatewayContext, caller: Caller, { digest, offset, total, bytes }: BlobPiece): Result<Taken> {
  const { master } = context
  const { nodeId } = caller.standing
  return master.commit(({ writer }) => {
    if (caller.kind === 'session') updateSession(writer, caller.session, { leaseUntil: leaseFromNow(context) })
    if (keepBlob(writer, digest)) return accepted({ offset: total, isComplete: true })
    const key = `blob:${digest}`
    const staging =
      total === 0 && bytes.length === 0
        ? { kind: 'all-here' as const }
        : stagePieceOnly(writer, { origin: nodeId, key, offset, total, bytes }, stagingQuotaBytes)
    switch (staging.kind) {
      case 'staged':
        return accepted({ offset: staging.offset, isComplete: false })
      case 'gap':
        return pieceGap(staging.expected)
      case 'refused':
        if (staging.refusal.code !== 'STAGING_FULL') return { ok: false, refusal: staging.refusal }
        dropStagedOf(writer, nodeId)
        return pieceGap(0)
      case 'all-here': {
        const put = putBlobFrom(writer, stagedPieces(writer, nodeId, key), digest)
        dropStaged(writer, nodeId, key)
        if (put.kind === 'differs') {
          return refused('BLOB_DIGEST_WRONG', 'The content is not what its digest says; send it again.', { digest, sizeBytes: total })
        }
        return accepted({ offset: total, isComplete: true })
      }
    }
  })
}

/** Of a range that is longer only the beginning is given, as RFC 9110 (15.3.7) allows: the answer says which part it is. */
const maxRangeBytes = 4 * 1024 * 1024

function giveBlob({ master }: GatewayContext, call: Call, { standing }: Caller): Result<GatewayResponse> {
  const digest = readDigest(call)
  if (!digest.ok) return digest
  if (standing.phase === 'QUARANTINED') return quarantinedLimited()
  const sizeBytes = blobSize(master.reader, digest.value)
  if (sizeBytes === undefined) return notHeld(digest.value)
  const headers = headersOf(digest.value)
  const range = readRange(call.headers['range'], sizeBytes)
  switch (range.kind) {
    case 'whole': {
      if (sizeBytes > gatewayLimits.maxBlobBytes) {
        return refused('RANGE_NEEDED', `The content is ${sizeBytes} bytes long: ask for it in ranges.`, { sizeBytes })
      }
      const body = readBlob(master.reader, digest.value)
      return body === undefined ? notHeld(digest.value) : accepted({ status: 200, headers, body })
    }
    case 'part': {
      const { first } = range
      const last = Math.min(range.last, first + maxRangeBytes - 1)
      const body = readBlobRange(master.reader, digest.value, first, last)
      if (body === undefined) return notHeld(digest.value)
      return accepted({ status: 206, headers: { ...headers, 'content-range': `bytes ${first}-${last}/${sizeBytes}` }, body })
    }
    case 'outside':
      return refused('RANGE_UNSATISFIABLE', `The content is ${sizeBytes} bytes long.`, { sizeBytes, contentRange: `bytes */${sizeBytes}` })
  }
}

type Range =
  | { readonly kind: 'whole' }
  | { readonly kind: 'part'; readonly first: number; readonly last: number }
  | { readonly kind: 'outside' }

/** RFC 9110, section 14: one range of bytes; anything else is answered with the whole, as it allows. */
export function readRange(header: string | undefined, size: number): Range {
  const parts = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? '')
  const [, from = '', to = ''] = parts ?? []
  if (from === '' && to === '') return { kind: 'whole' }
  if (from === '')
    return Number(to) === 0 || size === 0 ? { kind: 'outside' } : { kind: 'part', first: Math.max(size - Number(to), 0), last: size - 1 }
  const first = Number(from)
  if (to !== '' && Number(to) < first) return { kind: 'whole' }
  if (first >= size) return { kind: 'outside' }
  return { kind: 'part', first, last: to === '' ? size - 1 : Math.min(Number(to), size - 1) }
}

function readDigest({ parameters }: Call): Result<string> {
  const digest = parameters['sha256'] ?? ''
  return /^[0-9a-f]{64}$/.test(digest) ? accepted(digest) : mismatch('/sha256', 'not a SHA-256 in lower-case hex')
}

function notHeld(digest: string): Result<never> {
  return refused('BLOB_UNKNOWN', 'This content is not held here.', { digest })
}

function headersOf(digest: string): Readonly<Record<string, string>> {
  // Nobody's browser is to guess what a node sent.
  return { 'content-type': 'application/octet-stream', 'accept-ranges': 'bytes', etag: `"${digest}"`, 'x-content-type-options': 'nosniff' }
}
