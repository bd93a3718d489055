/** The quick check of an event decides nothing: what it says yes to, the schema reads as the very same. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { eventEnvelopeSchema, type EventEnvelope } from '../../../core/kernel/event.ts'
import { readAnyEvent, readEvent, writePlainEvent } from '../../../core/log/event-bytes.ts'
import { isPlainEnvelope } from '../../../core/log/plain-event.ts'
import { testEvent, testOrigin, ulidOf } from '../../helpers/log/origin.ts'

const event = testEvent(testOrigin(1), 1)

/** What a field may hold, right and nearly right. */
const text = fc.oneof(
  fc.constantFrom(
    ulidOf(5, 5) as string,
    '8ZZZZZZZZZZZZZZZZZZZZZZZZZ',
    'ibcf.thing.happened.v1',
    'ibcf.thing.v1\n',
    `ibcf.${'a'.repeat(113)}.v1`,
    `ibcf.x.${'a'.repeat(113)}.v1`,
    'urn:ibcf:master:00000000010000000000000001',
    '2024-02-29T00:00:00Z',
    '2025-02-29T00:00:00Z',
    '2025-04-31T00:00:00.5Z',
    '2025-12-31T23:59:60Z',
    '2025-01-01T00:00Z',
    '2025-01-01T00:00:00.0000000001Z',
    '2025-01-01T00:00:00+01:00',
    '019b76da0400-0000',
    '1.0',
    'x'.repeat(129),
  ),
  fc.string({ maxLength: 5, unit: 'binary' }),
)
const value = fc.oneof(
  { weight: 3, arbitrary: text },
  { weight: 2, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
  { weight: 1, arbitrary: fc.constantFrom(1, -1, 0, -0, 2 ** 53, 1.5, Number.POSITIVE_INFINITY, true) },
)
const names = [...Object.keys(eventEnvelopeSchema.shape), 'traceparent', '__proto__', 'constructor', 'toJSON']
const changes = fc.array(fc.tuple(fc.constantFrom(...names), value), { maxLength: 3 })
const data = fc.dictionary(fc.constantFrom('a', 'b', '__proto__', 'constructor', 'é', 'x"y', '\\u0041'), value, {
  maxKeys: 4,
  noNullPrototype: true,
})

function changed(base: EventEnvelope, edits: readonly (readonly [string, unknown])[]): EventEnvelope {
  const copy: Record<string, unknown> = { ...base }
  for (const [name, to] of edits) Object.defineProperty(copy, name, { value: to, enumerable: true, configurable: true, writable: true })
  return copy as EventEnvelope
}

const events = fc.tuple(changes, data).map(([edits, inside]) => changed({ ...event, data: inside }, edits))

describe('the quick check of an event', () => {
  it('[LG7] says yes only to what the schema accepts', () => {
    fc.assert(
      fc.property(events, (some) => {
        if (isPlainEnvelope(some)) expect(eventEnvelopeSchema.safeParse(some).success).toBe(true)
      }),
      { numRuns: 5000 },
    )
    expect(isPlainEnvelope(event)).toBe(true)
  })

  it('[LG7] [LG9] never changes what an event is read as, byte for byte', () => {
    const bytes = fc.oneof(
      events.map((some) => JSON.stringify(some)),
      fc
        .tuple(events, fc.nat(), fc.constantFrom('"', '\\', '\0', ',', '{', '}', '"epoch":1,', ' ', 'é', '1e999', '-0'))
        .map(([some, at, piece]) => {
          const whole = JSON.stringify(some)
          const place = at % whole.length
          return whole.slice(0, place) + piece + whole.slice(place)
        }),
      fc.tuple(events, fc.nat()).map(([some, at]) => {
        const whole = JSON.stringify(some)
        return whole.slice(0, at % whole.length) + whole.slice((at % whole.length) + 1)
      }),
    )
    fc.assert(
      fc.property(bytes, (some) => {
        const raw = new TextEncoder().encode(some)
        expect(readEvent(raw)).toEqual(readAnyEvent(raw))
      }),
      { numRuns: 10_000 },
    )
  })

  it.each([
    ['nested as deep as may be', 31],
    ['nested deeper', 32],
    ['nested far deeper', 5000],
  ])('[LG7] [LG9] agrees on an event %s', (_, depth) => {
    const raw = new TextEncoder().encode(
      JSON.stringify({ ...event, data: { a: 1 } }).replace('{"a":1}', `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`),
    )
    expect(readEvent(raw)).toEqual(readAnyEvent(raw))
    expect(readEvent(raw).kind).toBe(depth <= 31 ? 'event' : 'unreadable')
  })

  it('[ST11] of one’s own says yes only to what comes back as it is', () => {
    const odd = fc.constantFrom<unknown>(undefined, new Date(0), () => 1, Number.NaN, new Map(), [undefined], '\ud800', 'a\0b', {
      toJSON: () => 5,
    })
    const own = fc.oneof(
      events,
      odd.map((inside) => ({ ...event, data: { inside } }) as EventEnvelope),
    )
    fc.assert(
      fc.property(own, (some) => {
        const written = writePlainEvent(some)
        if (written === undefined) return
        const reading = readAnyEvent(new TextEncoder().encode(written))
        expect(reading).toEqual({ kind: 'event', envelope: some })
        expect(JSON.stringify(some)).toBe(written)
      }),
      { numRuns: 5000 },
    )
    expect(writePlainEvent(event)).toBe(JSON.stringify(event))
  })
})
