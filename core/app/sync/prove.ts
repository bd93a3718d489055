/**
 * Proves segments where they are read, so that the thread that writes has only to write: signature, chain, and what their events are filed
 * under. The writer looks whether the key that was used is one that it trusts itself.
 */
import type { OriginId } from '../../kernel/ids.ts'
import { fileEvents } from '../../log/event-filing.ts'
import { decodeSegment, verifySegment } from '../../log/segment.ts'
import type { ServedMaster } from '../served-master.ts'
import { vouchedKey } from './known-key.ts'
import type { ProvenSegment } from './proven.ts'

/**
 * Undefined where it cannot be proven here, for whatever reason: the writer says why. `arrived` resolves when everything that was handed
 * over before is durable, because a key may come in what is under way.
 */
export function createProver(
  { model, moment, ports }: ServedMaster,
  arrived: () => Promise<void>,
): (bytes: Uint8Array) => Promise<ProvenSegment | undefined> {
  const keys = new Map<string, Uint8Array | undefined>()
  const lookUp = (origin: OriginId, keyId: string): Uint8Array | undefined => moment(() => vouchedKey(model, model.reader, origin, keyId))
  return async (bytes) => {
    const decoded = decodeSegment(bytes)
    if (!decoded.ok) return undefined
    const { log, header } = decoded.value
    const name = `${log.origin} ${header.keyid}`
    if (!keys.has(name)) {
      let found = lookUp(log.origin, header.keyid)
      if (found === undefined) {
        await arrived()
        found = lookUp(log.origin, header.keyid)
      }
      keys.set(name, found)
    }
    const publicKey = keys.get(name)
    const verified = publicKey === undefined ? undefined : verifySegment(ports.crypto, publicKey, decoded.value)
    if (publicKey === undefined || verified?.ok !== true) return undefined
    const { events: _, body, ends, headerBytes, signature, ...rest } = verified.value
    const { envelopes: __, ...filing } = fileEvents(log, verified.value)
    // Their own bytes: what crosses would else bring the whole chunk along.
    const own = { body: body.slice(), ends: ends.slice(), headerBytes: headerBytes.slice(), signature: signature.slice() }
    return { segment: { ...rest, ...own, filing }, publicKey }
  }
}
