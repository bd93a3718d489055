/**
 * The rehearsal: code broken on purpose, one module at a time, in processes of their own; the simulator notices every one. With
 * IBCF_MUTANTS=all the seeds are tried from the first on and the table is printed; otherwise each is shown the seed that catches it.
 */
import { execFile } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { type Mutant, mutants } from './mutants/mutants.ts'

const pathOf = (name: string): string => fileURLToPath(new URL(name, import.meta.url))
const tableFile = pathOf('../fixtures/simulation/mutants.txt')
const isWhole = process.env['IBCF_MUTANTS'] === 'all'

type Rehearsed = { readonly mutant: string; readonly isCaught: boolean; readonly seeds: number; readonly problem: string | null }

async function rehearse({ name, module, find, replace }: Mutant, first: number, most: number): Promise<Rehearsed> {
  const args = ['--import', pathOf('mutants/mutate.mjs'), pathOf('mutants/rehearse.ts'), name, String(first), String(most)]
  const env = { ...process.env, IBCF_MUTANT: JSON.stringify({ module, find, replace }) }
  const { stdout } = await promisify(execFile)(process.execPath, args, { env, timeout: 1_200_000 })
  return JSON.parse(stdout) as Rehearsed
}

/** Of each mutant the number of seeds that it took, as the last whole rehearsal found. */
function knownSeeds(): ReadonlyMap<string, number> {
  const lines = readFileSync(tableFile, 'utf8').trim().split('\n')
  return new Map(lines.map((line) => line.split(/\s+/)).map(([name = '', seeds = '1']) => [name, Number(seeds)]))
}

describe('broken on purpose', () => {
  it('[SD6] there are twelve mutants or more, each in one module of core', () => {
    expect(mutants.length).toBeGreaterThanOrEqual(12)
    for (const { module, find } of mutants) expect(readFileSync(pathOf(`../../${module}`), 'utf8').split(find)).toHaveLength(2)
  })

  it.runIf(isWhole)(
    '[SD6] every mutant is caught, and the table says by how many seeds',
    async () => {
      const found: Rehearsed[] = []
      for (const mutant of mutants) found.push(await rehearse(mutant, 1, 60))
      const lines = found.map(
        ({ mutant, seeds, problem }) => `${mutant.padEnd(32)} ${String(seeds).padStart(3)}  ${problem ?? 'not caught'}`,
      )
      writeFileSync(tableFile, `${lines.join('\n')}\n`)
      expect(found.filter(({ isCaught }) => !isCaught)).toEqual([])
    },
    3 * 3_600_000,
  )

  it.skipIf(isWhole).each(mutants)(
    '[SD6] $name: code that $does is caught',
    async (mutant) => {
      // A few more seeds than it took, because a change elsewhere moves what a seed brings about.
      expect(await rehearse(mutant, knownSeeds().get(mutant.name) ?? 1, 12)).toMatchObject({ isCaught: true })
    },
    600_000,
  )
})
