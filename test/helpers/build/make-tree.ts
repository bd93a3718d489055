/** Small made-up source trees, on which a check is shown to find what it is there to find. */
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const project = fileURLToPath(new URL('../../../', import.meta.url))

export type Tree = { readonly root: string } & Disposable

/** Writes the files (by path, with their text) into a folder of their own, which goes when the tree is disposed of. */
export function makeTree(files: Readonly<Record<string, string>>): Tree {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'ibcf-tree-')))
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  return { root, [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }) }
}

/** The same, with the project's TypeScript settings and packages, as the type checker and the linter want them. */
export function makeTypedTree(files: Readonly<Record<string, string>>): Tree {
  const tree = makeTree({ 'package.json': '{"name":"tiny","version":"1.0.0","type":"module"}', ...files })
  mkdirSync(join(tree.root, 'build'), { recursive: true })
  copyFileSync(join(project, 'tsconfig.json'), join(tree.root, 'tsconfig.json'))
  const settings = readdirSync(join(project, 'build')).filter((name) => /^tsconfig\..*json$/.test(name))
  for (const name of settings) copyFileSync(join(project, 'build', name), join(tree.root, 'build', name))
  symlinkSync(join(project, 'node_modules'), join(tree.root, 'node_modules'), 'dir')
  return tree
}
