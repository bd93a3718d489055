/** Leaves content with a relay, or with a master as one: piece by piece, from where the far end says it has it ([RY3]). */
import type { z } from 'zod'
import { gatewayLimits } from '../contract/gateway/wire.ts'
import { depositAnswer, relayHeaders } from '../contract/relay-link.ts'
import { toBase64 } from '../kernel/hex.ts'
import type { Answer, GatewayClient } from './gateway-client.ts'

export type Deposit = { readonly body: Uint8Array } /** `key`: the public key that it is signed with. */ & (
  | { readonly kind: 'segment'; readonly key: Uint8Array; readonly log: string; readonly from: number; readonly to: number }
  | { readonly kind: 'blob'; readonly digest: string }
)

const leastPieceBytes = 1024
/** A far end that keeps asking for what it was given. */
const mostStalls = 3
/** Pieces grow while they take less than the first, and shrink when they take longer than the second, milliseconds. */
const pieceMs = { least: 500, most: 3000 } as const

/** Of one far end: what the link carries in a few seconds is learnt over all that is sent. `ownKey` is the public key of the sender. */
export function createDepositor(
  client: GatewayClient,
  monotonic: () => number,
  ownKey: Uint8Array,
): (deposit: Deposit) => Promise<Answer<z.infer<typeof depositAnswer>>> {
  let pieceBytes = 64 * 1024
  return async (deposit) => {
    const { body: whole } = deposit
    const [path, mediaType] =
      deposit.kind === 'segment'
        ? [
            `/v1/relay/segments?log=${encodeURIComponent(deposit.log)}&from=${deposit.from}&to=${deposit.to}&`,
            'application/vnd.ibcf.segment+zstd',
          ]
        : [`/v1/relay/blobs/${deposit.digest}?`, 'application/octet-stream']
    const headers = { [relayHeaders.key]: toBase64(deposit.kind === 'segment' ? deposit.key : ownKey) }
    let offset = 0
    for (let stalls = 0; stalls < mostStalls; ) {
      const body = whole.subarray(offset, offset + pieceBytes)
      const startedAt = monotonic()
      const answer = await client.ask(depositAnswer, {
        method: 'PUT',
        path: `${path}offset=${offset}&total=${whole.length}`,
        bytes: { mediaType, body },
        headers,
      })
      const tookMs = monotonic() - startedAt
      if (answer.kind === 'silent' || tookMs > pieceMs.most) pieceBytes = Math.max(leastPieceBytes, pieceBytes >> 1)
      else if (tookMs < pieceMs.least && body.length === pieceBytes) pieceBytes = Math.min(gatewayLimits.maxPieceBytes, pieceBytes * 2)
      const reached = answer.kind === 'ok' ? answer.value.offset : expectedOf(answer, 'PIECE_GAP')
      if (reached === undefined || (answer.kind === 'ok' && answer.value.isComplete)) return answer
      if (reached <= offset) stalls++
      offset = Math.min(reached, whole.length)
    }
    return { kind: 'silent', code: 'UPLOAD_STALLED', sentence: 'The far end keeps asking for a piece that it was given.' }
  }
}

/** What a refusal with this code asks for instead. */
export function expectedOf(answer: Answer<unknown>, code: string): number | undefined {
  if (answer.kind !== 'problem' || answer.code !== code) return undefined
  const { expected } = answer.facts
  return typeof expected === 'number' && Number.isSafeInteger(expected) && expected >= 0 ? expected : undefined
}
