/** Whether something built is still what its sources would give: a digest over the bytes of every input, kept beside the result. */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'

/**
 * A digest of files and of whole folders, by path and content, so that it is the same in every checkout.
 *
 * @param {string} root Paths are named relative to it.
 * @param {readonly string[]} paths Files or folders under the root; one that does not exist counts as such.
 * @param {readonly string[]} facts What else the result depends on.
 */
export function digestOf(root, paths, facts = []) {
  const digest = createHash('sha256')
  for (const fact of facts) digest.update(`fact ${fact}\n`)
  for (const path of paths) {
    for (const file of filesUnder(join(root, path))) {
      digest.update(`file ${relative(root, file).split(sep).join('/')}\n`)
      digest.update(createHash('sha256').update(readFileSync(file)).digest())
    }
  }
  return digest.digest('hex')
}

/** True when `stamp` says that the result was made from inputs of this digest. */
export function isFresh(stamp, digest) {
  return existsSync(stamp) && readFileSync(stamp, 'utf8').trim() === digest
}

/** Remembers what a result was made from; to be called only once the result is whole. */
export function writeStamp(stamp, digest) {
  mkdirSync(dirname(stamp), { recursive: true })
  writeFileSync(`${stamp}.${process.pid}`, `${digest}\n`)
  renameSync(`${stamp}.${process.pid}`, stamp)
}

function filesUnder(path) {
  if (!existsSync(path)) return []
  if (statSync(path).isFile()) return [path]
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.name !== 'node_modules')
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => filesUnder(join(path, entry.name)))
}
