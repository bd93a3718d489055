/**
 * The JSON Schema files of the seed's canonical objects in resources/schemas: written from the zod schemas of core, and proven to be what
 * those say. Needs a Node that runs TypeScript as it is, which every command of the project has.
 */
import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const FOLDER = ['resources', 'schemas']

/**
 * Each file by its name, with the text it is to have.
 * @param {string} root
 * @returns {Promise<ReadonlyMap<string, string>>}
 */
async function expectedFiles(root) {
  const { canonicalSchemas, fileNameOf, jsonSchemaOf } = await import(
    pathToFileURL(join(root, 'core', 'fleet', 'node', 'canonical-schemas.ts')).href
  )
  return new Map(
    Object.keys(canonicalSchemas).map((name) => [`${fileNameOf(name)}.json`, `${JSON.stringify(jsonSchemaOf(name), null, 2)}\n`]),
  )
}

/** @param {string} root */
function presentFiles(root) {
  const folder = join(root, ...FOLDER)
  return new Map(globSync('*.json', { cwd: folder }).map((file) => [file, readFileSync(join(folder, file), 'utf8')]))
}

/**
 * Answers with what is wrong, or undefined.
 * @param {string} root
 */
export async function checkSchemas(root) {
  const [expected, present] = [await expectedFiles(root), presentFiles(root)]
  const names = [...new Set([...expected.keys(), ...present.keys()])].toSorted()
  const stale = names.filter((name) => expected.get(name) !== present.get(name))
  if (expected.size === 0) return 'core knows no canonical object.'
  return stale.length === 0 ? undefined : `Not as core says: ${stale.join(', ')}. Write them with: node build/write-schemas.mjs`
}

/**
 * Writes what differs and removes what is of no object any more.
 * @param {string} root
 * @returns {Promise<string[]>} the names of the files that were changed
 */
export async function writeSchemas(root) {
  const [expected, present] = [await expectedFiles(root), presentFiles(root)]
  const folder = join(root, ...FOLDER)
  mkdirSync(folder, { recursive: true })
  const changed = [...expected].filter(([name, text]) => present.get(name) !== text)
  const gone = [...present.keys()].filter((name) => !expected.has(name))
  for (const [name, text] of changed) writeFileSync(join(folder, name), text)
  for (const name of gone) rmSync(join(folder, name))
  return [...changed.map(([name]) => name), ...gone]
}
