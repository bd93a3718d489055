import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { budgetBytes, createPacker, eventsOf, missingRuns, type Ours, type Run } from '../../../core/sync/exchange.ts'
import { isNewer } from '../../../core/sync/receipt.ts'
import type { FrontierEntry } from '../../../core/log/frontier.ts'
import { ulidOf } from '../../helpers/log/origin.ts'

const master = ulidOf(1, 1)
const node = ulidOf(1, 2)
const life = ulidOf(2, 1)
const domain = ulidOf(3, 1)
const control = `${master}/${life}/control/${domain}`
const bulk = `${master}/${life}/bulk/${domain}`
const nodeControl = `${node}/${life}/control/-`
const nodeFact = `${node}/${life}/fact/-`

/** A branch is a text; its head after n events is its first n letters. */
type Branches = Readonly<Record<string, readonly string[]>>
const frontierOf = (held: Branches): FrontierEntry[] =>
  Object.entries(held).flatMap(([log, texts]) => texts.map((text, branch) => ({ log, branch, seq: text.length, head: text })))
const ours = (held: Branches): Ours => ({
  frontier: frontierOf(held),
  headAt: (log, branch, seq) => held[log]?.[branch]?.slice(0, seq),
})
const brief = (runs: readonly Run[]) => runs.map(({ log, branch, from, to }) => ({ log, branch, from, to }))

describe('what one side lacks', () => {
  it('[SB1] goes lane by lane, masters before nodes, each log from where the other side is', () => {
    const held = { [bulk]: ['ab'], [nodeFact]: ['abc'], [nodeControl]: ['a'], [control]: ['abcd'] }
    expect(brief(missingRuns(ours(held), frontierOf({ [control]: ['ab'] })))).toEqual([
      { log: control, branch: 0, from: 3, to: 4 },
      { log: nodeControl, branch: 0, from: 1, to: 1 },
      { log: nodeFact, branch: 0, from: 1, to: 3 },
      { log: bulk, branch: 0, from: 1, to: 2 },
    ])
  })

  it('[SB1] is nothing where both hold the same, or the other side is further', () => {
    const held = { [control]: ['abcd'] }
    expect(missingRuns(ours(held), frontierOf(held))).toEqual([])
    expect(missingRuns(ours(held), frontierOf({ [control]: ['abcdef'] }))).toEqual([])
  })

  it('[SB2] can be limited to some lanes and to whole logs of a scope', () => {
    const held = { [bulk]: ['ab'], [nodeFact]: ['abc'], [control]: ['abcd'] }
    expect(brief(missingRuns(ours(held), [], { lanes: ['fact'] }))).toEqual([{ log: nodeFact, branch: 0, from: 1, to: 3 }])
    const scope = { name: 'domain', holds: (log: string) => log.includes(domain) }
    expect(missingRuns(ours(held), [], { scope }).map(({ log }) => log)).toEqual([control, bulk])
  })

  it('[SB3] sends of a fork only what leaves the part that is shared', () => {
    const held = { [nodeFact]: ['abcdef', 'abcxy'] }
    expect(brief(missingRuns(ours(held), frontierOf({ [nodeFact]: ['abcdef'] })))).toEqual([{ log: nodeFact, branch: 1, from: 4, to: 5 }])
    expect(brief(missingRuns(ours(held), frontierOf({ [nodeFact]: ['abcxy'] })))).toEqual([{ log: nodeFact, branch: 0, from: 4, to: 6 }])
    expect(brief(missingRuns(ours(held), []))).toEqual([
      { log: nodeFact, branch: 0, from: 1, to: 6 },
      { log: nodeFact, branch: 1, from: 4, to: 5 },
    ])
  })

  it('[SB3] sends the whole log where the other side tells of another past', () => {
    expect(brief(missingRuns(ours({ [nodeFact]: ['abcdef'] }), frontierOf({ [nodeFact]: ['abx'] })))).toEqual([
      { log: nodeFact, branch: 0, from: 1, to: 6 },
    ])
  })

  it('[SB3] makes the other side hold every branch, whatever it held of them before', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 1, maxLength: 6 })
    fc.assert(
      fc.property(fc.uniqueArray(word, { minLength: 1, maxLength: 3 }), word, (texts, theirs) => {
        // Branches end where no other one goes on.
        const branches = texts.filter((text) => !texts.some((other) => other !== text && other.startsWith(text)))
        const runs = missingRuns(ours({ [nodeFact]: branches }), frontierOf({ [nodeFact]: [theirs] }))
        const held = new Set<string>(['', ...Array.from(theirs, (_, at) => theirs.slice(0, at + 1))])
        for (const { branch, from, to } of runs) {
          const text = branches[branch] ?? ''
          // No piece comes before what it follows, unless they said that they are further than we are.
          if (theirs.length <= Math.max(...branches.map(({ length }) => length))) expect(held).toContain(text.slice(0, from - 1))
          for (let seq = from; seq <= to; seq++) held.add(text.slice(0, seq))
        }
        if (theirs.length <= Math.max(...branches.map(({ length }) => length))) for (const text of branches) expect(held).toContain(text)
      }),
      { seed: 20261123, numRuns: 500 },
    )
  })
})

describe('the pack planner', () => {
  it('[SB4] stops at the first piece that does not fit, so that nothing overtakes what is more urgent', () => {
    const packer = createPacker(100)
    expect([60, 50, 10].map((size) => packer.fits(size))).toEqual([true, false, false])
    expect([30, 30, 10].map((size) => packer.fits(size, true))).toEqual([true, false, true])
    expect(packer.usedBytes()).toBe(100)
  })

  it('[SB4] turns minutes of a link into bytes', () => {
    expect(budgetBytes({ link: { minutes: 10, bitsPerSecond: 9600 } })).toBe(720_000)
    expect(budgetBytes({ bytes: 1000, link: { minutes: 10, bitsPerSecond: 9600 } })).toBe(1000)
    expect(budgetBytes({})).toBe(Number.POSITIVE_INFINITY)
  })

  it('[SB4] counts events', () => {
    expect(eventsOf(missingRuns(ours({ [nodeFact]: ['abcdef'] }), frontierOf({ [nodeFact]: ['ab'] })))).toBe(4)
  })
})

describe('receipts', () => {
  it('[SB6] a later one says more, and a later life replaces whatever its number', () => {
    const at = (incarnation: string, n: number) => ({ incarnation, n })
    expect(isNewer(at('A', 2), at('A', 1))).toBe(true)
    expect(isNewer(at('A', 1), at('A', 1))).toBe(false)
    expect(isNewer(at('B', 1), at('A', 9))).toBe(true)
    expect(isNewer(at('A', 9), at('B', 1))).toBe(false)
  })
})
