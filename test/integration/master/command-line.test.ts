import { closeSync, copyFileSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { runCommand, startCommand, temporaryDirectory } from '../../helpers/command-line.ts'

let home = temporaryDirectory('cli')
beforeEach(() => {
  home = temporaryDirectory('cli')
})
afterEach(() => home.dispose())

async function foundedMaster(name = 'master'): Promise<string> {
  const directory = join(home.path, name)
  const master = await startCommand('master', '--data', directory)
  expect(await master.stop()).toBe(0)
  return directory
}

describe('the command line', () => {
  it('[CL1] says what is wrong with how it was called, and ends with 2', async () => {
    const wrong: readonly (readonly [readonly string[], RegExp])[] = [
      [['sail'], /There is no command "sail".*\(COMMAND_UNKNOWN\)/],
      [['constructor'], /There is no command "constructor".*\(COMMAND_UNKNOWN\)/],
      [['call', 'fleet.overview', '--url', 'nowhere'], /--url takes a URL.*\(OPTION_MALFORMED\)/],
      [['master'], /--data is needed\. \(OPTION_MISSING\)/],
      [['master', '--data', home.path, '--colour', 'red'], /Unknown option '--colour'.*\(OPTION_UNKNOWN\)/],
      [['master', '--data', home.path, '--listen', 'nowhere'], /"nowhere" is not HOST:PORT\. \(ADDRESS_MALFORMED\)/],
      [['master', '--data', home.path, '--listen', '127.0.0.1:70000'], /is not HOST:PORT\. \(ADDRESS_MALFORMED\)/],
      [['master', '--data', home.path, '--level', 'PLANET'], /--level is one of GLOBAL, REGION, LOCAL\. \(CHOICE_UNKNOWN\)/],
      [['call', '--data', home.path], /Name the procedure.*\(PROCEDURE_MISSING\)/],
      [['call', 'fleet.overview', '{', '--data', home.path], /(INPUT_NOT_JSON|MASTER_NOT_RUNNING)/],
      [['verify'], /--data is needed\. \(OPTION_MISSING\)/],
    ]
    for (const [args, words] of wrong) {
      const { status, stderr, stdout } = await runCommand(...args)
      expect(stderr).toMatch(words)
      expect(stderr.trim().split('\n')).toHaveLength(1)
      if (!stderr.includes('MASTER_NOT_RUNNING')) expect(status).toBe(2)
      expect(stdout).toBe('')
    }
  })

  it('[CL1] helps, for every command', async () => {
    const { status, stdout } = await runCommand('--help')
    expect(status).toBe(0)
    for (const name of ['master', 'console', 'demo', 'node', 'call', 'verify', 'fingerprint']) {
      expect(stdout).toMatch(new RegExp(`^  ${name} `, 'm'))
      expect((await runCommand(name, '--help')).stdout).toContain(`ibcf ${name}`)
    }
  })

  it('[LG11] gives the same words at the prompt as in the console, and others for a part of what is held', async () => {
    const directory = join(home.path, 'm')
    const master = await startCommand('master', '--data', directory)
    const call = async (procedure: string, input: unknown): Promise<Record<string, never>> =>
      JSON.parse((await runCommand('call', procedure, JSON.stringify(input), '--data', directory)).stdout) as Record<string, never>
    await call('operator.create', { name: 'Ada', role: 'authority' })
    const { rootDomainId } = await call('master.get', {})
    const { domainId } = await call('domain.create', { name: 'Pit', parentId: rootDomainId, level: 'LOCAL' })
    type Held = { readonly events: number; readonly fingerprint: readonly string[]; readonly asOf: { readonly events: number } | null }
    const held = async (): Promise<Held> => (await call('fleet.overview', {}))['store'] as unknown as Held
    const isFound = async (): Promise<boolean> => {
      const { asOf, events } = await held()
      return asOf?.events === events
    }
    await expect.poll(isFound, { timeout: 20_000 }).toBe(true)
    const fingerprint = async (...more: readonly string[]): Promise<Record<string, unknown>> =>
      JSON.parse((await runCommand('fingerprint', '--data', directory, '--json', ...more)).stdout) as Record<string, unknown>
    const whole = await fingerprint()
    expect(whole).toMatchObject({ scope: 'everything', fingerprint: (await held()).fingerprint.join(' '), missingBlobs: 0 })
    expect(whole['stateHash']).toMatch(/^[0-9a-f]{64}$/)
    const [island, pit] = [await fingerprint('--domain', String(rootDomainId)), await fingerprint('--domain', String(domainId))]
    expect(Number(pit['logs'])).toBeLessThan(Number(island['logs']))
    expect(new Set([whole, island, pit].map((each) => each['hex'])).size).toBe(3)
    const unknown = await runCommand('fingerprint', '--data', directory, '--domain', String(master.ready.masterId))
    expect([unknown.status, unknown.stderr]).toEqual([3, expect.stringContaining('(DOMAIN_UNKNOWN)')])
    await master.stop()
  })

  it('[CL1] tells a program the same in JSON', async () => {
    const { status, stdout } = await runCommand('verify', '--data', join(home.path, 'none'), '--json')
    expect(status).toBe(3)
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, code: 'STORE_MISSING' })
  })

  it('[CL2] says that a port is in use, and leaves the directory free', async () => {
    const taken = createServer()
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
    const address = taken.address()
    const port = typeof address === 'object' ? address?.port : 0
    const { status, stderr } = await runCommand('master', '--data', join(home.path, 'm'), '--listen', `127.0.0.1:${port}`)
    expect([status, stderr]).toEqual([4, expect.stringMatching(/is in use by another program.*\(PORT_IN_USE\)/)])
    taken.close()
    const again = await startCommand('master', '--data', join(home.path, 'm'), '--listen', `127.0.0.1:${port}`)
    expect(again.ready.url).toBe(`http://127.0.0.1:${port}`)
    await again.stop()
  })

  it('[CL2] says which process holds the data directory', async () => {
    const directory = join(home.path, 'm')
    const first = await startCommand('master', '--data', directory)
    const { status, stderr } = await runCommand('master', '--data', directory)
    expect(status).toBe(3)
    expect(stderr).toContain(`process ${first.child.pid}`)
    expect(stderr).toContain('(DATA_DIRECTORY_LOCKED)')
    expect(await first.stop()).toBe(0)
  })

  it('[CL2] refuses a data directory that is a file, or that cannot be written', async () => {
    writeFileSync(join(home.path, 'file'), 'x')
    const { status, stderr } = await runCommand('master', '--data', join(home.path, 'file'))
    expect(status).toBe(4)
    expect(stderr.trim().split('\n')).toHaveLength(1)
    expect(stderr).toMatch(/\([A-Z_]+\)/)
    const proc = await runCommand('master', '--data', '/proc/ibcf')
    expect(proc.status).toBe(4)
    expect(proc.stderr).toMatch(/\([A-Z_]+\)/)
  })

  it('[CL2] [ST5] refuses a store of a newer version and leaves it as it is', async () => {
    const directory = await foundedMaster()
    const file = join(directory, 'store.sqlite')
    // The schema version lies at byte 60 of the first page (https://sqlite.org/fileformat.html, section 1.3).
    patch(file, 60, Buffer.from([0, 0, 0x27, 0x0f]))
    const before = readFileSync(file)
    const { status, stderr } = await runCommand('master', '--data', directory)
    expect([status, stderr]).toEqual([4, expect.stringContaining('(STORE_FROM_FUTURE)')])
    expect(readFileSync(file).equals(before)).toBe(true)
  })

  it('[CL2] [CL3] finds a corrupted page, and says so', async () => {
    const directory = await foundedMaster()
    const file = join(directory, 'store.sqlite')
    const pages = statSync(file).size / 4096
    for (let page = 2; page < pages; page++) patch(file, page * 4096, Buffer.alloc(64, 0xa5))
    const verified = await runCommand('verify', '--data', directory)
    expect(verified.status).toBeGreaterThan(0)
    expect(verified.stdout + verified.stderr).toMatch(/\([A-Z_]+\)/)
    const { status, stderr } = await runCommand('master', '--data', directory)
    expect([status, stderr]).toEqual([4, expect.stringMatching(/\(STORE_DAMAGED\)/)])
  })

  it('[MA1] refuses a directory whose identity is gone or damaged', async () => {
    const directory = await foundedMaster()
    const path = join(directory, 'identity.json')
    const kept = readFileSync(path)
    writeFileSync(path, '{"v":1')
    expect((await runCommand('master', '--data', directory)).stderr).toContain('(IDENTITY_DAMAGED)')
    rmSync(path)
    expect((await runCommand('master', '--data', directory)).stderr).toContain('(IDENTITY_MISSING)')
    writeFileSync(path, kept)
    const back = await startCommand('master', '--data', directory)
    expect(back.ready.masterId).toBe(JSON.parse(kept.toString()).masterId)
    await back.stop()
  })

  it('[MA1] refuses a directory whose key is gone, or whose identity and key are another master’s', async () => {
    const directory = await foundedMaster()
    const other = await foundedMaster('other')
    const keys = readFileSync(join(directory, 'keys.json'))
    rmSync(join(directory, 'keys.json'))
    const keyless = await runCommand('master', '--data', directory)
    expect([keyless.status, keyless.stderr]).toEqual([4, expect.stringContaining('(KEYS_MISSING)')])
    expect(existsSync(join(directory, 'keys.json'))).toBe(false)
    const identity = readFileSync(join(directory, 'identity.json'))
    for (const name of ['keys.json', 'identity.json']) copyFileSync(join(other, name), join(directory, name))
    const foreign = await runCommand('master', '--data', directory)
    expect([foreign.status, foreign.stderr]).toEqual([4, expect.stringContaining('(IDENTITY_FOREIGN)')])
    writeFileSync(join(directory, 'keys.json'), keys)
    writeFileSync(join(directory, 'identity.json'), identity)
    const back = await startCommand('master', '--data', directory)
    expect(await back.stop()).toBe(0)
    expect((await runCommand('verify', '--data', directory)).status).toBe(0)
  })

  it('[MA1] [MA2] is the same master after SIGKILL, with everything it answered', async () => {
    const directory = join(home.path, 'm')
    const first = await startCommand('master', '--data', directory)
    const made = JSON.parse((await runCommand('call', 'operator.create', '{"name":"Ada","role":"authority"}', '--data', directory)).stdout)
    await first.stop('SIGKILL')
    const second = await startCommand('master', '--data', directory)
    expect(second.ready.masterId).toBe(first.ready.masterId)
    const listed = JSON.parse((await runCommand('call', 'operator.list', '--data', directory)).stdout)
    expect(listed).toEqual({ items: [made], currentId: made.id })
    expect(await second.stop()).toBe(0)
    const { status, stdout } = await runCommand('verify', '--data', directory, '--json')
    expect(status).toBe(0)
    expect(JSON.parse(stdout.trim().split('\n').at(-1) ?? '')).toMatchObject({
      ok: true,
      origins: 1,
      unsignedTail: 0,
      findings: 0,
      fingerprint: expect.stringMatching(/^\w+( \w+){5}$/),
    })
  })

  it('[CL3] finds one altered byte of an event, and names it', async () => {
    const directory = await foundedMaster()
    const file = join(directory, 'store.sqlite')
    const bytes = readFileSync(file)
    const at = bytes.indexOf('"name":"Regional master"')
    expect(at).toBeGreaterThan(0)
    patch(file, at + 8, Buffer.from('P'))
    const { status, stdout } = await runCommand('verify', '--data', directory)
    expect(status).toBe(1)
    expect(stdout).toMatch(/\((EVENT|CHAIN|SEGMENT)[A-Z_]*\)/)
  })

  it('[OP4] seals the keys under a passphrase from a file, and asks for it again', async () => {
    const directory = join(home.path, 'm')
    const file = join(home.path, 'passphrase')
    mkdirSync(directory)
    writeFileSync(file, 'nine tall ships\n')
    const first = await startCommand('master', '--data', directory, '--passphrase-file', file)
    await first.stop()
    expect((await runCommand('master', '--data', directory)).stderr).toContain('(KEYS_LOCKED)')
    writeFileSync(file, 'eight tall ships\n')
    const wrong = await runCommand('master', '--data', directory, '--passphrase-file', file)
    expect([wrong.status, wrong.stderr]).toEqual([3, expect.stringContaining('(KEYS_LOCKED)')])
  })
})

function patch(file: string, at: number, bytes: Buffer): void {
  const open = openSync(file, 'r+')
  try {
    writeSync(open, bytes, 0, bytes.length, at)
  } finally {
    closeSync(open)
  }
}
