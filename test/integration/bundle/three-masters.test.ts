/** Three masters and a node as the processes they are in the field, which meet in nothing but directories that somebody carries. */
import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { callProcedure, targetOfDirectory } from '../../../core/bin/api-client.ts'
import { createFiles } from '../../../core/platform/files.ts'
import { runCommand, temporaryDirectory } from '../../helpers/command-line.ts'
import { type RunningMaster, type RunningNode, startMaster, startNode, waitFor } from '../../helpers/processes.ts'

type Card = { readonly masterId: string; readonly words: string; readonly envelope: unknown }
type Exported = { readonly file: string; readonly events: number; readonly encrypted: boolean; readonly left: { readonly events: number } }
type Imported = {
  readonly storedEvents: number
  readonly gaps: readonly unknown[]
  readonly refused: readonly { readonly code: string }[]
  readonly forks: readonly unknown[]
}
type Fingerprint = { readonly fingerprint: string; readonly stateHash: string | null }

let home = temporaryDirectory('sticks')
let masters: RunningMaster[] = []
let nodes: RunningNode[] = []

beforeEach(() => {
  home = temporaryDirectory('sticks')
  masters = []
  nodes = []
})
afterEach(async () => {
  await Promise.all([...nodes, ...masters].map((running) => running.stop('SIGKILL')))
  home.dispose()
})

/** With an operator of its own: those of other masters are known there too once their logs have come, so that each act names its own. */
async function makeMaster(name: string, level: string): Promise<RunningMaster> {
  const master = await startMaster(join(home.path, name), '--name', name, '--level', level)
  masters.push(master)
  const operator = `Ada of ${name}`
  await master.call('operator.create', { name: operator, role: 'authority' })
  const call = async <Answer>(procedure: string, input: unknown = {}): Promise<Answer> =>
    (await callProcedure(
      targetOfDirectory(master.directory, createFiles()),
      'main',
      procedure,
      input,
      operator,
      new AbortController().signal,
    )) as Answer
  return { ...master, call }
}

/** Each accepts the cards of all others, with the words that were read out. */
async function introduce(...all: readonly RunningMaster[]): Promise<void> {
  for (const from of all) {
    const { envelope, words } = await from.call<Card>('sync.card')
    for (const to of all) if (to !== from) await to.call('sync.acceptPeer', { envelope, words })
  }
}

let sticks = 0

/** What `from` packs for `to`, as a file on a stick. */
async function pack(from: RunningMaster, to: RunningMaster, more: object = {}): Promise<Exported> {
  const stick = join(home.path, `stick-${++sticks}`)
  mkdirSync(stick)
  return from.call<Exported>('sync.export', { file: join(stick, 'b.ibcf.age'), to: [to.masterId], ...more })
}

async function carry(from: RunningMaster, to: RunningMaster): Promise<Imported> {
  const { file } = await pack(from, to)
  return to.call<Imported>('sync.import', { file })
}

async function fingerprintOf(master: RunningMaster): Promise<Fingerprint> {
  const { stdout } = await runCommand('fingerprint', '--data', master.directory, '--json')
  return JSON.parse(stdout) as Fingerprint
}

/** Equal words and equal state, once whatever waits to be judged again was. */
async function agree(...all: readonly RunningMaster[]): Promise<Fingerprint> {
  return waitFor('the masters to agree', async () => {
    const found = await Promise.all(all.map(fingerprintOf))
    const [first] = found
    const isSame = found.every(
      ({ fingerprint, stateHash }) => fingerprint === first?.fingerprint && stateHash === first.stateHash && stateHash !== null,
    )
    return isSame ? first : undefined
  })
}

describe('sticks between masters', () => {
  it('[SB13] [SB24] go A, B, C and back to A, late, twice, out of order and to the wrong station, until all agree', async () => {
    const [a, b, c] = [await makeMaster('Alfa', 'GLOBAL'), await makeMaster('Bravo', 'REGION'), await makeMaster('Charlie', 'REGION')]
    await introduce(a, b, c)
    const { rootDomainId } = await a.call<{ rootDomainId: string }>('master.get')
    await a.call('domain.create', { name: 'One', parentId: rootDomainId, level: 'LOCAL' })
    const early = await pack(a, b)
    await a.call('domain.create', { name: 'Two', parentId: rootDomainId, level: 'LOCAL' })
    const late = await pack(a, b)
    // Encrypted for another station: it stays shut there, and does no harm.
    await expect(c.call('sync.import', { file: late.file })).rejects.toMatchObject({ code: 'BUNDLE_LOCKED' })
    expect(await b.call<Imported>('sync.import', { file: late.file })).toMatchObject({ gaps: [], refused: [], forks: [] })
    expect(await b.call<Imported>('sync.import', { file: early.file })).toMatchObject({ storedEvents: 0, gaps: [], refused: [] })
    expect(await b.call<Imported>('sync.import', { file: late.file })).toMatchObject({ storedEvents: 0 })
    // C never met A: what it knows of A came by B, and what A learns of C comes by nobody else but the round.
    expect((await carry(b, c)).refused).toEqual([])
    expect((await carry(c, a)).refused).toEqual([])
    for (const [from, to] of [
      [a, b],
      [b, c],
    ] as const)
      await carry(from, to)
    const words = await agree(a, b, c)
    expect(words.fingerprint.split(' ')).toHaveLength(6)
    // Everybody holds everything: with the receipts of the last round there is nothing left to carry.
    await carry(c, a)
    await carry(a, b)
    expect((await pack(b, a)).events).toBe(0)
  }, 120_000)

  it('[SB25] let a node in that asked elsewhere, hand a domain over, and bring home what became of a command', async () => {
    const [hq, north] = [await makeMaster('Headquarters', 'GLOBAL'), await makeMaster('North', 'REGION')]
    await introduce(hq, north)
    const { rootDomainId } = await hq.call<{ rootDomainId: string }>('master.get')
    const makeDomain = async (name: string): Promise<string> =>
      (await hq.call<{ domainId: string }>('domain.create', { name, parentId: rootDomainId, level: 'LOCAL' })).domainId
    const [site, pit] = [await makeDomain('Site'), await makeDomain('Pit')]
    type Requests = { readonly items: readonly { readonly requestId: string; readonly nodeId: string }[] }
    const ask = async (name: string): Promise<{ readonly node: RunningNode; readonly requestId: string }> => {
      const node = await startNode(join(home.path, name), north.url, '--name', name)
      nodes.push(node)
      const { requestId } = await waitFor('the request at North', async () => {
        const { items } = await north.call<Requests>('enrolment.list', {})
        return items.find(({ nodeId }) => nodeId === node.nodeId)
      })
      return { node, requestId }
    }
    const pump = await ask('pump')
    await carry(north, hq)
    await hq.call('enrolment.approve', { requestId: pump.requestId, domainId: site })
    await hq.call('authority.grant', { domainId: pit, to: { masterId: north.masterId } })
    await carry(hq, north)
    await waitFor('the node to be let in', () => pump.node.lines.find(({ phase }) => phase === 'ACTIVE'), 60_000)
    // Over the other domain North decides now, because the grant came on the stick.
    const valve = await ask('valve')
    await north.call('enrolment.approve', { requestId: valve.requestId, domainId: pit })
    const issued = await north.call<{ commandId: string }>('command.issue', {
      nodeId: valve.node.nodeId,
      kind: 'run-snapshot',
      data: { parts: ['inventory'] },
      reason: 'What is there?',
    })
    type Detail = { readonly stage: string }
    const stageAt = async (master: RunningMaster): Promise<string> =>
      (await master.call<Detail>('command.get', { commandId: issued.commandId })).stage
    await waitFor('the node to have done it', async () => ((await stageAt(north)) === 'applied' ? true : undefined), 60_000)
    expect(await carry(north, hq)).toMatchObject({ refused: [], gaps: [], forks: [] })
    expect(await stageAt(hq)).toBe('applied')
  }, 180_000)

  it('[SB26] are handled by the command line: packed in parts, listed, looked at, proven, taken in and acknowledged', async () => {
    const [a, b] = [await makeMaster('Alfa', 'GLOBAL'), await makeMaster('Bravo', 'REGION')]
    await introduce(a, b)
    const stick = join(home.path, 'stick')
    mkdirSync(stick)
    const file = join(stick, 'b.ibcf')
    const bundle = async (...args: readonly string[]): Promise<Record<string, unknown> & { status: number }> => {
      const { status, stdout, stderr } = await runCommand('bundle', ...args, '--json')
      expect(stdout, stderr).not.toBe('')
      return { status, ...(JSON.parse(stdout) as Record<string, unknown>) }
    }
    expect(await bundle('export', '--data', a.directory, '--to', file, '--plain')).toMatchObject({
      status: 3,
      ok: false,
      code: 'PLAIN_NOT_CONFIRMED',
    })
    const made = await bundle(
      'export',
      '--data',
      a.directory,
      '--to',
      file,
      '--for',
      b.masterId,
      '--plain',
      '--yes-plain',
      '--part-bytes',
      '4096',
    )
    expect(made).toMatchObject({ status: 0, ok: true, encrypted: false })
    expect((made['parts'] as string[]).length).toBeGreaterThan(2)
    expect(existsSync(file)).toBe(false)
    expect(await bundle('fly')).toMatchObject({ status: 2, code: 'VERB_UNKNOWN' })
    expect(await bundle('export', '--data', a.directory, '--to', join(stick, 'x.ibcf'), '--max-bytes', 'much')).toMatchObject({
      status: 2,
      code: 'OPTION_MALFORMED',
    })
    expect(await bundle('list', stick)).toMatchObject({ items: [{ file: 'b.ibcf', isSplit: true }] })
    expect(await bundle('inspect', file)).toMatchObject({ ok: true, from: { name: 'Alfa' }, to: [{ masterId: b.masterId }], stale: [] })
    expect(await bundle('verify', file, '--data', a.directory)).toMatchObject({ ok: true, segmentsOfUnknownKeys: 0 })
    expect(await bundle('preview', file, '--data', b.directory)).toMatchObject({ ok: true })
    expect(
      await bundle('import', file, '--data', b.directory, '--receipt-to', join(stick, 'back.dsse.json'), '--operator', 'Ada of Bravo'),
    ).toMatchObject({ status: 0, ok: true })
    expect(await bundle('receipt', '--data', a.directory, '--take', join(stick, 'back.dsse.json'))).toMatchObject({
      ok: true,
      items: [{ kind: 'newer', masterId: b.masterId }],
    })
    expect(await bundle('export', '--data', a.directory, '--to', join(stick, 'next.ibcf.age'), '--for', b.masterId)).toMatchObject({
      events: 0,
      encrypted: true,
    })
    expect(readdirSync(stick)).toEqual(
      expect.arrayContaining(['next.ibcf.age', 'next.ibcf.age.README.txt', 'next.ibcf.age.receipt.dsse.json']),
    )
  }, 120_000)
})
