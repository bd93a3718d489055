/** Returns in the console: the sequence with its present step, the queue of a storm, a verdict with its ways out, hardware and forks. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { setReconciliation } from '../../../core/app/acts/reconciliation.ts'
import type { IncarnationId } from '../../../core/kernel/ids.ts'
import { temporaryDirectory } from '../../helpers/command-line.ts'
import {
  complete,
  countersign,
  createAway,
  createFieldNode,
  enrol,
  openReturn,
  prove,
  send,
  upload,
  type FieldNode,
} from '../../helpers/gateway/field-node.ts'
import { createIsland } from '../../helpers/gateway/island.ts'
import { createFiles } from '../../../core/platform/files.ts'
import { createVirtualPorts } from '../../helpers/agent/virtual-ports.ts'
import { type Desk, openDesk, themes } from './browser-console.ts'

const home = temporaryDirectory('returns-desk')
let desk: Desk
let uploading: FieldNode
let forked: FieldNode
let drifted: FieldNode

/** A master that was in the middle of a storm: one return half uploaded, two that ended in quarantine, others that wait. */
async function prepare(): Promise<void> {
  using island = await createIsland({
    directory: home.path,
    ports: { ...createVirtualPorts(), files: createFiles() },
    budget: { maxSessions: 1, maxBytes: 1024 * 1024 },
  })
  forked = await createAway(island, 3)
  const opened = await openReturn(island, forked)
  await countersign(island, forked, opened)
  await upload(island, forked, opened)
  await complete(island, forked, opened)
  const clone = await createFieldNode(island, {
    id: forked.id,
    key: forked.key,
    incarnation: forked.logs.fact.incarnation as IncarnationId,
  })
  clone.record('ibcf.connection.lost.v1', { since: '2026-01-01T00:00:00Z', attempts: 1 })
  clone.sign()
  await island.ports.advance(3_000_000)
  const again = await openReturn(island, clone)
  await countersign(island, clone, again)
  await upload(island, clone, again)
  // A spare asks for the identity as well.
  const spare = await createFieldNode(island, { id: forked.id })
  await enrol(island, spare, { takesOver: true, serial: 'SPARE-7', manufacturer: 'Acme', model: 'Mk II' })

  setReconciliation(
    { master: island.master, actor: island.operator },
    { domainId: island.master.identity.rootDomainId, policy: 'strict', reason: 'Test' },
  )
  drifted = await createAway(island, 2)
  drifted.record('ibcf.decision.taken.v1', { policy: 'local', decision: 'open-valve', basis: 'hot', policyBundleId: null })
  drifted.sign()
  const third = await openReturn(island, drifted)
  await countersign(island, drifted, third)
  await upload(island, drifted, third)
  await complete(island, drifted, third)

  const others: FieldNode[] = []
  for (let n = 0; n < 12; n++) others.push(await createAway(island, 20 + n))
  uploading = await createAway(island, 400)
  const fourth = await openReturn(island, uploading)
  await countersign(island, uploading, fourth)
  for (const piece of fourth.missing.flatMap(({ log, fromSeq }) => uploading.pieces(log, fromSeq)).slice(0, 2)) {
    await send(island, fourth.token, piece)
    await island.ports.advance(500)
  }
  for (const node of others) {
    await prove(island, node, 'return')
    await island.ports.advance(20)
  }
}

beforeAll(async () => {
  await prepare()
  desk = await openDesk({ workspace: 'main', directory: home.path })
}, 300_000)

afterAll(async () => {
  await desk?.close()
  home.dispose()
})

const sizes = [
  { width: 1280, height: 800 },
  { width: 1920, height: 1080 },
  { width: 1024, height: 600 },
] as const

describe('returns in the console', () => {
  /** First: nobody moves this return, and its lock is freed after three minutes. */
  it('[UI61] shows an open return as the sequence, the present message lit, and the verdict as it would be', async () => {
    const { page } = desk
    await desk.visit(`node/${uploading.id}`)
    const sequence = page.getByRole('list', { name: 'The return as a sequence of messages' })
    await sequence.waitFor()
    expect(await sequence.getByRole('listitem').count()).toBe(8)
    expect(await sequence.locator('[aria-current=step]').count()).toBe(3)
    await page.getByText(/As things stand it would end/).waitFor()
    for (const theme of themes) {
      await desk.wear(theme)
      for (const size of sizes) {
        await page.setViewportSize(size)
        await desk.visit(`node/${uploading.id}`)
        await sequence.waitFor()
        await desk.picture(`return-open-${theme}-${String(size.width)}`)
      }
      expect(await desk.findings()).toEqual([])
    }
    expect(desk.complaints).toEqual([])
  })

  it('[UI60] shows who waits in a storm: order, rate, time left', async () => {
    const { page } = desk
    await desk.visit('returns')
    await page.getByRole('heading', { name: 'Waiting to return' }).waitFor()
    expect(await page.getByRole('table', { name: 'Order of returns' }).getByRole('row').count()).toBe(13)
    expect(desk.complaints).toEqual([])
  })

  it('[UI62] [RT13] shows a verdict with its reasons, and each way out leads to what can be done', async () => {
    const { page } = desk
    await desk.visit(`node/${drifted.id}`)
    await page.getByText('which no policy names; this domain is strict').first().waitFor()
    await page.getByRole('button', { name: 'Let it back in' }).first().click()
    await page.getByRole('dialog').waitFor()
    await page.keyboard.press('Escape')
    await desk.visit(`node/${forked.id}`)
    await page.getByRole('button', { name: 'Decide the fork' }).first().click()
    await page.getByText('This one counts').first().waitFor()
    await desk.picture('returns-fork')
    expect(await desk.findings()).toEqual([])
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Replace hardware' }).first().click()
    await page.getByText('serial SPARE-7').waitFor()
    await desk.picture('returns-hardware')
    expect(await desk.findings()).toEqual([])
    await page.keyboard.press('Escape')
  })

  it('[FK2] shows what each telling says, what a decision would change, and takes it', async () => {
    const { page } = desk
    await desk.visit('forks')
    await page.getByRole('heading', { name: 'Forks' }).waitFor()
    await page.getByText('not decided').first().waitFor()
    await page.getByRole('button', { name: 'See what choosing it changes' }).last().click()
    await page.getByText('Gains effect').waitFor()
    await desk.picture('forks')
    expect(await desk.findings()).toEqual([])
    await page.getByLabel('Reason, kept on the record').fill('The other was a copy')
    await page.getByRole('button', { name: 'This telling counts' }).click()
    await page.getByText('decided for', { exact: true }).waitFor()
    expect(await page.getByText('not decided').count()).toBe(0)
    await desk.picture('forks-decided')
  })

  it.each(themes)('[UI19] has no serious finding, %s', async (theme) => {
    const { page } = desk
    await desk.wear(theme)
    for (const size of sizes) {
      await page.setViewportSize(size)
      await desk.visit('returns')
      await page.getByRole('heading', { name: 'Waiting to return' }).waitFor()
      await desk.picture(`returns-${theme}-${String(size.width)}`)
      expect(await desk.findings()).toEqual([])
      await desk.visit(`node/${drifted.id}`)
      await page.getByText('which no policy names; this domain is strict').first().waitFor()
      await desk.picture(`return-verdict-${theme}-${String(size.width)}`)
      expect(await desk.findings()).toEqual([])
    }
    expect(desk.complaints).toEqual([])
  })
})
