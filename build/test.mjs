/**
 * `npm test`: every tier of tests, the checks of the sources first. `npm test -- unit contract` runs those tiers only;
 * what else is said is handed to vitest (`npm test -- unit -t "[LG3]"`). Ends with one plain line, `N passed, N failed`.
 */
import { spawnSync } from 'node:child_process'
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { checkProject } from './check.mjs'
import { provision } from './provision-debian.mjs'
import { runProgram } from './run-program.mjs'
import { addCounts, countTier, exitCodeOf, summaryLine } from './test-results.mjs'

/** @typedef {import('./test-results.mjs').Counts} Counts */

/** In the order in which they run: what fails soonest comes first. */
const TIERS = ['check', 'unit', 'contract', 'migration', 'fuzz', 'simulation', 'integration', 'e2e']
/** Those that need something of the machine. */
const NEEDY_TIERS = ['integration', 'e2e']

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const vitest = [join(root, 'node_modules', 'vitest', 'vitest.mjs')]
const config = ['--config', join('build', 'vitest.config.ts')]

/**
 * Reads the command line: the tiers come first, the rest is vitest's. Words for vitest alone say which tests are meant,
 * and the check of the sources is not one of them.
 * @param {readonly string[]} args
 * @returns {{tiers: readonly string[], rest: readonly string[]}}
 */
export function readArguments(args) {
  const end = args.findIndex((word) => !TIERS.includes(word))
  const named = end === -1 ? args : args.slice(0, end)
  const rest = args.slice(named.length)
  if (named.length > 0) return { tiers: TIERS.filter((tier) => named.includes(tier)), rest }
  return { tiers: rest.length === 0 ? TIERS : TIERS.filter((tier) => tier !== 'check'), rest }
}

/**
 * Runs one tier.
 * @param {string} tier
 * @param {readonly string[]} rest for vitest
 * @returns {Promise<{counts: Counts, stoppedBy?: number}>} stoppedBy is the exit code, if somebody stopped it
 */
async function runTier(tier, rest) {
  if (tier === 'check') return { counts: await runCheck() }
  const files = globSync(`test/${tier}/**/*.test.{ts,tsx}`, { cwd: root })
  if (files.length === 0) return { counts: none }
  console.log(`\n--- ${tier}`)
  const obstacle = await prepare(tier)
  if (obstacle?.kind === 'skip') return { counts: { ...none, skipped: countTests(tier) } }
  if (obstacle?.kind === 'fail') return { counts: { ...none, failed: 1 } }
  const folder = mkdtempSync(join(tmpdir(), 'ibcf-test-'))
  try {
    const report = join(folder, 'report.json')
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
    const args = [
      ...vitest,
      'run',
      ...config,
      '--project',
      tier,
      ...reporters,
      ...(rest.length === 0 ? [] : ['--passWithNoTests', ...rest]),
    ]
    const code = await runProgram(process.execPath, args, { cwd: root, stdio: 'inherit' })
    const counts = countTier(readReport(report), code)
    if (counts.failed > 0) console.log(`The ${tier} tier failed (vitest ended with ${code}).`)
    return isStop(code) ? { counts, stoppedBy: code } : { counts }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** @returns {Promise<Counts>} one for each step of the check */
async function runCheck() {
  console.log('--- check')
  const results = (await checkProject()) ?? []
  const failed = results.filter(({ problem }) => problem !== undefined).length
  return { passed: results.length - failed, failed, skipped: 0 }
}

/**
 * Gets the machine ready for a tier, and the packaged application for the last one.
 * @param {string} tier
 * @returns {Promise<{kind: 'skip' | 'fail'} | undefined>} why it cannot run; that has been said already
 */
async function prepare(tier) {
  if (!NEEDY_TIERS.includes(tier)) return undefined
  const machine = provision([tier], (text) => console.error(text))
  if (machine.kind === 'missing') {
    console.log(`The ${tier} tier is skipped, because this machine lacks ${machine.reason}. To have it: ${machine.command}`)
    return { kind: 'skip' }
  }
  return tier === 'e2e' ? packageApplication() : undefined
}

/** @returns {Promise<{kind: 'skip' | 'fail'} | undefined>} */
async function packageApplication() {
  const code = await runProgram(process.execPath, [join('build', 'package.mjs'), '--test-runtime'], { cwd: root, stdio: ['ignore', 2, 2] })
  if (code === 0) return undefined
  if (code === 4) {
    console.log('The e2e tier is skipped, because there is no Electron for this machine; the reason stands above.')
    return { kind: 'skip' }
  }
  console.log(`The e2e tier could not run: packaging the application ended with ${code}.`)
  return { kind: 'fail' }
}

/**
 * How many tests a tier would have run, for the count of those that were skipped.
 * @param {string} tier
 */
function countTests(tier) {
  const { stdout } = spawnSync(process.execPath, [...vitest, 'list', ...config, '--project', tier, '--json'], {
    cwd: root,
    encoding: 'utf8',
  })
  const found = /^\[[^]*\]$/m.exec(stdout ?? '')
  return found === null ? 1 : JSON.parse(found[0]).length
}

/**
 * @param {string} path
 * @returns {import('./test-results.mjs').Report | undefined}
 */
function readReport(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    // No report, or half of one: vitest crashed, and that is how it is counted.
    return undefined
  }
}

/**
 * Whether an exit code says that somebody stopped the run (SIGHUP, SIGINT, SIGTERM), rather than that it went wrong.
 * @param {number} code
 */
function isStop(code) {
  return [129, 130, 143].includes(code)
}

/** @type {Counts} */
const none = { passed: 0, failed: 0, skipped: 0 }

/** @param {readonly string[]} args */
async function main(args) {
  const { tiers, rest } = readArguments(args)
  const counts = []
  let stoppedBy
  for (const tier of tiers) {
    const result = await runTier(tier, rest).catch((error) => {
      console.error(error)
      return { counts: countTier(undefined, 1) }
    })
    counts.push(result.counts)
    stoppedBy = 'stoppedBy' in result ? result.stoppedBy : undefined
    if (stoppedBy !== undefined) break
  }
  const total = addCounts(counts)
  if (total.passed + total.failed === 0) console.log('No test ran.')
  console.log(`\n${summaryLine(total)}`)
  return stoppedBy ?? exitCodeOf(total)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = await main(process.argv.slice(2))
