/** Installs what package-lock.json names: once per lock file, however many commands are started at the same time. */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, delimiter, dirname, join } from 'node:path'
import { takeLock } from './install-lock.mjs'
import { fetchProjectNode } from './project-node.mjs'
import { runProgram } from './run-program.mjs'

/**
 * @typedef {object} Entry what npm's files say about one package
 * @property {string} [version]
 * @property {string} [integrity]
 * @property {boolean} [optional]
 * @property {readonly string[]} [os]
 * @property {readonly string[]} [cpu]
 * @property {readonly string[]} [libc]
 *
 * @typedef {{packages?: Readonly<Record<string, Entry>>}} Packages by path, "node_modules/zod"
 */

/**
 * Whether node_modules holds what the lock file names, by npm's own record of what it installed (which npm writes last).
 * Someone who ran `npm ci` by hand need not wait for a second one. Packages for other platforms are rightly absent; one for this
 * platform is not: npm under an older Node passes it over.
 * @param {Packages} lock package-lock.json
 * @param {Packages} record node_modules/.package-lock.json
 * @param {Platform} [platform]
 */
export function agrees(lock, record, platform = thisPlatform()) {
  const wanted = lock.packages ?? {}
  const present = record.packages ?? {}
  /** @param {string} path */
  const isSettled = (path) => {
    const [want, have] = [wanted[path], present[path]]
    if (!path.startsWith('node_modules/')) return true
    return have === undefined
      ? want?.optional === true && !isFor(want, platform)
      : have.version === want?.version && have.integrity === want?.integrity
  }
  return Object.keys(wanted).every(isSettled) && Object.keys(present).every((path) => wanted[path] !== undefined)
}

/**
 * @typedef {{os: string, cpu: string, libc: string}} Platform
 * @returns {Platform}
 */
function thisPlatform() {
  const report = /** @type {{header?: {glibcVersionRuntime?: string}}} */ (process.report?.getReport() ?? {})
  return { os: process.platform, cpu: process.arch, libc: report.header?.glibcVersionRuntime === undefined ? 'musl' : 'glibc' }
}

/**
 * Whether a package that names a platform is for that one. A package that names none is for none in particular.
 * @param {Entry} entry
 * @param {Platform} platform
 */
function isFor({ os, cpu, libc }, platform) {
  if (os === undefined || cpu === undefined) return false
  return os.includes(platform.os) && cpu.includes(platform.cpu) && (libc === undefined || libc.includes(platform.libc))
}

/**
 * Installs unless that was done already. Returns undefined when everything is there, else how it ended: a sentence for
 * the person, or only an exit code when they stopped it themselves.
 * @param {string} root of the project
 * @param {(text: string) => void} say
 * @returns {Promise<{code: number, sentence?: string} | undefined>}
 */
export async function ensureInstalled(root, say) {
  const lockText = readFileSync(join(root, 'package-lock.json'), 'utf8')
  const hash = createHash('sha256').update(lockText).digest('hex')
  if (isInstalled(root, hash)) return undefined
  const onWait = (/** @type {string} */ holder) => say(`Waiting for ${holder}, which is installing the packages ...`)
  const release = await takeLock(join(root, '.cache', 'install.lock'), { onWait })
  try {
    // Whoever was waited for may have done it.
    if (isInstalled(root, hash)) return undefined
    if (!isInstalledByHand(root, lockText)) {
      say('Installing the packages that package-lock.json names (about half a minute) ...')
      const code = await installCleanly(root, JSON.parse(lockText))
      if (code > 128) return { code }
      if (code !== 0)
        return { code: 4, sentence: `The packages could not be installed: npm ci ended with code ${code}, and what it said stands above.` }
    }
    mkdirSync(join(root, 'node_modules'), { recursive: true })
    writeFileSync(hashPath(root), hash)
    return undefined
  } finally {
    release()
  }
}

/**
 * Development and optional packages are asked for by name, because a machine's NODE_ENV or .npmrc may leave them out,
 * and Node 24 itself is one of them.
 * @param {string} root
 * @param {Packages} lock
 */
async function installCleanly(root, lock) {
  // npm empties node_modules but may leave files whose names begin with a dot.
  rmSync(hashPath(root), { force: true })
  const { platform, arch, execPath } = process
  const host = { platform, arch, execPath, version: process.versions.node }
  const found = await fetchProjectNode(root, lock, host, (args, cwd) => runNpm(execPath, args, cwd))
  if (found !== undefined && 'code' in found) return found.code
  const args = ['ci', '--no-audit', '--no-fund', '--loglevel=error', '--include=dev', '--include=optional']
  return runNpm(found?.node ?? execPath, args, root)
}

/**
 * npm under that Node: by its script where it called us, else by its name with that Node first on the PATH.
 * @param {string} node
 * @param {readonly string[]} args
 * @param {string} cwd
 */
function runNpm(node, args, cwd) {
  const npm = npmCommand(node)
  const pathKey = Object.keys(process.env).find((key) => key.toUpperCase() === 'PATH') ?? 'PATH'
  const env = { ...process.env, [pathKey]: [dirname(node), process.env[pathKey]].filter(Boolean).join(delimiter) }
  return runProgram(npm.program, [...npm.args, ...args], { cwd, env, stdio: ['ignore', 2, 2], shell: npm.shell })
}

/** @param {string} root */
function hashPath(root) {
  return join(root, 'node_modules', '.ibcf-lock-hash')
}

/**
 * @param {string} root
 * @param {string} hash
 */
function isInstalled(root, hash) {
  return existsSync(hashPath(root)) && readFileSync(hashPath(root), 'utf8') === hash
}

/**
 * @param {string} root
 * @param {string} lockText
 */
function isInstalledByHand(root, lockText) {
  const record = join(root, 'node_modules', '.package-lock.json')
  return existsSync(record) && agrees(JSON.parse(lockText), JSON.parse(readFileSync(record, 'utf8')))
}

/** npm as the one that called us, if it did; npm_execpath may also name another package manager, which cannot read our lock file. */
function npmCommand(/** @type {string} */ node) {
  const caller = process.env['npm_execpath']
  const isNpm = caller !== undefined && /^npm(-cli)?\.c?js$/.test(basename(caller)) && existsSync(caller)
  if (isNpm) return { program: node, args: [caller], shell: false }
  return process.platform === 'win32' ? { program: 'npm.cmd', args: [], shell: true } : { program: 'npm', args: [], shell: false }
}
