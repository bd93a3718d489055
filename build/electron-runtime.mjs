/**
 * Finds an Electron that can run here: the pinned one, or, where its download host cannot be reached, a stand-in that the npm
 * registry carries. The stand-in is for tests and closed networks only; nothing made with it is ever a release (package.mjs).
 */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { fetchStandIn, isStandIn, standIn } from './desktop/electron-stand-in.mjs'

/**
 * @typedef {{ kind: 'electron', dist: string, executable: string, version: string, standIn: boolean, notice?: string }} FoundElectron
 * @typedef {{ kind: 'none', reason: string }} NoElectron
 */

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const require = createRequire(import.meta.url)

/** How long the download host may take to answer at all, and how long the download itself may take, in milliseconds. */
const probeMs = 4_000
const downloadMs = 180_000

/**
 * The Electron to run or package with. `dist` is a folder as Electron's own archive unpacks to; `version` is its own.
 * Answers `none` with one sentence, and never throws, when there is none to be had.
 *
 * @param {(line: string) => void} say Where progress goes.
 * @returns {Promise<FoundElectron | NoElectron>}
 */
export async function resolveElectron(say = (line) => console.error(line)) {
  const named = process.env.ELECTRON_OVERRIDE_DIST_PATH
  if (named !== undefined && named !== '')
    return fromFolder(named) ?? none(`ELECTRON_OVERRIDE_DIST_PATH names ${named}, where there is no Electron`)
  const pinned = join(root, 'node_modules', 'electron')
  if (!existsSync(pinned)) return none('the electron package is not installed')
  const installed = fromFolder(join(pinned, 'dist'))
  if (installed !== undefined) return installed
  const refused = await download(pinned, say)
  const fresh = fromFolder(join(pinned, 'dist'))
  if (fresh !== undefined) return fresh
  const second = await fetchStandIn(say)
  if (second.kind === 'none') return none(`${refused}, and ${second.reason}`)
  return {
    ...second,
    executable: join(second.dist, 'electron'),
    notice: `Electron ${pinnedVersion(pinned)} cannot be had here (${refused}): using a stand-in, Electron ${standIn.electronVersion}, which is for tests and closed networks only.`,
  }
}

/** @returns {FoundElectron | undefined} */
function fromFolder(dist) {
  const executable = join(dist, executableName())
  if (!existsSync(executable)) return undefined
  const versionFile = join(dist, 'version')
  const version = existsSync(versionFile) ? readFileSync(versionFile, 'utf8').trim().replace(/^v/, '') : 'unknown'
  return { kind: 'electron', dist, executable, version, standIn: isStandIn(dist) }
}

/** Lets the electron package fetch its own binary; answers in words why it did not, or an empty string. */
async function download(pinned, say) {
  const mirror = process.env.ELECTRON_MIRROR ?? process.env.npm_config_electron_mirror ?? 'https://github.com/'
  if (process.env.ELECTRON_GET_USE_PROXY === undefined && !(await answers(mirror))) {
    return `${new URL(mirror).host} does not answer`
  }
  say(`Fetching Electron ${pinnedVersion(pinned)} from ${new URL(mirror).host} ...`)
  const run = spawnSync(process.execPath, [join(pinned, 'install.js')], { stdio: ['ignore', 2, 2], timeout: downloadMs })
  if (run.signal !== null) return `its download took longer than ${downloadMs / 1000} s`
  return run.status === 0 ? '' : 'its download failed'
}

async function answers(url) {
  try {
    await fetch(url, { method: 'HEAD', redirect: 'manual', signal: AbortSignal.timeout(probeMs) })
    return true
  } catch {
    return false
  }
}

function executableName() {
  if (process.platform === 'darwin') return join('Electron.app', 'Contents', 'MacOS', 'Electron')
  return process.platform === 'win32' ? 'electron.exe' : 'electron'
}

function pinnedVersion(pinned) {
  return require(join(pinned, 'package.json')).version
}

/** @returns {NoElectron} */
function none(reason) {
  return { kind: 'none', reason }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const found = await resolveElectron()
  console.log(JSON.stringify(found))
  process.exitCode = found.kind === 'none' ? 4 : 0
}
