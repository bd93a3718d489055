/**
 * Packages the console. `node build/package.mjs --test-runtime` makes dist/linux-unpacked (or its like on other systems) for tests and
 * closed networks; without the flag it makes the release's installers in dist/release, and refuses to with a stand-in Electron.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundle } from './bundle.mjs'
import { digestOf, isFresh, writeStamp } from './desktop/inputs.mjs'
import { inTurn } from './desktop/turn.mjs'
import { resolveElectron } from './electron-runtime.mjs'

/** @typedef {{ kind: 'packaged', executable: string, folder: string, electron: string, standIn: boolean } | { kind: 'none', reason: string }} Packaged */

const root = dirname(dirname(fileURLToPath(import.meta.url)))
/** electron/main/build-mark.ts looks for exactly this. */
const testRuntimeMark = 'IBCF test runtime'
const packageMs = 600_000
/** Fuses that every Electron we ship has and the stand-in does not, which is why electron-builder.yml cannot name them. */
export const laterFuses = { grantFileProtocolExtraPrivileges: false }

/** Where electron-builder puts an unpacked application, and what it calls its executable, by platform and architecture. */
function unpackedPlace() {
  const arch = process.arch === 'x64' ? '' : `-${process.arch}`
  switch (process.platform) {
    case 'darwin':
      return { flag: '--mac', folder: `mac${arch}`, executable: join('IBCF Field Console.app', 'Contents', 'MacOS', 'IBCF Field Console') }
    case 'win32':
      return { flag: '--win', folder: `win${arch}-unpacked`, executable: 'ibcf-field-console.exe' }
    default:
      return { flag: '--linux', folder: `linux${arch}-unpacked`, executable: 'ibcf-field-console' }
  }
}

/**
 * The unpacked application for tests, brought up to date first. Throws when bundling or packaging fails; answers `none` with one sentence
 * when there is no Electron to package with.
 *
 * @returns {Promise<Packaged>}
 */
export async function packageForTests(say = (line) => console.error(line)) {
  const electron = await resolveElectron(say)
  if (electron.kind === 'none') return electron
  if (electron.notice !== undefined) say(electron.notice)
  await bundle({ say })
  const place = unpackedPlace()
  const folder = join(root, 'dist', place.folder)
  const executable = join(folder, place.executable)
  /** @type {Packaged} */
  const packaged = { kind: 'packaged', executable, folder, electron: electron.version, standIn: electron.standIn }
  const stamp = join(root, 'dist', '.stamps', place.folder)
  await inTurn(join(root, '.cache', 'package.lock'), 'the console is being packaged', say, async () => {
    const digest = inputsDigest(electron)
    if (isFresh(stamp, digest) && existsSync(executable)) return
    const startedAt = Date.now()
    const staging = join(root, 'dist', `.new-${process.pid}`)
    try {
      await runBuilder([place.flag, 'dir'], testConfig(electron, staging), staging)
      rmSync(folder, { recursive: true, force: true })
      renameSync(join(staging, place.folder), folder)
      writeStamp(stamp, digest)
    } finally {
      rmSync(staging, { recursive: true, force: true })
    }
    say(`Packaged for tests in ${((Date.now() - startedAt) / 1000).toFixed(1)} s.`)
  })
  return packaged
}

/** Makes the release's installers for this platform, or answers why not. */
export async function packageRelease(say = (line) => console.error(line)) {
  const electron = await resolveElectron(say)
  if (electron.kind === 'none') return { kind: 'refused', reason: `There is no Electron to package with: ${electron.reason}.` }
  if (electron.standIn) {
    return {
      kind: 'refused',
      reason: `Electron ${electron.version} is a stand-in for tests and closed networks; a release is made only with the Electron that package.json pins. Use --test-runtime for a test package.`,
    }
  }
  await bundle({ say })
  const updateUrl = process.env.IBCF_UPDATE_URL
  const config = {
    extends: 'electron-builder.yml',
    electronDist: electron.dist,
    electronFuses: laterFuses,
    ...(updateUrl === undefined ? {} : { publish: { provider: 'generic', url: updateUrl } }),
  }
  const staging = join(root, 'dist', `.new-${process.pid}`)
  try {
    await runBuilder([unpackedPlace().flag], config, staging)
  } finally {
    rmSync(staging, { recursive: true, force: true })
  }
  return { kind: 'released', folder: join(root, 'dist', 'release') }
}

function testConfig(electron, staging) {
  return {
    extends: 'electron-builder.yml',
    directories: { output: staging },
    electronDist: electron.dist,
    electronVersion: electron.version,
    extraMetadata: { ibcfBuild: testRuntimeMark },
    // Playwright attaches through it. Releases have it off.
    electronFuses: { enableNodeCliInspectArguments: true, ...(electron.standIn ? {} : laterFuses) },
  }
}

function inputsDigest(electron) {
  const inputs = [
    'package.json',
    'package-lock.json',
    'electron-builder.yml',
    'build/package.mjs',
    'build/icons',
    'resources',
    'out/.stamps',
  ]
  return digestOf(root, inputs, [electron.dist, electron.version, process.platform, process.arch])
}

/** electron-builder tells much; it is shown only when it fails. */
async function runBuilder(targets, config, staging) {
  mkdirSync(staging, { recursive: true })
  const configPath = join(staging, 'electron-builder.json')
  writeFileSync(configPath, JSON.stringify(config))
  const cli = join(root, 'node_modules', 'electron-builder', 'cli.js')
  const builder = spawn(process.execPath, [cli, ...targets, '--config', configPath, '--projectDir', root, '--publish', 'never'], {
    cwd: root,
    timeout: packageMs,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let told = ''
  builder.stdout.on('data', (chunk) => {
    told += chunk
  })
  builder.stderr.on('data', (chunk) => {
    told += chunk
  })
  const [code, signal] = await once(builder, 'close')
  if (code === 0) return
  console.error(told)
  throw new Error(`electron-builder ended with ${code ?? signal}`)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [flag, ...more] = process.argv.slice(2)
  if (more.length > 0 || (flag !== undefined && flag !== '--test-runtime')) {
    console.error('usage: npm run package -- [--test-runtime]')
    process.exit(2)
  }
  try {
    const result = flag === undefined ? await packageRelease() : await packageForTests()
    if (result.kind === 'none' || result.kind === 'refused') {
      console.error(result.reason)
      process.exit(result.kind === 'none' ? 4 : 3)
    }
    console.log(JSON.stringify(result))
  } catch (error) {
    console.error(error.message)
    process.exit(1)
  }
}
