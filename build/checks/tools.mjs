/**
 * The checks that other people's tools make: types, lint, format, import directions, dead code.
 * Each takes the root of a source tree and answers with what it found, or undefined when all is well. The tools are the
 * ones installed beside this file and the settings are in build/, so a made-up tree can be checked as well as the project.
 * Every tool is held to having looked at something: a check that saw no file must not pass.
 */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const settings = fileURLToPath(new URL('..', import.meta.url))
const packages = join(settings, '..', 'node_modules')

/** The folders that hold sources. */
const SOURCES = ['core', 'electron', 'renderer', 'resources', 'build', 'test']

/** The runtimes whose types are checked apart, so that nothing leans on what its own runtime lacks. */
export const RUNTIMES = ['core', 'electron', 'preload', 'renderer', 'build', 'test']

/**
 * Types, of one runtime, by the tree's own build/tsconfig.<runtime>.json.
 * @param {string} root
 * @param {string} runtime
 */
export async function checkTypes(root, runtime) {
  const { code, output } = await runTool('typescript7/bin/tsc', ['--noEmit', '-p', join('build', `tsconfig.${runtime}.json`)], root)
  return code === 0 ? undefined : output
}

/** @param {string} root */
export async function checkLint(root) {
  const { code, output } = await runTool(
    'oxlint/bin/oxlint',
    ['-c', join(settings, 'oxlint.json'), '--type-aware', '-f', 'unix', ...present(root)],
    root,
  )
  return code === 0 ? undefined : output
}

/** @param {string} root */
export async function checkFormat(root) {
  const { code, output } = await runTool(
    '@biomejs/biome/bin/biome',
    ['format', '--colors=off', '--reporter=summary', ...formatOptions(), '.'],
    root,
  )
  return code === 0 ? undefined : `${output}\nnpm run format settles it.`
}

/**
 * Writes every file in the settled format; says what it did.
 * @param {string} root
 */
export async function writeFormat(root) {
  return runTool('@biomejs/biome/bin/biome', ['format', '--colors=off', '--write', ...formatOptions(), '.'], root)
}

/** @param {string} root */
export async function checkImports(root) {
  const args = ['--config', join(settings, 'dependency-cruiser.cjs'), '--output-type', 'json', ...present(root)]
  const { output, errors } = await runTool('dependency-cruiser/bin/dependency-cruiser.mjs', args, root)
  if (!output.startsWith('{')) return `dependency-cruiser gave no result.\n${output}${errors}`
  const { summary, modules } = JSON.parse(output)
  // Without a TypeScript it understands, the tool finds no modules, reports no violations, and exits with 0.
  const seen = modules.filter((/** @type {{source: string}} */ { source }) => SOURCES.some((folder) => source.startsWith(`${folder}/`)))
  if (seen.length === 0) return 'dependency-cruiser saw no modules of ours.'
  return summary.violations.length === 0 ? undefined : summary.violations.map(describeViolation).join('\n')
}

/** @param {string} root */
export async function checkDeadCode(root) {
  const { code, output } = await runTool(
    'knip/bin/knip.js',
    ['--config', join(settings, 'knip.json'), '--no-progress', '--treat-config-hints-as-errors'],
    root,
  )
  return code === 0 ? undefined : output
}

/** @param {{from: string, to: string, rule: {name: string}, cycle?: {name: string}[], comment?: string}} violation */
function describeViolation({ from, to, rule, cycle, comment }) {
  const path = cycle === undefined ? `${from} -> ${to}` : [from, ...cycle.map(({ name }) => name)].join(' -> ')
  return `${path} [${rule.name}]${comment === undefined ? '' : ` ${comment}`}`
}

function formatOptions() {
  return [`--config-path=${join(settings, 'biome.json')}`, '--max-diagnostics=none']
}

/** @param {string} root */
function present(root) {
  return SOURCES.filter((folder) => existsSync(join(root, folder)))
}

/**
 * Runs a tool's script under this Node and gathers what it says.
 * @param {string} script below node_modules
 * @param {readonly string[]} args
 * @param {string} root where it runs
 * @returns {Promise<{code: number, output: string, errors: string}>} output is what it wrote to its standard output, or to stderr if that is all there is
 */
async function runTool(script, args, root) {
  const child = spawn(process.execPath, [join(packages, script), ...args], {
    cwd: root,
    env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const texts = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text) => (texts.stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text) => (texts.stderr += text))
  const code = await new Promise((done, fail) => child.once('error', fail).once('close', (status, signal) => done(status ?? signal ?? 1)))
  return { code, output: texts.stdout.trim() === '' ? texts.stderr : texts.stdout, errors: texts.stderr }
}
