/** The airlock in the packaged desktop program: a bundle from another station is read, seen, taken in and answered. */
import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { temporaryDirectory } from '../../helpers/command-line.ts'
import { pack, packRequest, startStation, type Station } from '../../helpers/courier/station.ts'
import { launchConsole, type LaunchedConsole } from '../../helpers/electron-app.ts'

const screens = fileURLToPath(new URL('../__screens__', import.meta.url))
const place = temporaryDirectory('courier-desktop')
const stick = join(place.path, 'STICK')
let home: Station
let desk: LaunchedConsole

beforeAll(async () => {
  mkdirSync(screens, { recursive: true })
  mkdirSync(stick)
  home = await startStation(join(place.path, 'home'), 'Harbour', 'Ada')
  await pack(home, packRequest(null, stick))
  desk = await launchConsole({ size: { width: 1280, height: 800 } })
})
afterAll(async () => {
  await desk.close()
  await home.running.stop()
  place.dispose()
})

describe('the courier desk in the desktop program', () => {
  it('[CU7] [CU12] [CU14] takes a bundle in and writes the receipt', async () => {
    const { page } = desk
    await page.getByLabel('Your name').fill('Ingrid Solberg')
    await page.keyboard.press('Enter')
    await page.getByLabel('Name of this master').fill('Laptop Nordkap')
    await page.getByLabel('Name of the island').fill('Nordkap island')
    await page.getByRole('button', { name: 'Begin' }).click()
    await page.getByRole('navigation', { name: 'Rooms and desks' }).waitFor()
    await page.evaluate(() => {
      window.location.hash = '/w/main/courier'
    })
    await page.getByRole('heading', { level: 1, name: 'Courier desk' }).waitFor()
    await page.getByRole('button', { name: 'Use a folder' }).click()
    await page.getByRole('dialog').getByRole('textbox').fill(stick)
    await page.getByRole('button', { name: 'Use it' }).click()
    await page.getByRole('button', { name: 'Look into it' }).click()
    await page.getByText('does not know Harbour yet', { exact: false }).waitFor()
    await page.getByLabel('The six words that they read out').fill((await home.ask<{ readonly words: string }>('sync.card')).words)
    await page.getByRole('button', { name: 'These are their words' }).click()
    await page.getByRole('button', { name: 'Take it in', exact: true }).click()
    await page.getByText('The receipt lies beside the bundle', { exact: false }).waitFor()
    await page.screenshot({ path: join(screens, 'desktop-courier.png') })
    expect(readdirSync(stick).filter((name) => name.startsWith('receipt-'))).toHaveLength(1)
  })
})
