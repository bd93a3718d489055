/** The packages: every version is pinned exactly, and the lock file says the same as package.json. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { findAbsentOptionals } from '../complete-lock.mjs'

const EXACT = /^(npm:(@[\w.-]+\/)?[\w.-]+@)?\d+\.\d+\.\d+(-[\w.-]+)?$|^file:[\w./-]+$/

/**
 * @typedef {Readonly<Record<string, string>>} Versions by package name
 * @typedef {import('../complete-lock.mjs').Entry & {integrity?: string, link?: boolean, dependencies?: Versions, devDependencies?: Versions}} Entry
 */

/**
 * @param {Entry} manifest package.json
 * @param {{lockfileVersion?: number, packages?: Readonly<Record<string, Entry>>}} lock package-lock.json
 * @returns {string[]} what is wrong, in sentences
 */
export function findPackageProblems(manifest, lock) {
  const entries = lock.packages ?? {}
  const root = entries[''] ?? {}
  const kinds = /** @type {const} */ (['dependencies', 'devDependencies', 'optionalDependencies'])
  const problems = kinds.flatMap((kind) => {
    const [wanted, locked] = [manifest[kind] ?? {}, root[kind] ?? {}]
    return [
      ...Object.entries(wanted).flatMap(([name, version]) => [
        ...(EXACT.test(version) ? [] : [`${name} ${version} is not an exact version.`]),
        ...(locked[name] === version
          ? []
          : [`package-lock.json has ${name} ${locked[name] ?? 'not at all'}, package.json has ${version}: make the lock file anew.`]),
        ...differsFromLock(name, version, entries[`node_modules/${name}`]),
      ]),
      ...Object.keys(locked)
        .filter((name) => wanted[name] === undefined)
        .map((name) => `package-lock.json has ${name}, package.json does not: make the lock file anew.`),
    ]
  })
  const loose = Object.entries(entries).filter(
    ([path, entry]) => path.startsWith('node_modules/') && entry.integrity === undefined && !isExcused(entry),
  )
  const absent = Object.keys(findAbsentOptionals(entries))
  return [
    ...problems,
    ...loose.map(([path]) => `${path} is in package-lock.json without its integrity.`),
    ...(absent.length === 0
      ? []
      : [`npm ci will refuse package-lock.json, which lacks ${absent.join(', ')}: node build/complete-lock.mjs adds them.`]),
  ]
}

/** @param {string} root */
export async function checkPackages(root) {
  const manifest = readJson(join(root, 'package.json'))
  const lock = readJson(join(root, 'package-lock.json'))
  const problems = findPackageProblems(manifest, lock)
  return problems.length === 0 ? undefined : problems.join('\n')
}

/**
 * @param {string} name
 * @param {string} version as pinned
 * @param {Entry | undefined} entry
 */
function differsFromLock(name, version, entry) {
  if (entry === undefined) return [`${name} is not in package-lock.json: make the lock file anew.`]
  const pinned = version.slice(version.lastIndexOf('@') + 1)
  return entry.link === true || entry.version === pinned || !EXACT.test(version)
    ? []
    : [`package-lock.json installs ${name} ${entry.version}, not ${pinned}.`]
}

/**
 * A folder of our own has no integrity, nor has a package of another platform that the registry did not serve when the
 * lock file was made.
 * @param {Entry} entry
 */
function isExcused({ link, optional, os }) {
  return link === true || (optional === true && os !== undefined)
}

/** @param {string} path */
function readJson(path) {
  return JSON.parse(readFileSync(path, 'utf8'))
}
