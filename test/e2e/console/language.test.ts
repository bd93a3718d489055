/** The settings, and the console in German, over the living demo island. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Desk, openDesk, themes } from './browser-console.ts'

let desk: Desk

beforeAll(async () => {
  desk = await openDesk({ workspace: 'demo' })
})

afterAll(async () => {
  await desk.close()
})

describe('the settings', () => {
  it('[UI48] [UI49] change the language of everything on screen at once, and are kept over a new load', async () => {
    const { page } = desk
    await desk.visit('settings')
    await page.getByRole('heading', { name: 'Settings' }).waitFor()
    await page.getByRole('group', { name: 'Language' }).getByRole('button', { name: 'Deutsch' }).click()
    await page.getByRole('heading', { name: 'Einstellungen' }).waitFor()
    expect(await page.evaluate(() => document.documentElement.lang)).toBe('de')
    await page.reload()
    await page.getByRole('heading', { name: 'Einstellungen' }).waitFor()
    await desk.visit('')
    await page.getByRole('navigation', { name: 'Räume und Tische' }).getByRole('link', { name: 'Rückkehren' }).waitFor()
    await page.waitForFunction(() => document.documentElement.dataset['ready'] === 'overview')
    await desk.picture('german-overview')
    expect(await desk.findings()).toEqual([])
    expect(desk.complaints).toEqual([])
  })

  it('[UI49] change theme, density and zone where they are chosen, each told as chosen', async () => {
    const { page } = desk
    await desk.visit('settings')
    const choose = async (group: string, option: string): Promise<void> => {
      const button = page.getByRole('group', { name: group }).getByRole('button', { name: option })
      await button.click()
      expect(await button.getAttribute('aria-pressed')).toBe('true')
    }
    await choose('Dichte', 'Berührung, für Handschuhe')
    expect(await page.evaluate(() => document.documentElement.dataset['density'])).toBe('touch')
    await choose('Thema', 'Sonnenlicht')
    expect(await page.evaluate(() => document.documentElement.dataset['theme'])).toBe('sunlight')
    await choose('Zeiten', 'UTC')
    await page.getByText(/Es ist jetzt .* UTC\./).waitFor()
    await choose('Dichte', 'Kompakt')
    await choose('Sprache', 'English')
    await page.getByText(/It is now .* UTC\./).waitFor()
  })

  it.each([
    ['light', 1280, 800],
    ['dark', 1920, 1080],
    ['sunlight', 1024, 600],
  ] as const)('[UI19] have no serious finding, %s', async (theme, width, height) => {
    expect(themes).toContain(theme)
    await desk.page.setViewportSize({ width, height })
    await desk.wear(theme)
    await desk.visit('settings')
    await desk.page.getByText('Name of this master').waitFor()
    await desk.picture(`settings-${theme}-${String(width)}`)
    expect(await desk.findings()).toEqual([])
    expect(desk.complaints).toEqual([])
  })
})
