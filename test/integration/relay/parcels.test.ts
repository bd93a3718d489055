/** Two masters that never meet, and relays between them, as processes: what one lacks comes to it sealed. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { z } from 'zod'
import type { cardView } from '../../../core/contract/sync.ts'
import { parcelList } from '../../../core/contract/relay-link.ts'
import { runCommand, temporaryDirectory } from '../../helpers/command-line.ts'
import { type RunningMaster, type RunningRelay, startMaster, startRelay, waitFor } from '../../helpers/processes.ts'

type Card = z.infer<typeof cardView>
const home = temporaryDirectory('parcels')
/** Nothing listens there. */
const nobody = 'http://127.0.0.1:1'
const secret = 'Kestrel depot seven'
let north: RunningMaster
let south: RunningMaster
let relay: RunningRelay

beforeAll(async () => {
  north = await startMaster(join(home.path, 'north'), '--name', 'North')
  south = await startMaster(join(home.path, 'south'), '--name', 'South')
  const cards: Card[] = []
  for (const master of [north, south]) {
    const { id: operatorId } = await master.call<{ readonly id: string }>('operator.create', { name: 'Ada', role: 'authority' })
    await master.call('operator.signIn', { operatorId })
    cards.push(await master.call<Card>('sync.card', {}))
  }
  await north.call('sync.acceptPeer', { envelope: cards[1]?.envelope })
  await south.call('sync.acceptPeer', { envelope: cards[0]?.envelope })
  relay = await startRelay(join(home.path, 'relay'), [nobody])
})

afterAll(async () => {
  for (const process of [north, south, relay]) await process.stop('SIGKILL')
  home.dispose()
})

const parcel = async (verb: 'leave' | 'fetch', master: RunningMaster, ...args: readonly string[]) => {
  const { status, stdout, stderr } = await runCommand(
    'parcel',
    verb,
    '--data',
    master.directory,
    '--relay',
    relay.url,
    '--operator',
    'Ada',
    '--json',
    ...args,
  )
  return { status, stderr, told: JSON.parse(stdout.trim().split('\n').at(-1) ?? '{}') as Readonly<Record<string, unknown>> }
}
const waiting = async ({ url }: RunningRelay): Promise<number> =>
  parcelList.parse(await (await fetch(`${url}/v1/relay/parcels?to=${south.masterId}`)).json()).parcels.length
const readCard = async (master: RunningMaster): Promise<{ readonly publicKey: string; readonly rootDomainId: string }> =>
  JSON.parse(Buffer.from((await master.call<Card>('sync.card', {})).envelope.payload, 'base64').toString('utf8'))
const rootOf = async (master: RunningMaster): Promise<string> => (await readCard(master)).rootDomainId
const domainsOf = async (master: RunningMaster): Promise<string> => JSON.stringify(await master.call('domain.list', {}))

describe('parcels of masters', () => {
  it('[RY19] [RY20] go from one master to another over relays that cannot read them, and end with a receipt', async () => {
    await north.call('domain.create', { name: secret, level: 'LOCAL', parentId: await rootOf(north) })
    const left = await parcel('leave', north, '--for', south.masterId)
    expect(left).toMatchObject({ status: 0, told: { ok: true, relayId: relay.relayId, left: { events: 0 } } })
    expect(await waiting(relay)).toBe(1)
    // Killed, and carried to where another relay is.
    await relay.stop('SIGKILL')
    const stored = readdirSync(join(home.path, 'relay')).map((name) => readFileSync(join(home.path, 'relay', name)))
    expect(stored.some((bytes) => bytes.includes('age-encryption.org/v1'))).toBe(true)
    expect(stored.some((bytes) => bytes.includes(secret))).toBe(false)
    const far = await startRelay(join(home.path, 'far'), [south.url])
    const near = await startRelay(join(home.path, 'relay'), [far.url])
    await waitFor('the parcel at the farther relay', async () => (await waiting(far)) === 1 || undefined)
    await waitFor('nothing left at the nearer relay', async () => (await waiting(near)) === 0 || undefined)
    await near.stop('SIGKILL')
    relay = far
    expect(await domainsOf(south)).not.toContain(secret)
    expect(await parcel('fetch', south)).toMatchObject({ status: 0, told: { ok: true, parcels: 1 } })
    expect(await domainsOf(south)).toContain(secret)
    expect(await waiting(relay)).toBe(0)
    expect(await parcel('fetch', south)).toMatchObject({ status: 0, told: { parcels: 0 } })
    // And back: what the other side acknowledged does not go again.
    expect(await parcel('leave', south, '--for', north.masterId)).toMatchObject({ status: 0 })
    expect(await parcel('fetch', north)).toMatchObject({ status: 0, told: { parcels: 1 } })
    const again = await parcel('leave', north, '--for', south.masterId)
    expect(Number(again.told['events'])).toBeLessThan(Number(left.told['events']))
  })

  it('[RY20] are let go by nobody but the master that they are for', async () => {
    await parcel('leave', north, '--for', south.masterId)
    const before = await waiting(relay)
    expect(before).toBeGreaterThan(0)
    const { parcels } = parcelList.parse(await (await fetch(`${relay.url}/v1/relay/parcels?to=${south.masterId}`)).json())
    const { publicKey } = await readCard(north)
    const file = join(home.path, 'receipt.json')
    await north.call('sync.receipt', { file })
    const answer = await fetch(`${relay.url}/v1/relay/parcels/${parcels[0]?.digest}/taken`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ publicKey, receipt: JSON.parse(readFileSync(file, 'utf8')) as unknown }),
    })
    expect(await answer.json()).toMatchObject({ code: 'KEY_WRONG' })
    expect(await waiting(relay)).toBe(before)
    const other = await runCommand('parcel', 'leave', '--data', north.directory, '--relay', south.url, '--for', south.masterId, '--json')
    expect(other.status).toBe(4)
    expect(other.stdout).toContain('ROUTE_UNKNOWN')
  })
})
