/**
 * Events as they lie one behind the other, in a segment and in the store alike: per event u32 length, big-endian, and its exact bytes.
 * Where each ends is kept beside, so that a run of events is cut out, hashed and handed on without an object for each of them.
 */
export type FramedEvents = {
  readonly body: Uint8Array
  /** Per event, where its bytes end in `body`; they begin 4 bytes behind the end of the one before. */
  readonly ends: Uint32Array
}

export const frameBytes = 4

export const noEvents: FramedEvents = { body: new Uint8Array(), ends: new Uint32Array() }

/** Where event `index` begins: its bytes, not its frame. */
export function startOf({ ends }: FramedEvents, index: number): number {
  return endBefore(ends, index) + frameBytes
}

/** A view, not a copy. */
export function eventAt(framed: FramedEvents, index: number): Uint8Array {
  return framed.body.subarray(startOf(framed, index), framed.ends[index])
}

/** Views, not copies. */
export function eventsOf(framed: FramedEvents): Uint8Array[] {
  const events: Uint8Array[] = []
  for (let index = 0; index < framed.ends.length; index++) events.push(eventAt(framed, index))
  return events
}

export function frameEvents(events: readonly Uint8Array[]): FramedEvents {
  let size = 0
  for (const event of events) size += frameBytes + event.length
  const body = new Uint8Array(size)
  const view = new DataView(body.buffer)
  const ends = new Uint32Array(events.length)
  let at = 0
  for (const [index, event] of events.entries()) {
    view.setUint32(at, event.length)
    body.set(event, at + frameBytes)
    at += frameBytes + event.length
    ends[index] = at
  }
  return { body, ends }
}

/** Reads `count` events that fill `body` exactly; what is wrong with it otherwise. */
export function readFrames(body: Uint8Array, count: number): FramedEvents | 'short' | 'long' {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength)
  if (count * frameBytes > body.length) return 'short'
  const ends = new Uint32Array(count)
  let at = 0
  for (let index = 0; index < count; index++) {
    if (at + frameBytes > body.length) return 'short'
    at += frameBytes + view.getUint32(at)
    if (at > body.length) return 'short'
    ends[index] = at
  }
  return at === body.length ? { body, ends } : 'long'
}

/** Events `from` up to but not with `to`, by index. `body` is a view, `ends` are its own. */
export function sliceFrames(framed: FramedEvents, from: number, to: number = framed.ends.length): FramedEvents {
  if (from === 0 && to === framed.ends.length) return framed
  const start = endBefore(framed.ends, from)
  const ends = framed.ends.slice(from, to)
  for (let index = 0; index < ends.length; index++) ends[index] = (ends[index] ?? 0) - start
  return { body: framed.body.subarray(start, start + (ends.at(-1) ?? 0)), ends }
}

/** One behind the other. */
export function joinFrames(parts: readonly FramedEvents[]): FramedEvents {
  const [only] = parts
  if (only !== undefined && parts.length === 1) return only
  let size = 0
  let count = 0
  for (const { body, ends } of parts) {
    size += body.length
    count += ends.length
  }
  const joined = { body: new Uint8Array(size), ends: new Uint32Array(count) }
  let at = 0
  let index = 0
  for (const { body, ends } of parts) {
    joined.body.set(body, at)
    for (const end of ends) joined.ends[index++] = at + end
    at += body.length
  }
  return joined
}

function endBefore(ends: Uint32Array, index: number): number {
  return index === 0 ? 0 : (ends[index - 1] ?? 0)
}
