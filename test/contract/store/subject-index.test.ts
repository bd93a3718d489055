/** Reading by subject is the same whatever part of the index is merged, remembered or was rolled back. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { EventEnvelope } from '../../../core/kernel/event.ts'
import { appendEvents } from '../../../core/store/append-events.ts'
import { readEventById, readSubjectEvents, type SubjectQuery } from '../../../core/store/read-events.ts'
import { isMergeDue, mergeIndexes } from '../../../core/store/event-index.ts'
import { verifyStore } from '../../../core/store/verify-store.ts'
import { testEvent, testOrigin, ulidOf } from '../../helpers/log/origin.ts'
import { openTestStore, recordedAt, testPorts } from '../../helpers/store/open.ts'

const node = testOrigin(1)
const subjects = [1, 2, 3].map((number) => ulidOf<EventEnvelope['subject']>(70, number))
const types = ['ibcf.a.happened.v1', 'ibcf.b.happened.v1']

type Step =
  | { readonly kind: 'append' | 'fail'; readonly about: readonly (readonly [number, number])[] }
  | { readonly kind: 'merge' }
  | { readonly kind: 'read'; readonly subject: number; readonly query: SubjectQuery }

const about = fc.array(fc.tuple(fc.nat({ max: 2 }), fc.nat({ max: 1 })), { minLength: 1, maxLength: 8 })
const query: fc.Arbitrary<SubjectQuery> = fc.record(
  {
    afterPosition: fc.integer({ min: 0, max: 40 }),
    beforePosition: fc.integer({ min: 0, max: 40 }),
    types: fc.subarray(types),
    limit: fc.integer({ min: 1, max: 12 }),
    order: fc.constantFrom('oldest' as const, 'newest' as const),
  },
  { requiredKeys: ['limit'] },
)
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constantFrom('append', 'append', 'fail'), about }),
  fc.record({ kind: fc.constant('merge' as const) }),
  fc.record({ kind: fc.constant('read' as const), subject: fc.nat({ max: 2 }), query }),
)

/** What the question means, said the slow way. */
function expected(events: readonly EventEnvelope[], subject: string | undefined, asked: SubjectQuery): readonly number[] {
  const found = events
    .map((event, index) => ({ event, position: index + 1 }))
    .filter(
      ({ event, position }) =>
        event.subject === subject && position > (asked.afterPosition ?? 0) && position < (asked.beforePosition ?? Infinity),
    )
    .filter(({ event }) => asked.types?.includes(event.type) ?? true)
    .map(({ position }) => position)
  return (asked.order === 'newest' ? found.toReversed() : found).slice(0, asked.limit)
}

describe('events by subject', () => {
  it('[ST12] are the same however much of the index is merged, and after what was rolled back', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        using store = await openTestStore('memory')
        const held: EventEnvelope[] = []
        for (const taken of steps) {
          if (taken.kind === 'merge') store.transact(mergeIndexes)
          else if (taken.kind === 'read') {
            const positions = readSubjectEvents(store.reader, subjects[taken.subject] ?? '', taken.query).map(({ position }) => position)
            expect(positions).toEqual(expected(held, subjects[taken.subject], taken.query))
            const sought = held[(taken.query.limit * 7) % Math.max(1, held.length)]
            if (sought !== undefined) expect(readEventById(store.reader, sought.id)?.event).toEqual(sought)
          } else {
            const events = taken.about.map(([subject, type], index) => ({
              ...testEvent(node, held.length + index + 1),
              subject: subjects[subject] ?? node.origin,
              type: types[type] ?? '',
            }))
            const write = (): void =>
              store.transact((writer) => {
                appendEvents(writer, node.log, events, recordedAt)
                // Inside the transaction what it wrote is there already.
                const seen = readSubjectEvents(writer, events[0]?.subject ?? '', { limit: 99 }).map(({ position }) => position)
                expect(seen).toEqual(expected([...held, ...events], events[0]?.subject, { limit: 99 }))
                if (taken.kind === 'fail') throw new RangeError('rolled back')
              })
            if (taken.kind === 'fail') expect(write).toThrow(RangeError)
            else {
              write()
              held.push(...events)
            }
          }
        }
        expect((await verifyStore(store.reader, testPorts)).findings).toEqual([])
      }),
      { numRuns: 200 },
    )
  })

  it('[ST12] are found by an id that was used twice as the one that came first, merged or not', async () => {
    using store = await openTestStore('memory')
    const twice = testEvent(node, 1)
    const events = Array.from({ length: 250 }, (_, index) => ({
      ...testEvent(node, index + 1),
      id: index % 5 === 2 ? twice.id : testEvent(node, index + 7).id,
    }))
    const append = (): unknown => store.transact((writer) => appendEvents(writer, node.log, events, recordedAt))
    append()
    expect(readEventById(store.reader, twice.id)?.position).toBe(3)
    store.transact(mergeIndexes)
    expect(readEventById(store.reader, twice.id)?.position).toBe(3)
    append()
    store.transact(mergeIndexes)
    expect(readEventById(store.reader, twice.id)?.position).toBe(3)
    expect(readEventById(store.reader, events[249]?.id ?? '')?.position).toBe(250)
    expect(readEventById(store.reader, ulidOf(99_999_999, 1))).toBeUndefined()
    expect((await verifyStore(store.reader, testPorts)).findings).toEqual([])
  })

  it('[ST12] are merged when somebody is idle, and by whoever appends when nobody is for long', async () => {
    using store = await openTestStore('memory')
    const batch = 20_000
    const append = (done: number): void => {
      const events = Array.from({ length: batch }, (_, index) => ({
        ...testEvent(node, done + index + 1),
        subject: subjects[index % 3] ?? node.origin,
      }))
      store.transact((writer) => appendEvents(writer, node.log, events, recordedAt))
    }
    append(0)
    expect(isMergeDue(store.reader)).toBe(false)
    append(batch)
    expect(isMergeDue(store.reader)).toBe(true)
    expect(store.transact(mergeIndexes)).toBe(2 * batch)
    expect(isMergeDue(store.reader)).toBe(false)
    for (let done = 2 * batch; done < 9 * batch; done += batch) append(done)
    expect(store.reader.all('SELECT batch, last FROM index_batches')).toEqual([
      { batch: 1, last: 2 * batch },
      { batch: 2 * batch + 1, last: 9 * batch },
    ])
    const newest = readSubjectEvents(store.reader, subjects[0] ?? '', { limit: 3, order: 'newest' }).map(({ position }) => position)
    expect(newest).toEqual([179_999, 179_996, 179_993])
  })
})
