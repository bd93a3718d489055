/** How the tiers are chosen, counted and summed up. */
import { spawnSync } from 'node:child_process'
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, vi } from 'vitest'
import { findMissing, readInstalled } from '../../../build/provision-debian.mjs'
import { readArguments } from '../../../build/test.mjs'
import { addCounts, countTier, exitCodeOf, summaryLine } from '../../../build/test-results.mjs'
import { makeTypedTree } from '../../helpers/build/make-tree.ts'

// The tests of this file start programs, which on a busy machine takes its time.
vi.setConfig({ testTimeout: 60_000 })

const build = fileURLToPath(new URL('../../../build/', import.meta.url))

/** Runs the real runner over made-up tests; answers with its last line and its exit code. */
function runTests(files: Readonly<Record<string, string>>, args: readonly string[]) {
  using tree = makeTypedTree(files)
  cpSync(build, join(tree.root, 'build'), { recursive: true, filter: (path) => !path.endsWith('node24') && !path.endsWith('icons') })
  const { status, stdout } = spawnSync(process.execPath, [join(tree.root, 'build/test.mjs'), ...args], { cwd: tree.root, encoding: 'utf8' })
  return { status, lastLine: stdout.trimEnd().split('\n').at(-1) }
}

const passing = "import { expect, it } from 'vitest'\nit('holds', () => expect(1).toBe(1))\n"
const failing = "import { expect, it } from 'vitest'\nit('does not hold', () => expect(1).toBe(2))\nit.skip('waits', () => {})\n"

describe('the command line', () => {
  it('[BL10] names the tiers first, runs all of them without a word, and leaves the rest to vitest', () => {
    expect(readArguments([]).tiers).toEqual(['check', 'unit', 'contract', 'migration', 'fuzz', 'simulation', 'integration', 'e2e'])
    expect(readArguments(['fuzz', 'unit', '-t', 'unit'])).toEqual({ tiers: ['unit', 'fuzz'], rest: ['-t', 'unit'] })
    expect(readArguments(['test/unit/log']).tiers).not.toContain('check')
  })
})

describe('the counts', () => {
  const report = { numPassedTests: 3, numFailedTests: 0, numPendingTests: 1, numTodoTests: 1, testResults: [] }
  const broken = { status: 'failed', assertionResults: [{ status: 'passed' }] }
  const failed = { status: 'failed', assertionResults: [{ status: 'failed' }] }

  it('[BL11] of a tier are what vitest reports', () => {
    expect(countTier(report, 0)).toEqual({ passed: 3, failed: 0, skipped: 2 })
    expect(countTier({ ...report, numFailedTests: 1, testResults: [failed] }, 1)).toEqual({ passed: 3, failed: 1, skipped: 2 })
  })

  it('[BL11] hold a file that could not be loaded, an error outside any test, and a crash for a failure each', () => {
    expect(countTier({ ...report, testResults: [broken, broken] }, 1).failed).toBe(2)
    expect(countTier(report, 1).failed).toBe(1)
    expect(countTier(undefined, 139)).toEqual({ passed: 0, failed: 1, skipped: 0 })
  })

  it('[BL11] end in one plain line and in an exit code that takes nothing for granted', () => {
    const total = addCounts([countTier(report, 0), { passed: 1, failed: 2, skipped: 0 }])
    expect(summaryLine(total)).toBe('4 passed, 2 failed, 2 skipped')
    expect(summaryLine({ passed: 4, failed: 0, skipped: 0 })).toBe('4 passed, 0 failed')
    expect([exitCodeOf(total), exitCodeOf({ passed: 4, failed: 0, skipped: 9 }), exitCodeOf({ passed: 0, failed: 0, skipped: 9 })]).toEqual(
      [1, 0, 1],
    )
  })
})

describe('a run', () => {
  it('[BL11] of tests that hold ends well, over all tiers that are there', () => {
    const files = { 'test/unit/a.test.ts': passing, 'test/fuzz/a.test.ts': passing }
    expect(runTests(files, ['unit', 'contract', 'fuzz'])).toEqual({ status: 0, lastLine: '2 passed, 0 failed' })
  })

  it('[BL11] goes on after a tier that failed, and fails', () => {
    const files = {
      'test/unit/a.test.ts': failing,
      'test/unit/b.test.ts': "import './absent.ts'\n",
      'test/contract/a.test.ts': passing,
      'test/fuzz/a.test.ts': 'process.exit(0)\n',
    }
    expect(runTests(files, ['unit', 'contract', 'fuzz'])).toEqual({ status: 1, lastLine: '1 passed, 3 failed, 1 skipped' })
  })

  it('[BL11] without a single test fails', () => {
    expect(runTests({}, ['unit'])).toEqual({ status: 1, lastLine: '0 passed, 0 failed' })
    expect(runTests({ 'test/unit/a.test.ts': passing }, ['unit', '-t', 'no such test'])).toMatchObject({ status: 1 })
  })
})

describe('what a tier needs of the machine', () => {
  it('[BL12] is found out from the packages that dpkg has installed', () => {
    const installed = readInstalled('ii  xvfb\nii  libnss3\nrc  chromium\nun  libgbm1\nhi  libasound2t64\n')
    expect([...installed]).toEqual(['xvfb', 'libnss3', 'libasound2t64'])
    const missing = findMissing(['e2e'], installed).map(({ names }) => names[0])
    expect(missing).toEqual(['libgtk-3-0', 'libgbm1', 'chromium', 'fonts-dejavu-core', 'fonts-noto-color-emoji'])
    expect(findMissing(['unit'], installed)).toEqual([])
  })
})
