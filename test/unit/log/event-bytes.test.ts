import { describe, expect, it } from 'vitest'
import { eventLimits } from '../../../core/kernel/event.ts'
import { openStoredEvent, readEvent } from '../../../core/log/event-bytes.ts'
import { encoded, testEvent, testOrigin } from '../../helpers/log/origin.ts'

const event = testEvent(testOrigin(1), 1)

function readText(text: string): ReturnType<typeof readEvent> {
  return readEvent(new TextEncoder().encode(text))
}

describe('the bytes of an event', () => {
  it('[LG7] are read as its envelope, attributes that nobody knows included', () => {
    const withMore = { ...event, traceparent: '00-1-2-3' }
    const bytes = new TextEncoder().encode(JSON.stringify(withMore))
    expect(readEvent(bytes)).toEqual({ kind: 'event', envelope: withMore })
    expect(openStoredEvent(bytes)).toEqual(withMore)
  })

  const unreadable: readonly [string, string, string][] = [
    ['not JSON', 'EVENT', 'JSON_MALFORMED'],
    ['JSON that is not an object', '[]', 'EVENT_MALFORMED'],
    ['an event without an id', JSON.stringify({ ...event, id: undefined }), 'EVENT_MALFORMED'],
    ['a type in the present tense of nobody', JSON.stringify({ ...event, type: 'reboot' }), 'EVENT_MALFORMED'],
    ['a source that is no origin', JSON.stringify({ ...event, source: 'urn:other:1' }), 'EVENT_MALFORMED'],
    ['data that is a list', JSON.stringify({ ...event, data: [1] }), 'EVENT_MALFORMED'],
    ['the same key twice', JSON.stringify(event).replace('{', '{"epoch":1,"epoch":2,'), 'JSON_DUPLICATE_KEY'],
    ['more bytes than an event may have', JSON.stringify({ ...event, data: { pad: 'x'.repeat(eventLimits.maxBytes) } }), 'JSON_TOO_LARGE'],
  ]
  it.each(unreadable)('[LG7] that are %s are unreadable, with a code and a sentence', (_, text, code) => {
    const reading = readText(text)
    expect(reading).toMatchObject({ kind: 'unreadable', code })
    expect(reading.kind === 'unreadable' && reading.sentence.length > 10).toBe(true)
  })

  it('[LG7] of a type that is not known are readable: what it means is for others to say', () => {
    expect(readEvent(encoded({ ...event, type: 'ibcf.thing.nobody-knows.v9' })).kind).toBe('event')
  })
})
