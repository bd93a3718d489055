/** Bytes that nobody thought of, to every parser: it answers, or refuses with an error of ours; it never breaks. IBCF_FUZZ_RUNS cases each. */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isAppError } from '../../../core/kernel/app-error.ts'
import { parsers, type Parser } from './parsers.ts'

const corpus = fileURLToPath(new URL('../../fixtures/fuzz', import.meta.url))
const numRuns = Number(process.env['IBCF_FUZZ_RUNS'] ?? 400)

/** Bytes put in, taken out and doubled, in a few places. */
const change = fc.record({ at: fc.nat(), remove: fc.nat({ max: 12 }), insert: fc.uint8Array({ maxLength: 12 }), isDoubled: fc.boolean() })
type Change = typeof change extends fc.Arbitrary<infer Value> ? Value : never

function changed(bytes: Uint8Array, { at, remove, insert, isDoubled }: Change): Uint8Array {
  const place = at % (bytes.length + 1)
  const rest = bytes.subarray(isDoubled ? Math.floor(place / 2) : place + remove)
  return Buffer.concat([bytes.subarray(0, place), insert, rest])
}

/** What broke it, in words; undefined where it answered or refused. */
async function breakOf({ read }: Parser, bytes: Uint8Array): Promise<string | undefined> {
  try {
    await read(bytes)
    return undefined
  } catch (error) {
    if (isAppError(error) && error.kind !== 'Bug') return undefined
    return error instanceof Error ? (error.stack ?? error.message) : String(error)
  }
}

/** Kept, so that it is tried first from now on. */
function keep({ name }: Parser, bytes: Uint8Array): string {
  const directory = join(corpus, name)
  mkdirSync(directory, { recursive: true })
  const file = join(directory, `${createHash('sha256').update(bytes).digest('hex').slice(0, 16)}.bin`)
  writeFileSync(file, bytes)
  return file
}

function keptOf({ name }: Parser): readonly string[] {
  const directory = join(corpus, name)
  return existsSync(directory) ? readdirSync(directory).map((file) => join(directory, file)) : []
}

describe('bytes from anywhere', () => {
  for (const parser of parsers)
    it(`[SD7] do not break the parser of ${parser.name}`, async () => {
      for (const file of keptOf(parser)) expect(await breakOf(parser, readFileSync(file)), file).toBeUndefined()
      const fromValid = fc.array(change, { maxLength: 4 }).map((changes) => changes.reduce(changed, parser.valid))
      const fromNothing = fc.oneof(
        fc.uint8Array({ maxLength: 600 }),
        fc.json({ maxDepth: 6 }).map((text) => new TextEncoder().encode(text)),
      )
      await fc.assert(
        fc.asyncProperty(fc.oneof({ weight: 3, arbitrary: fromValid }, { weight: 1, arbitrary: fromNothing }), async (bytes) => {
          const broken = await breakOf(parser, bytes)
          if (broken !== undefined) throw new Error(`${broken}\nKept in ${keep(parser, bytes)}`)
        }),
        { numRuns },
      )
    }, 120_000)

  it('[SD7] more of them are tried than kept, and each parser has something valid to begin with', async () => {
    expect(parsers.length).toBeGreaterThanOrEqual(20)
    for (const parser of parsers) expect(parser.valid.length, parser.name).toBeGreaterThan(0)
  })
})
