/**
 * `npm run check`: everything that can be said about the sources without running them, in under a minute.
 * `npm run check -- types lint` makes only the steps whose names begin so; `--format` writes the settled format instead.
 */
import { availableParallelism } from 'node:os'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { checkLayout } from './checks/layout.mjs'
import { checkPackages } from './checks/packages.mjs'
import { checkSchemas } from './checks/schemas.mjs'
import { checkDeadCode, checkFormat, checkImports, checkLint, checkTypes, RUNTIMES, writeFormat } from './checks/tools.mjs'
import { checkRules } from './spec-check.mjs'

/**
 * @typedef {(root: string) => Promise<string | undefined>} Check answers with what is wrong, or undefined
 * @typedef {{name: string, tookMs: number, problem?: string}} Result
 */

/** The slow ones first, so that the quick ones fill the gaps at the end. @type {ReadonlyMap<string, Check>} */
const STEPS = new Map([
  ['lint', checkLint],
  ...RUNTIMES.map((runtime) => /** @type {[string, Check]} */ ([`types of ${runtime}`, (root) => checkTypes(root, runtime)])),
  ['imports', checkImports],
  ['dead code', checkDeadCode],
  ['rules and tests', checkRules],
  ['format', checkFormat],
  ['packages', checkPackages],
  ['schemas', checkSchemas],
  ['layout', checkLayout],
])

/**
 * Makes the steps, as many at a time as there are processors.
 * @param {string} root
 * @param {ReadonlyMap<string, Check>} steps
 * @param {(result: Result) => void} onResult called as each step ends
 * @returns {Promise<Result[]>} in the order of the steps
 */
export async function runSteps(root, steps, onResult) {
  const waiting = [...steps]
  /** @type {Map<string, Result>} */
  const results = new Map()
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [name, check] = next
      const startedAt = performance.now()
      // A check that could not be made has not passed.
      const problem = await check(root).catch((error) => `The check itself failed: ${error.stack}`)
      const result = { name, tookMs: Math.round(performance.now() - startedAt), ...(problem === undefined ? {} : { problem }) }
      results.set(name, result)
      onResult(result)
    }
  }
  await Promise.all(Array.from({ length: availableParallelism() }, work))
  return [...steps.keys()].flatMap((name) => results.get(name) ?? [])
}

/**
 * The steps whose names begin with one of the words; all of them if there are no words. Undefined if a word names none.
 * @param {readonly string[]} words
 */
export function selectSteps(words) {
  if (words.some((word) => ![...STEPS.keys()].some((name) => name.startsWith(word)))) return undefined
  return new Map([...STEPS].filter(([name]) => words.length === 0 || words.some((word) => name.startsWith(word))))
}

/**
 * One line for a step, and what it found below it.
 * @param {Result} result
 */
export function describeResult({ name, tookMs, problem }) {
  const line = `${problem === undefined ? 'ok    ' : 'FAILED'} ${name.padEnd(20)} ${String(tookMs).padStart(6)} ms`
  return problem === undefined ? line : `${line}\n${problem.trimEnd().replaceAll(/^(?=.)/gm, '    ')}`
}

/**
 * The whole check of the project, told as it goes.
 * @param {readonly string[]} [words] names of steps
 * @returns {Promise<Result[] | undefined>} undefined if a word names no step
 */
export async function checkProject(words = []) {
  const steps = selectSteps(words)
  return steps === undefined ? undefined : runSteps(projectRoot(), steps, (result) => console.log(describeResult(result)))
}

/** @param {readonly string[]} args */
async function main(args) {
  if (args[0] === '--format') {
    const { code, output } = await writeFormat(projectRoot())
    console.log(output.trimEnd())
    return code
  }
  const startedAt = performance.now()
  const results = await checkProject(args)
  if (results === undefined) {
    console.error(`usage: npm run check -- [${[...STEPS.keys()].join(' | ')}] ...`)
    return 2
  }
  const failed = results.filter(({ problem }) => problem !== undefined).length
  console.log(`${results.length} steps, ${failed} failed, ${((performance.now() - startedAt) / 1000).toFixed(1)} s`)
  return failed === 0 ? 0 : 1
}

function projectRoot() {
  return dirname(dirname(fileURLToPath(import.meta.url)))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = await main(process.argv.slice(2))
