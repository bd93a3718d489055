/** The same pages in the packaged desktop program: the three layers, a machine from the sandbox's own address, and nothing that the policy forbids. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchConsole, type LaunchedConsole, overviewDrawn } from '../../helpers/electron-app.ts'

const screens = fileURLToPath(new URL('../__screens__', import.meta.url))
let desk: LaunchedConsole

beforeAll(async () => {
  mkdirSync(screens, { recursive: true })
  desk = await launchConsole({ workspace: 'demo', size: { width: 1280, height: 800 } })
  await desk.page.waitForLoadState()
  await desk.page.evaluate(() => {
    const violations: string[] = []
    Object.assign(window, { violations })
    window.addEventListener('securitypolicyviolation', (event) => violations.push(`${event.effectiveDirective} ${event.blockedURI}`))
  })
  await overviewDrawn(desk.page)
})

afterAll(async () => {
  await desk.close()
})

describe('the console in the desktop program', () => {
  it('[UI19] [UI22] shows the fleet, a domain and a node with its machine, and violates nothing', async () => {
    const { page } = desk
    const picture = (name: string) => page.screenshot({ path: join(screens, `desktop-${name}.png`) })
    expect(await page.evaluate(() => document.documentElement.dataset['nodesShown'])).toBe('200')
    await picture('global')
    await page.getByRole('navigation', { name: 'Domains' }).getByRole('link').first().click()
    await page.getByText('Domains below').waitFor()
    await picture('domain')
    await page.getByRole('link', { name: 'Nodes', exact: false }).filter({ hasText: '200' }).click()
    await page.getByRole('grid').getByRole('link').first().click()
    await page.getByText('Lifecycle timeline').waitFor()
    const machine = page.locator('figure img').first()
    await machine.waitFor()
    expect(await page.locator('iframe').getAttribute('src')).toBe('app://diagram/')
    expect(await machine.evaluate((image) => (image as HTMLImageElement).naturalWidth)).toBeGreaterThan(100)
    await picture('node')
    expect(await page.evaluate(() => (window as unknown as { readonly violations: readonly string[] }).violations)).toEqual([])
  })
})
