/** The hash chain of a log: its head at seq n stands for the exact bytes of all its events from 1 to n. */
import type { Crypto } from '../kernel/ports.ts'
import type { FramedEvents } from './framing.ts'
import { formatLogId, type LogId } from './log-id.ts'

export const headBytes = 32

/**
 * The head before the first event. It is made of the log's own name, so that a chain cannot be passed off as that of another log
 * ([LG1]).
 */
export function genesisHead(crypto: Crypto, log: LogId): Uint8Array {
  return crypto.sha256(new TextEncoder().encode(`ibcf.log.v1\n${formatLogId(log)}`))
}

/** SHA-256 of an event's bytes. */
export function leafOf(crypto: Crypto, bytes: Uint8Array): Uint8Array {
  return crypto.sha256(bytes)
}

/** The head after a leaf: `SHA-256(head || leaf)` ([LG2]). */
export function joinHead(crypto: Crypto, head: Uint8Array, leaf: Uint8Array): Uint8Array {
  const pair = new Uint8Array(2 * headBytes)
  pair.set(head, 0)
  pair.set(leaf, headBytes)
  return crypto.sha256(pair)
}

/** The head after one more event. */
export function extendHead(crypto: Crypto, head: Uint8Array, bytes: Uint8Array): Uint8Array {
  return joinHead(crypto, head, leafOf(crypto, bytes))
}

/** The head after all of them. Fills `leaves`, 32 bytes an event, where given. */
export function extendHeadBy(crypto: Crypto, head: Uint8Array, { body, ends }: FramedEvents, leaves?: Uint8Array): Uint8Array {
  return crypto.extendChain(head, body, ends, leaves)
}
