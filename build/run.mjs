/**
 * The one door to the project's commands: makes sure that what package-lock.json names is installed, then hands over to
 * the real command under the project's own Node 24.
 *
 * It runs before anything is installed and under whatever Node the machine has, so it is plain JavaScript, imports only
 * Node's built-ins and files that do the same, and keeps to syntax that Node 14 can read: an older Node must get as far
 * as being refused in words. It says everything on stderr, because the standard output belongs to the command.
 */
import { existsSync, realpathSync } from 'node:fs'
import { delimiter, dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ensureInstalled } from './install.mjs'
import { runProgram } from './run-program.mjs'

/** The oldest Node whose npm installs this lock file. */
const OLDEST_NODE = 18
/** The Node that the commands themselves run under. */
const PROJECT_NODE = 24

/** What each subcommand runs. The words after the subcommand are passed on as they are. */
const COMMANDS = new Map([
  ['start', ['build/start.mjs']],
  ['test', ['build/test.mjs']],
  ['check', ['build/check.mjs']],
  ['format', ['build/check.mjs', '--format']],
  ['bench', ['test/bench/run.ts']],
  ['soak', ['test/simulation/soak.ts']],
  ['ibcf', ['core/bin/ibcf.ts']],
  ['package', ['build/package.mjs']],
])

/** Exit codes as of every command of the project: done, wrong usage, the environment. */
const EXIT = { done: 0, usage: 2, environment: 4 }

export const USAGE = `usage: node build/run.mjs <${[...COMMANDS.keys()].join('|')}> [arguments]`

/**
 * Reads the command line.
 * @param {readonly string[]} argv what follows the script's name
 * @returns {{type: 'run', script: string, args: string[]} | {type: 'help'} | {type: 'wrong', message: string}}
 */
export function parseCommand(argv) {
  const [name, ...rest] = argv
  if (name === undefined) return { type: 'wrong', message: USAGE }
  if (name === '--help' || name === '-h') return { type: 'help' }
  const [script, ...fixed] = COMMANDS.get(name) ?? []
  if (script === undefined) return { type: 'wrong', message: `There is no command "${name}".\n${USAGE}` }
  return { type: 'run', script, args: [...fixed, ...rest] }
}

/**
 * Says why a Node cannot be used at all, or undefined if it can.
 * @param {string} version as in process.versions.node, "20.11.0"
 */
export function refuseNode(version) {
  if (majorOf(version) >= OLDEST_NODE) return undefined
  return `Node ${version} is too old: install Node ${OLDEST_NODE} or newer, and the project fetches the Node ${PROJECT_NODE} that it runs under by itself.`
}

/**
 * The Node the commands run under: the project's own if it was installed, else the running one if it is new enough.
 * @param {{root: string, platform: string, arch: string, execPath: string, version: string}} host
 * @returns {string | undefined} path of an executable
 */
export function findNode(host) {
  const system = host.platform === 'win32' ? 'win' : host.platform
  const binary = host.platform === 'win32' ? 'node.exe' : 'node'
  for (const name of [`node-${system}-${host.arch}`, `node-bin-${system}-${host.arch}`]) {
    const path = join(host.root, 'node_modules', name, 'bin', binary)
    if (existsSync(path)) return path
  }
  return majorOf(host.version) >= PROJECT_NODE ? host.execPath : undefined
}

/**
 * The environment of the command: Node 24 is the first `node` on the PATH, and relative paths have something to refer to.
 * npm always runs a script in the project's root and names the caller's directory in INIT_CWD. Whoever starts this file
 * from another directory did so without npm, and an INIT_CWD seen then is left over from an outer npm.
 * @param {Readonly<Record<string, string | undefined>>} env
 * @param {{root: string, cwd: string, node: string}} place
 * @returns {Record<string, string | undefined>}
 */
export function commandEnvironment(env, place) {
  const pathKey = Object.keys(env).find((key) => key.toUpperCase() === 'PATH') ?? 'PATH'
  const search = [dirname(place.node), join(place.root, 'node_modules', '.bin'), env[pathKey]]
  const caller = place.cwd === place.root ? env['INIT_CWD'] : undefined
  return { ...env, [pathKey]: search.filter(Boolean).join(delimiter), INIT_CWD: caller ?? place.cwd }
}

/** @returns {Promise<number>} the exit code */
async function main() {
  const refusal = refuseNode(process.versions.node)
  if (refusal !== undefined) return refuse(refusal)
  const command = parseCommand(process.argv.slice(2))
  if (command.type === 'help') {
    process.stdout.write(`${USAGE}\n`)
    return EXIT.done
  }
  if (command.type === 'wrong') {
    say(command.message)
    return EXIT.usage
  }
  const root = realpathSync(resolve(dirname(fileURLToPath(import.meta.url)), '..'))
  const ended = await ensureInstalled(root, say)
  if (ended !== undefined) return ended.sentence === undefined ? ended.code : refuse(ended.sentence)
  const { platform, arch, execPath } = process
  const node = findNode({ root, platform, arch, execPath, version: process.versions.node })
  if (node === undefined) {
    return refuse(
      `No Node ${PROJECT_NODE} could be installed for ${platform} ${arch}: install Node ${PROJECT_NODE} and run this again with it.`,
    )
  }
  const env = commandEnvironment(process.env, { root, cwd: realpathSync(process.cwd()), node })
  return runProgram(node, [join(root, command.script), ...command.args], { cwd: root, env, stdio: 'inherit' })
}

/** @param {string} version */
function majorOf(version) {
  return Number.parseInt(version, 10)
}

/** @param {string} text */
function say(text) {
  process.stderr.write(`${text}\n`)
}

/** @param {string} sentence */
function refuse(sentence) {
  say(sentence)
  return EXIT.environment
}

function isStartedDirectly() {
  return process.argv[1] !== undefined && realpathSync(process.argv[1]) === realpathSync(fileURLToPath(import.meta.url))
}

if (isStartedDirectly()) {
  process.exitCode = await main().catch((error) => refuse(`The command could not be started: ${error.message}`))
}
