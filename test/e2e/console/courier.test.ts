/** The courier desk over a real master in Chromium: a stick from a stranger through the airlock, and one packed for them, carried and lost. */
import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { temporaryDirectory } from '../../helpers/command-line.ts'
import { pack, packRequest, startStation, type Station } from '../../helpers/courier/station.ts'
import { type Desk, openDesk, themes } from './browser-console.ts'

const place = temporaryDirectory('courier-desk')
const stick = join(place.path, 'NORTH STICK')
const sizes = [
  { width: 1280, height: 800 },
  { width: 1920, height: 1080 },
  { width: 1024, height: 600 },
] as const

let desk: Desk
let home: Station

beforeAll(async () => {
  mkdirSync(stick)
  home = await startStation(join(place.path, 'home'), 'Tromsø harbour', 'Ada')
  const { rootDomainId } = await home.ask<{ readonly rootDomainId: string }>('master.get')
  for (const name of ['North quay', 'South quay']) await home.ask('domain.create', { name, parentId: rootDomainId, level: 'LOCAL' })
  await pack(home, packRequest(null, stick))
  desk = await openDesk({ workspace: 'main' })
  const { page } = desk
  await page.getByLabel('Your name').fill('Ingrid Solberg')
  await page.keyboard.press('Enter')
  await page.getByLabel('Name of this master').fill('Laptop Nordkap')
  await page.getByLabel('Name of the island').fill('Nordkap island')
  await page.getByRole('button', { name: 'Begin' }).click()
  await page.getByRole('heading', { name: 'Laptop Nordkap' }).or(page.getByRole('main')).first().waitFor()
})
afterAll(async () => {
  await desk.close()
  await home.running.stop()
  place.dispose()
})

const region = (name: string) => desk.page.getByRole('region', { name, exact: true })

/** Every theme in the first size, with what axe finds in it; the other sizes in one theme each. */
async function pictures(name: string): Promise<void> {
  for (const [at, size] of sizes.entries()) {
    await desk.page.setViewportSize(size)
    for (const theme of at === 0 ? themes : themes.slice(at, at + 1)) {
      await desk.wear(theme)
      await desk.page.getByRole('heading', { level: 1, name: 'Courier desk' }).waitFor()
      await region('Packed here').waitFor()
      await desk.picture(`courier-${name}-${String(size.width)}-${theme}`)
      if (at === 0) expect(await desk.findings(), `${name} ${theme}`).toEqual([])
    }
  }
  await desk.page.setViewportSize(sizes[0])
  await desk.wear('light')
}

describe('the courier desk', () => {
  it('[CU14] is found in the rail, says what to do while there is nothing, and takes a folder for a stick', async () => {
    const { page } = desk
    await page.getByRole('link', { name: 'Courier desk' }).click()
    await page.getByRole('heading', { level: 1, name: 'Courier desk' }).waitFor()
    await region('Packed here').getByText('Nothing was packed yet').waitFor()
    await region('Taken in here').getByText('No bundle was taken in yet').waitFor()
    await desk.picture('courier-empty')
    expect(await desk.findings()).toEqual([])
    await page.getByRole('button', { name: 'Use a folder' }).click()
    await page.getByRole('dialog').getByRole('textbox').fill(join(place.path, 'away'))
    await page.getByRole('button', { name: 'Use it' }).click()
    await page.getByRole('dialog').getByText('VOLUME_MISSING').waitFor()
    await page.getByRole('dialog').getByRole('textbox').fill(stick)
    await page.getByRole('button', { name: 'Use it' }).click()
    await region('Sticks and folders').getByText('NORTH STICK', { exact: true }).waitFor()
    await region('Sticks and folders').getByText('not encrypted').waitFor()
  })

  it('[CU8] [CU14] leads a bundle of a stranger through the airlock', async () => {
    const { page } = desk
    await region('Sticks and folders').getByRole('button', { name: 'Look into it' }).click()
    await region('Airlock').getByText('does not know Tromsø harbour yet', { exact: false }).waitFor()
    await pictures('stranger')
    const words = region('Airlock').getByLabel('The six words that they read out')
    await words.fill('one two three four five six')
    await page.getByRole('button', { name: 'These are their words' }).click()
    await region('Airlock').getByText('WORDS_DIFFER').waitFor()
    await words.fill((await home.ask<{ readonly words: string }>('sync.card')).words)
    await page.getByRole('button', { name: 'These are their words' }).click()
    const take = region('Airlock').getByRole('button', { name: 'Take it in', exact: true })
    await take.waitFor()
    await region('Airlock').getByRole('region', { name: 'Authority' }).getByText('South quay').waitFor()
    await pictures('effect')
    await take.click()
    await region('Airlock').getByText('The receipt lies beside the bundle', { exact: false }).waitFor()
    await desk.picture('courier-result')
    expect(readdirSync(stick).filter((name) => name.startsWith('receipt-'))).toHaveLength(1)
    await region('Taken in here').getByRole('cell', { name: 'Tromsø harbour' }).waitFor()
    await region('Airlock').getByRole('button', { name: 'Done' }).click()
    await region('Airlock').waitFor({ state: 'detached' })
  })

  it('[CU13] [CU14] packs a bundle for the station, shows what fits, and follows it until it is lost', async () => {
    const { page } = desk
    await region('Sticks and folders').getByRole('button', { name: 'Pack onto it' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('button', { name: /For whom/ }).click()
    await page.getByRole('option', { name: 'Tromsø harbour' }).click()
    await dialog.getByText('All of it fits', { exact: false }).waitFor()
    await dialog.getByLabel('Carried by').fill('Kim Larsen')
    await dialog.getByLabel('Due on').fill('soon')
    await dialog.getByText('Give the day as', { exact: false }).waitFor()
    await dialog.getByLabel('Due on').fill('2026-01-31')
    await desk.picture('courier-pack')
    expect(await desk.findings()).toEqual([])
    await dialog.getByRole('button', { name: 'Pack it' }).click()
    await page.getByRole('dialog', { name: 'The bundle is packed' }).waitFor()
    await desk.picture('courier-packed')
    await page.getByRole('dialog').getByRole('button', { name: 'Done' }).click()
    const row = region('Packed here').getByRole('row', { name: /Tromsø harbour/ })
    await row.getByText('late').waitFor()
    await pictures('late')
    await desk.visit('attention')
    await page.getByText('The bundle for Tromsø harbour has not arrived').first().waitFor()
    await desk.visit('courier')
    await row.getByRole('button', { name: 'Lost' }).click()
    await page.getByRole('dialog').getByLabel('What happened').fill('The bag fell into the sea')
    await page.getByRole('dialog').getByRole('button', { name: 'It is lost' }).click()
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    // The act has the same word as the state that it leads to, and is not offered any more.
    await row.getByRole('button', { name: 'Lost' }).waitFor({ state: 'detached' })
    await row.getByText('Lost', { exact: true }).first().waitFor()
    await desk.picture('courier-lost')
    expect(desk.complaints).toEqual([])
  })
})
