/**
 * Fetches the Node that the project runs under before anything else is installed. npm passes over an optional package whose
 * `engines` ask for a newer Node than npm itself runs on, without a word: under the machine's Node 20 the tools that come as one
 * package per platform would be missing. So npm is run under the project's Node from the start.
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * @typedef {import('./install.mjs').Packages} Packages
 * @typedef {(args: readonly string[], cwd: string) => Promise<number>} RunNpm
 */

/** The oldest major that npm may run on here. */
const PROJECT_MAJOR = 24

/**
 * The executable to run npm under: the running one if it is new enough, else the one that the lock file names for this machine,
 * fetched once into `.cache` with the lock file's own integrity. Undefined when the lock file has none for this machine.
 * @param {string} root
 * @param {Packages} lock package-lock.json
 * @param {{platform: string, arch: string, version: string, execPath: string}} host
 * @param {RunNpm} runNpm
 * @returns {Promise<{node: string} | {code: number} | undefined>}
 */
export async function fetchProjectNode(root, lock, { platform, arch, version, execPath }, runNpm) {
  if (Number.parseInt(version, 10) >= PROJECT_MAJOR) return { node: execPath }
  const name = `node-${platform === 'win32' ? 'win' : platform}-${arch}`
  const entry = lock.packages?.[`node_modules/${name}`]
  if (entry?.version === undefined || entry.integrity === undefined) return undefined
  const home = join(root, '.cache', `${name}-${entry.version}`)
  const node = join(home, 'node_modules', name, 'bin', platform === 'win32' ? 'node.exe' : 'node')
  if (existsSync(node)) return { node }
  mkdirSync(home, { recursive: true })
  const dependencies = { [name]: entry.version }
  const own = { name: 'project-node', version: '0.0.0', private: true, dependencies }
  const { version: entryVersion, integrity } = entry
  const packages = { '': { ...own }, [`node_modules/${name}`]: { version: entryVersion, integrity } }
  writeFileSync(join(home, 'package.json'), JSON.stringify(own))
  writeFileSync(
    join(home, 'package-lock.json'),
    JSON.stringify({ ...own, dependencies: undefined, lockfileVersion: 3, requires: true, packages }),
  )
  const code = await runNpm(['ci', '--no-audit', '--no-fund', '--loglevel=error'], home)
  return code === 0 ? { node } : { code }
}
