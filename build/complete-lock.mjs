/**
 * Completes package-lock.json after `npm install` has changed it: `node build/complete-lock.mjs`.
 *
 * Some tools have a package for each platform, as optional dependencies. npm leaves out of the lock file those that its
 * registry does not serve, and then `npm ci` refuses that same lock file, because they are missing from it. An entry that
 * names the version and the platform is all it wants: elsewhere it is passed over, and on its platform it is fetched.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * @typedef {object} Entry of one package in the lock file
 * @property {string} [version]
 * @property {boolean} [dev]
 * @property {boolean} [optional]
 * @property {readonly string[]} [os]
 * @property {readonly string[]} [cpu]
 * @property {readonly string[]} [libc]
 * @property {Readonly<Record<string, string>>} [optionalDependencies]
 */

const SYSTEMS = ['android', 'darwin', 'freebsd', 'linux', 'openharmony', 'win32']
const PROCESSORS = ['arm', 'arm64', 'ia32', 'ppc64', 'riscv64', 's390x', 'x64']

/**
 * The optional dependencies that the lock file names but does not have, as the entries it wants, by path.
 * @param {Readonly<Record<string, Entry>>} packages
 * @returns {Record<string, Entry>}
 */
export function findAbsentOptionals(packages) {
  /** @type {Record<string, Entry>} */
  const absent = {}
  for (const [path, { dev, optionalDependencies }] of Object.entries(packages)) {
    for (const [name, version] of Object.entries(optionalDependencies ?? {})) {
      if (packages[`${path}/node_modules/${name}`] !== undefined || packages[`node_modules/${name}`] !== undefined) continue
      absent[`node_modules/${name}`] = { version, ...platformOf(name), ...(dev === true ? { dev } : {}), optional: true }
    }
  }
  return absent
}

/**
 * The platform that a package is for, read from its name: "binding-linux-arm64-musl".
 * @param {string} name
 * @returns {{cpu?: readonly string[], libc?: readonly string[], os?: readonly string[]}}
 */
function platformOf(name) {
  const words = name.split(/[/-]/)
  const cpu = words.filter((word) => PROCESSORS.includes(word))
  const os = words.filter((word) => SYSTEMS.includes(word))
  const isMusl = words.some((word) => word.startsWith('musl'))
  const isGlibc = words.some((word) => word.startsWith('gnu'))
  return {
    ...(cpu.length > 0 ? { cpu } : {}),
    ...(os.includes('linux') && (isMusl || isGlibc) ? { libc: [isMusl ? 'musl' : 'glibc'] } : {}),
    ...(os.length > 0 ? { os } : {}),
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const path = join(dirname(dirname(fileURLToPath(import.meta.url))), 'package-lock.json')
  const lock = JSON.parse(readFileSync(path, 'utf8'))
  const absent = findAbsentOptionals(lock.packages)
  const packages = Object.entries({ ...lock.packages, ...absent }).toSorted(([a], [b]) => a.localeCompare(b, 'en'))
  writeFileSync(path, `${JSON.stringify({ ...lock, packages: Object.fromEntries(packages) }, null, 2)}\n`)
  console.log(`Added ${Object.keys(absent).length} optional packages of other platforms to package-lock.json.`)
}
