/** The same segments in any order, cut anywhere, repeated and forked, leave the same behind. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { toHex } from '../../../core/kernel/hex.ts'
import { fingerprintOf } from '../../../core/log/fingerprint.ts'
import { readFrontier } from '../../../core/store/frontier.ts'
import type { Store } from '../../../core/store/open.ts'
import { readLogEvents } from '../../../core/store/read-events.ts'
import { verifyStore } from '../../../core/store/verify-store.ts'
import { crypto, encoded, segmentBetween, testEvent, testOrigin } from '../../helpers/log/origin.ts'
import { openTestStore, putKeyOf, take, testPorts } from '../../helpers/store/open.ts'

const node = testOrigin(1)

/** A log as its origin tells it; a fork tells it otherwise from some seq on. */
type Telling = readonly Uint8Array[]

function tell(length: number, name: string, before: Telling = []): Telling {
  return [
    ...before,
    ...Array.from({ length: length - before.length }, (_, index) => encoded(testEvent(node, before.length + index + 1, { name }))),
  ]
}

/** A telling, and up to two others that leave it or one another somewhere. */
const tellings: fc.Arbitrary<readonly Telling[]> = fc
  .record({
    length: fc.integer({ min: 1, max: 12 }),
    forks: fc.array(fc.record({ of: fc.nat(), at: fc.nat(), length: fc.integer({ min: 1, max: 6 }) }), { maxLength: 2 }),
  })
  .map(({ length, forks }) =>
    forks.reduce<readonly Telling[]>(
      (told, fork, index) => {
        const base = told[fork.of % told.length] ?? []
        const before = base.slice(0, fork.at % base.length)
        return [...told, tell(before.length + fork.length, `fork ${index}`, before)]
      },
      [tell(length, 'first')],
    ),
  )

/** Segments that cover every telling, cut and overlapping at random, some of them twice, in any order. */
const deliveries = tellings.chain((told) => {
  const cuts = told.map((telling) =>
    fc
      .array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 6 })
      .map((pairs) => [
        [1, telling.length] as const,
        ...pairs
          .map(([a, b]) => [1 + (Math.min(a, b) % telling.length), 1 + (Math.max(a, b) % telling.length)] as const)
          .filter(([from, to]) => from <= to),
      ]),
  )
  return fc
    .tuple(...cuts)
    .map((all) => all.flatMap((pairs, index) => pairs.map(([from, to]) => segmentBetween(node, told[index] ?? [], from, to))))
    .chain((segments) => fc.tuple(fc.constant(told), fc.shuffledSubarray([...segments, ...segments], { minLength: segments.length * 2 })))
})

/** All paths from the beginning to a tip, as bytes; what is held, whatever the branches are numbered. */
function paths(store: Store): readonly string[] {
  return readFrontier(store.reader)
    .map(({ branch }) =>
      readLogEvents(store.reader, node.log, 1, 99, branch)
        .map(({ bytes }) => toHex(bytes))
        .join(),
    )
    .toSorted()
}

function fingerprint(store: Store): string {
  return fingerprintOf(crypto, 'all', readFrontier(store.reader)).hex
}

/** The tellings that are not the beginning of another one. */
function tips(told: readonly Telling[]): readonly string[] {
  const all = told.map((telling) => telling.map(toHex).join())
  return [...new Set(all)].filter((path) => !all.some((other) => other !== path && other.startsWith(`${path},`))).toSorted()
}

describe('segments that arrive anyhow', () => {
  it('[LG5] [LG6] leave the same frontier, events and fingerprint behind', async () => {
    await fc.assert(
      fc.asyncProperty(deliveries, async ([told, segments]) => {
        using store = await openTestStore('memory')
        using orderly = await openTestStore('memory')
        putKeyOf(store, node)
        putKeyOf(orderly, node)
        for (const segment of segments) take(store, node, segment)
        for (const telling of told) take(orderly, node, segmentBetween(node, telling, 1, telling.length))
        expect(paths(store)).toEqual(tips(told))
        expect(fingerprint(store)).toBe(fingerprint(orderly))
        expect(segments.map((segment) => take(store, node, segment).kind).filter((kind) => kind === 'stored' || kind === 'gap')).toEqual([])
        expect((await verifyStore(store.reader, testPorts)).findings).toEqual([])
      }),
      { numRuns: 150 },
    )
  })

  it('[LG10] a sender that follows the answers gets everything placed, in few sendings', async () => {
    const cases = fc.record({
      length: fc.integer({ min: 2, max: 60 }),
      fork: fc.nat(),
      run: fc.integer({ min: 1, max: 5 }),
      start: fc.nat(),
    })
    await fc.assert(
      fc.asyncProperty(cases, async ({ length, fork, run, start }) => {
        using store = await openTestStore('memory')
        putKeyOf(store, node)
        const honest = tell(length, 'first')
        const twin = tell(length, 'twin', honest.slice(0, fork % length))
        take(store, node, segmentBetween(node, honest, 1, length))
        let next = 1 + (start % length)
        let sendings = 0
        while (next <= length) {
          const to = Math.min(length, next + run - 1)
          const answer = take(store, node, segmentBetween(node, twin, next, to))
          if (answer.kind === 'gap') expect(answer.expected).toBeLessThan(next)
          next = answer.kind === 'gap' ? answer.expected : to + 1
          sendings++
        }
        expect(paths(store)).toEqual(tips([honest, twin]))
        expect(sendings).toBeLessThanOrEqual(Math.log2(length) + 1 + length / run + 1)
      }),
      { numRuns: 150 },
    )
  })
})
