/**
 * Bundles the sources into out/: renderer (with the diagram page), main (with the preload) and core (with the command line).
 * A part whose inputs have not changed is left as it is. `node build/bundle.mjs [--only renderer|main|core]`, under Node 24.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { digestOf, isFresh, writeStamp } from './desktop/inputs.mjs'
import { inTurn } from './desktop/turn.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const everyPart = ['package-lock.json', 'package.json', 'tsconfig.json', 'build/bundle.mjs']

/** What each part is made of: its inputs, and its builds in order as [config, mode, folder under out/]. */
const parts = {
  renderer: {
    inputs: [
      'renderer',
      'core/contract',
      'core/kernel',
      'core/fleet',
      'build/vite.renderer.config.ts',
      'build/vite.diagram.config.ts',
      'build/lingui.config.ts',
    ],
    results: ['renderer'],
    builds: [
      ['vite.renderer.config.ts', 'production', 'renderer'],
      ['vite.diagram.config.ts', 'production', 'renderer/diagram'],
    ],
  },
  main: {
    inputs: ['electron', 'core/contract', 'core/kernel', 'build/vite.shell.config.ts'],
    results: ['main', 'preload'],
    builds: [
      ['vite.shell.config.ts', 'main', 'main'],
      ['vite.shell.config.ts', 'preload', 'preload'],
    ],
  },
  core: {
    inputs: ['core', 'resources', 'build/vite.core.config.ts'],
    results: ['core'],
    builds: [['vite.core.config.ts', 'production', 'core']],
  },
}

/**
 * Brings out/ up to date.
 *
 * @param {{ only?: string | undefined, say?: (line: string) => void }} wish
 * @returns {Promise<readonly string[]>} The parts that had to be built.
 */
export async function bundle({ only, say = (line) => console.error(line) } = {}) {
  const built = []
  for (const [name, part] of Object.entries(parts)) {
    if (only !== undefined && only !== name) continue
    const stamp = join(root, 'out', '.stamps', name)
    const digest = digestOf(root, [...everyPart, ...part.inputs])
    if (isCurrent(part, stamp, digest)) continue
    await inTurn(join(root, '.cache', `bundle-${name}.lock`), `${name} is being bundled`, say, async () => {
      if (isCurrent(part, stamp, digest)) return
      const startedAt = Date.now()
      await buildPart(name, part).catch((error) => {
        throw new Error(`The ${name} part could not be bundled: ${error.message}`, { cause: error })
      })
      writeStamp(stamp, digest)
      built.push(name)
      say(`Bundled ${name} in ${((Date.now() - startedAt) / 1000).toFixed(1)} s.`)
    })
  }
  return built
}

function isCurrent(part, stamp, digest) {
  return isFresh(stamp, digest) && part.results.every((result) => existsSync(join(root, 'out', result)))
}

/** Builds beside out/ and moves the whole result in, so that nobody ever reads half of one. */
async function buildPart(name, part) {
  const { build } = await import('vite')
  const staging = join(root, 'out', `.new-${name}-${process.pid}`)
  // React and others choose their slow development form by this; a caller under test would have set it to `test`.
  const outer = process.env.NODE_ENV
  process.env.NODE_ENV = 'production'
  try {
    for (const [config, mode, folder] of part.builds) {
      if (config === 'vite.diagram.config.ts' && !existsSync(join(root, 'renderer/diagram/index.html'))) continue
      const define = { __IBCF_BUILD_DATE__: JSON.stringify(buildDate()) }
      await build({ configFile: join(root, 'build', config), mode, define, build: { outDir: join(staging, folder) } })
    }
    for (const result of part.results) {
      mkdirSync(join(root, 'out'), { recursive: true })
      rmSync(join(root, 'out', result), { recursive: true, force: true })
      renameSync(join(staging, result), join(root, 'out', result))
    }
  } finally {
    if (outer === undefined) delete process.env.NODE_ENV
    else process.env.NODE_ENV = outer
    rmSync(staging, { recursive: true, force: true })
  }
}

/** RFC 3339. SOURCE_DATE_EPOCH or the commit's own date, so that a build can be repeated to the byte; now, outside a repository. */
function buildDate() {
  if (process.env.SOURCE_DATE_EPOCH !== undefined) return new Date(Number(process.env.SOURCE_DATE_EPOCH) * 1000).toISOString()
  const commit = spawnSync('git', ['log', '-1', '--format=%cI'], { cwd: root, encoding: 'utf8' })
  const date = commit.status === 0 ? new Date(commit.stdout.trim()) : new Date()
  return Number.isNaN(date.getTime()) ? new Date().toISOString() : date.toISOString()
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const only = process.argv[2] === '--only' ? process.argv[3] : undefined
  if ((process.argv.length > 2 && only === undefined) || (only !== undefined && !(only in parts))) {
    console.error(`usage: node build/bundle.mjs [--only ${Object.keys(parts).join('|')}]`)
    process.exit(2)
  }
  try {
    const built = await bundle({ only })
    if (built.length === 0) console.error('Everything is up to date.')
  } catch (error) {
    console.error(error.message)
    process.exit(1)
  }
}
