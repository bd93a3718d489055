/** `npm start -- --check`, as a person with a fresh machine would run it. */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startVirtualDisplay } from '../../../build/desktop/display.mjs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../../..', import.meta.url))
let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ibcf-start-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

type Outcome = { readonly code: number | null; readonly lines: readonly string[]; readonly told: string }

/** A network with nothing in it but this process's own loopback, which the driver of the window needs. */
const noNetwork = ['unshare', '-n', 'sh', '-c', 'ip link set lo up && exec "$0" "$@"']
const canDenyNetwork = process.platform === 'linux' && spawnSync('unshare', ['-n', 'ip', 'link', 'set', 'lo', 'up']).status === 0

/** Runs the start script with a temporary folder of its own, so that what it leaves behind can be seen. `within` is what it is run by. */
function start(
  words: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  within: readonly string[] = [],
): Promise<Outcome> {
  const { DISPLAY: _display, WAYLAND_DISPLAY: _wayland, ...env } = process.env
  return new Promise((resolve) => {
    const [program = '', ...rest] = [...within, process.execPath, join(root, 'build', 'start.mjs'), ...words]
    const child = spawn(program, rest, {
      cwd: root,
      env: { ...env, TMPDIR: folder, XDG_RUNTIME_DIR: folder, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let out = ''
    let told = ''
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString()
    })
    child.stderr.on('data', (chunk: Buffer) => {
      told += chunk.toString()
    })
    child.once('close', (code) => resolve({ code, lines: out.split('\n').filter((line) => line !== ''), told }))
  })
}

/** A PATH on which a program cannot be found, and every other one can. */
function pathWithout(name: string): string {
  const bin = join(folder, 'bin')
  mkdirSync(bin)
  const seen = new Set([name])
  for (const place of (process.env['PATH'] ?? '').split(delimiter)) {
    for (const entry of readIfThere(place)) {
      if (seen.has(entry)) continue
      seen.add(entry)
      symlinkSync(join(place, entry), join(bin, entry))
    }
  }
  return bin
}

function readIfThere(place: string): readonly string[] {
  try {
    return readdirSync(place)
  } catch {
    // A PATH may name folders that are not there.
    return []
  }
}

describe('--check', () => {
  it('[SH13] draws the first overview in Electron without a display, says so in one line and leaves nothing', async () => {
    const { code, lines, told } = await start(['--check'])
    expect(lines, told).toHaveLength(1)
    const answer = JSON.parse(lines[0] ?? '{}')
    expect(answer, told).toMatchObject({ ok: true, shell: 'electron', nodesShown: 200 })
    expect(Number.parseInt(answer.node, 10)).toBeGreaterThanOrEqual(24)
    expect(code).toBe(0)
    expect(readdirSync(folder).filter((name) => name.startsWith('ibcf-'))).toEqual([])
  })

  it.runIf(canDenyNetwork)('[SH1] [SH13] draws it with the network denied', async () => {
    const { code, lines, told } = await start(['--check'], {}, noNetwork)
    expect(JSON.parse(lines[0] ?? '{}'), told).toMatchObject({ ok: true, shell: 'electron', nodesShown: 200 })
    expect(code).toBe(0)
  })

  it('[SH13] draws it in a browser where there is no display to be had, and says why', async () => {
    const { code, lines, told } = await start(['--check'], { PATH: pathWithout('Xvfb') })
    expect(JSON.parse(lines[0] ?? '{}'), told).toMatchObject({ ok: true, shell: 'browser', electron: null, nodesShown: 200 })
    expect(told).toContain('Electron cannot run here: there is no display, and Xvfb is not installed')
    expect(code).toBe(0)
  })

  it('[SH13] says that there is nothing to draw it in, with exit code 4', async () => {
    const { code, lines } = await start(['--check'], { PATH: pathWithout('Xvfb'), CHROMIUM_PATH: join(folder, 'gone') })
    expect(JSON.parse(lines[0] ?? '{}')).toMatchObject({ ok: false, code: 'CHECK_NO_SHELL' })
    expect(code).toBe(4)
  })
})

describe('without --check', () => {
  it('[SH13] [SH15] opens Electron where there is a display, and closes core when it is told to end', async () => {
    const display = await startVirtualDisplay()
    if (display.kind === 'none') throw new Error(display.reason)
    const dataDir = join(folder, 'data')
    const child = spawn(process.execPath, [join(root, 'build', 'start.mjs'), `--data=${dataDir}`], {
      cwd: root,
      env: { ...process.env, DISPLAY: display.name, TMPDIR: folder, XDG_RUNTIME_DIR: folder, XDG_CONFIG_HOME: join(folder, 'config') },
      stdio: 'ignore',
    })
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
    // Core writes it once it serves, and takes it away once everything is closed.
    const isServing = (): boolean => existsSync(join(dataDir, 'run.json'))
    await expect.poll(isServing, { timeout: 60_000 }).toBe(true)
    child.kill('SIGTERM')
    expect(await ended).toBe(0)
    expect(isServing()).toBe(false)
    await display.stop()
  })

  it('[SH13] serves a browser where there is no display, with a token that works once', async () => {
    const { DISPLAY: _display, WAYLAND_DISPLAY: _wayland, ...env } = process.env
    const child = spawn(process.execPath, [join(root, 'build', 'start.mjs'), `--data=${join(folder, 'data')}`], {
      cwd: root,
      env: { ...env, TMPDIR: folder },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
    let told = ''
    child.stderr.on('data', (chunk: Buffer) => {
      told += chunk.toString()
    })
    const line = await new Promise<string>((resolve) => child.stdout.on('data', (chunk: Buffer) => resolve(chunk.toString().trim())))
    expect(line).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\?token=\S+$/)
    expect(told).toContain('Electron cannot run here: there is no display.')
    const first = await fetch(line, { redirect: 'manual' })
    expect(first.status).toBeLessThan(400)
    const second = await fetch(line, { redirect: 'manual' })
    expect(second.status).toBeGreaterThanOrEqual(400)
    child.kill('SIGTERM')
    expect(await ended).toBe(0)
  })

  it('[SH13] answers a wrong option with the usage and exit code 2', async () => {
    const { code, lines, told } = await start(['--nonsense'])
    expect([code, lines]).toEqual([2, []])
    expect(told).toContain('usage: npm start')
  })
})
