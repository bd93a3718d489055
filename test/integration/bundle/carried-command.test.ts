/** A command that travels to an island on a stick, is done by a node there, and whose result comes home on another one. */
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { callProcedure, targetOfDirectory } from '../../../core/bin/api-client.ts'
import { createFiles } from '../../../core/platform/files.ts'
import { temporaryDirectory } from '../../helpers/command-line.ts'
import { apply, inspect, pack, packRequest } from '../../helpers/courier/station.ts'
import { type RunningMaster, type RunningNode, startMaster, startNode, waitFor } from '../../helpers/processes.ts'

/** Processes come up here: generous, and only ever used up by a failure. */
const patienceMs = 60_000

let home = temporaryDirectory('carried')
let masters: RunningMaster[] = []
let node: RunningNode | undefined
let sticks = 0

beforeEach(() => {
  home = temporaryDirectory('carried')
  masters = []
  node = undefined
})
afterEach(async () => {
  for (const running of [node, ...masters]) await running?.stop('SIGKILL')
  home.dispose()
})

async function open(name: string, level: string) {
  const running = await startMaster(join(home.path, name), '--name', name, '--level', level)
  masters.push(running)
  const operator = `Ada of ${name}`
  await running.call('operator.create', { name: operator, role: 'authority' })
  const target = targetOfDirectory(running.directory, createFiles())
  const ask = async <Answer>(procedure: string, input: unknown = {}): Promise<Answer> =>
    (await callProcedure(target, 'main', procedure, input, operator, AbortSignal.timeout(patienceMs))) as Answer
  return { directory: running.directory, masterId: running.masterId, url: running.url, ask }
}
type Station = Awaited<ReturnType<typeof open>>

/** Packed, walked over, looked at and taken in, as a courier and two operators do it. */
async function carry(from: Station, to: Station): Promise<void> {
  const stick = join(home.path, `stick-${++sticks}`)
  mkdirSync(stick)
  for (const { ask } of [from, to]) await ask('volume.name', { path: stick })
  const packed = await pack(from as never, packRequest(to.masterId, stick))
  expect(packed).toMatchObject({ state: 'done', problem: null })
  const done = await apply(to as never, await inspect(to as never, packed.files[0] ?? ''))
  expect(done).toMatchObject({ stage: 'applied', result: { outcome: 'whole', refused: [] } })
}

type Detail = {
  readonly stage: string
  readonly journey: readonly { readonly stage: string; readonly at: string | null; readonly masterName: string | null }[]
}

describe('a command of headquarters for a node at an island', () => {
  it('[CM27] [CM28] [CU6] is carried there, done as that of headquarters, and shown at home as done and acknowledged', async () => {
    const [hq, north] = [await open('Headquarters', 'GLOBAL'), await open('North', 'REGION')]
    for (const [from, to] of [
      [hq, north],
      [north, hq],
    ] as const) {
      const { envelope, words } = await from.ask<{ readonly envelope: unknown; readonly words: string }>('sync.card')
      await to.ask('sync.acceptPeer', { envelope, words })
    }
    const { rootDomainId } = await hq.ask<{ rootDomainId: string }>('master.get')
    const { domainId } = await hq.ask<{ domainId: string }>('domain.create', { name: 'Site', parentId: rootDomainId, level: 'LOCAL' })
    const pump = await startNode(join(home.path, 'pump'), north.url, '--name', 'pump', '--contact-every', '1')
    node = pump
    const { nodeId } = pump
    type Requests = { readonly items: readonly { readonly requestId: string; readonly nodeId: string }[] }
    const { requestId } = await waitFor('the request at North', async () =>
      (await north.ask<Requests>('enrolment.list', {})).items.find((one) => one.nodeId === nodeId),
    )
    await carry(north, hq)
    await hq.ask('enrolment.approve', { requestId, domainId, activate: true })
    await carry(hq, north)
    await waitFor('the node to be attached', () => pump.lines.some(({ state }) => state === 'ATTACHED') || undefined, patienceMs)

    const portOf = (): unknown => {
      const path = join(pump.directory, 'configuration.json')
      return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as { readonly port?: unknown }).port : undefined
    }
    const order = (port: number) => ({
      nodeId,
      kind: 'set-config',
      data: { changes: [{ path: '/port', value: port }] },
      reason: `Port ${port}.`,
    })
    // North may not command there, whatever it hands over.
    await expect(north.ask('command.issue', order(91))).rejects.toMatchObject({ code: 'AUTHORITY_NOT_HELD' })
    const { commandId } = await hq.ask<{ commandId: string }>('command.issue', order(7))
    const snapshot = { nodeId, kind: 'run-snapshot', data: { parts: ['inventory'] }, reason: 'What is there?' }
    const taken = await hq.ask<{ commandId: string }>('command.issue', snapshot)
    await hq.ask('command.cancel', { commandId: taken.commandId, reason: 'It is known.' })
    const at = (station: Station, id = commandId) => station.ask<Detail>('command.get', { commandId: id })
    await carry(hq, north)
    expect((await at(hq)).journey).toMatchObject([
      { stage: 'exported', at: expect.any(String) },
      { stage: 'imported-there', at: null },
      { stage: 'applied', at: null },
      { stage: 'receipt-back', at: null },
    ])
    await waitFor(
      'the node to have done it',
      async () => {
        const { stage } = await at(north)
        expect(['queued', 'sent', 'received', 'started', 'applied']).toContain(stage)
        return stage === 'applied' || undefined
      },
      patienceMs,
    )
    expect(portOf()).toBe(7)
    // The same stick again, in effect: everything that HQ holds goes once more, and nothing happens twice.
    await carry(hq, north)
    await carry(north, hq)
    const end = await at(hq)
    expect(end.stage).toBe('applied')
    expect(end.journey.map(({ stage, at: when }) => [stage, when !== null])).toEqual([
      ['exported', true],
      ['imported-there', true],
      ['applied', true],
      ['receipt-back', true],
    ])
    expect(end.journey[1]?.masterName).toBe('North')
    expect((await at(north, taken.commandId)).stage).toBe('cancelled')
    expect(portOf()).toBe(7)
  }, 180_000)
})
