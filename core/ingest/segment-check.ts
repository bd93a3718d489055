/**
 * Unpacks and verifies part of a log before the master that writes sees it, wherever there is time for that: another thread. What comes
 * of it is only a head start ([GW19]): whoever takes the segment in knows under which key it was verified, and does it all itself where that
 * is not the node's key now.
 */
import { isAppError } from '../kernel/app-error.ts'
import type { Compression, Crypto } from '../kernel/ports.ts'
import { fileEvents } from '../log/event-filing.ts'
import { decodeSegment, verifySegment, type VerifiedSegment } from '../log/segment.ts'
import type { FiledSegment } from '../store/accept-segment.ts'

export type CheckedSegment = {
  /** Of the node, under which it was verified. */
  readonly publicKey: Uint8Array
  readonly segment: FiledSegment
}

/** Undefined where anything is wrong with it: then it is looked at again by whoever can say so, keep it and tell of it. */
export function checkPacked(
  { crypto, compression }: { readonly crypto: Crypto; readonly compression: Compression },
  publicKey: Uint8Array,
  packed: Uint8Array,
  maxBytes: number,
): CheckedSegment | undefined {
  const bytes = unpack(compression, packed, maxBytes)
  const decoded = bytes === undefined ? undefined : decodeSegment(bytes)
  const verified = decoded?.ok === true ? verifySegment(crypto, publicKey, decoded.value) : undefined
  return verified?.ok === true ? { publicKey, segment: filed(verified.value) } : undefined
}

function filed({ header, headerBytes, signature, log, body, ends, leaves }: VerifiedSegment): FiledSegment {
  const { ids, subjects, typePlaces, types } = fileEvents(log, { body, ends })
  return { header, headerBytes, signature, log, body, ends, leaves, filing: { ids, subjects, typePlaces, types } }
}

function unpack(compression: Compression, packed: Uint8Array, maxBytes: number): Uint8Array | undefined {
  try {
    return compression.unzstd(packed, maxBytes)
  } catch (error) {
    if (!isAppError(error)) throw error
    return undefined
  }
}
