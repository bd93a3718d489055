/** Hands on what is held, the most urgent lane first, and lets go of it only once the next hop holds it durably ([RY4], [RY11]). */
import type { GatewayClient } from '../agent/gateway-client.ts'
import { createDepositor, expectedOf } from '../agent/deposit.ts'
import type { Clock } from '../kernel/ports.ts'
import type { Store } from '../store/open.ts'
import { handedOn, type HeldItem, letGo, nextItem } from './queue.ts'

export type HandingOn = {
  /** All that can be handed on now; answers how many items were, and whether the next hop went away or does not know this relay. */
  readonly handOn: () => Promise<{ readonly handedOn: number; readonly hindrance: string | undefined }>
}

/**
 * Of one segment or blob, not of the moment nor of this relay: the far end will not take it tomorrow either. A fork is held there, both
 * sides of it.
 */
const refusedForGood = (code: string): boolean =>
  (code.startsWith('SEGMENT_') && code !== 'SEGMENT_GAP') ||
  ['BLOB_DIGEST_WRONG', 'KEY_REVOKED', 'NODE_RETIRED', 'LOGS_FULL', 'KEY_WRONG'].includes(code)
/** Of one origin or one log: the others go on. */
const ofThisOne: ReadonlySet<string> = new Set(['SEGMENT_GAP', 'NODE_UNKNOWN', 'NODE_NOT_APPROVED', 'DECOMPRESSION_REFUSED'])

export function createHandingOn(store: Store, client: GatewayClient, clock: Clock, ownKey: Uint8Array, isClosed: () => boolean): HandingOn {
  const deposit = createDepositor(client, clock.monotonic, ownKey)

  type Outcome = { readonly kind: 'gone' } | { readonly kind: 'waits' } | { readonly kind: 'hindered'; readonly code: string }

  const send = async (item: HeldItem): Promise<Outcome> => {
    const answer = await deposit(item)
    if (answer.kind === 'ok') {
      store.transact((writer) => handedOn(writer, item))
      return { kind: 'gone' }
    }
    const expected = expectedOf(answer, 'SEGMENT_GAP')
    if (item.kind === 'segment' && expected !== undefined && expected > item.to) {
      // It holds that already, by another way.
      store.transact((writer) => handedOn(writer, item))
      return { kind: 'gone' }
    }
    if (answer.kind === 'problem' && refusedForGood(answer.code)) {
      store.transact((writer) => letGo(writer, item, answer.code))
      return { kind: 'gone' }
    }
    return answer.kind === 'problem' && ofThisOne.has(answer.code) ? { kind: 'waits' } : { kind: 'hindered', code: answer.code }
  }

  const handOn: HandingOn['handOn'] = async () => {
    const waitingLogs = new Set<string>()
    const waitingNumbers: number[] = []
    let count = 0
    for (;;) {
      if (isClosed()) return { handedOn: count, hindrance: 'STOPPING' }
      const item = nextItem(store.reader, [...waitingLogs], waitingNumbers)
      if (item === undefined) return { handedOn: count, hindrance: undefined }
      const outcome = await send(item)
      if (outcome.kind === 'hindered') return { handedOn: count, hindrance: outcome.code }
      if (outcome.kind === 'gone') count++
      else if (item.kind === 'segment') waitingLogs.add(item.log)
      else waitingNumbers.push(item.number)
    }
  }
  return { handOn }
}
