/** What lies where: the root holds what the architecture says and nothing else, and core has no barrels. */
import { spawnSync } from 'node:child_process'

const REQUIRED = [
  'electron',
  'renderer',
  'core',
  'resources',
  'build',
  'test',
  'package.json',
  'electron-builder.yml',
  'tsconfig.json',
  'README.md',
]
const ALLOWED = [...REQUIRED, 'package-lock.json', 'LICENSE']

/**
 * Judges by the files that git tracks, since only those are the project.
 * @param {readonly string[]} files paths from the root
 * @returns {string[]} what is wrong, in sentences
 */
export function findLayoutProblems(files) {
  const tops = new Set(files.map((file) => file.split('/')[0] ?? file))
  return [
    ...REQUIRED.filter((name) => !tops.has(name)).map((name) => `${name} is missing from the root.`),
    ...[...tops].filter((name) => !ALLOWED.includes(name) && !name.startsWith('.')).map((name) => `${name} does not belong in the root.`),
    ...files
      .filter((file) => /^core\/.*\/index\.tsx?$/.test(file))
      .map((file) => `${file} is a barrel: import the file that has the thing.`),
    ...files
      .filter((file) => /(^|\/)(node_modules|out|dist)\//.test(file))
      .map((file) => `${file} is a build output and does not belong in git.`),
  ]
}

/** @param {string} root */
export async function checkLayout(root) {
  const { status, stdout, stderr, error } = spawnSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' })
  if (status !== 0) return `git could not list the files: ${error?.message ?? stderr}`
  const problems = findLayoutProblems(stdout.split('\0').filter(Boolean))
  return problems.length === 0 ? undefined : problems.join('\n')
}
