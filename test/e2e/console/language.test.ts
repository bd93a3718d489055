/** The settings, the guide, the time machine, what changed since the last shift, and the console in German, over the living demo island. */
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
    await page.getByRole('group', { name: 'Sprache' }).getByRole('button', { name: 'English' }).click()
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

describe('the guide', () => {
  it('[UI50] [UI51] opens with its key, draws what it explains, and is found by its words', async () => {
    const { page } = desk
    await page.setViewportSize({ width: 1280, height: 800 })
    await desk.wear('light')
    await page.getByRole('heading', { name: 'Settings' }).waitFor()
    await page.keyboard.press('?')
    await page.getByRole('heading', { name: 'Guide', exact: true }).waitFor()
    await page.getByRole('img', { name: 'The objects and what they refer to' }).waitFor()
    await page.getByLabel('Search the guide').fill('quarantine')
    await page.getByRole('button', { name: /^Quarantine/ }).click()
    await page.getByRole('heading', { name: 'Nodes and their states' }).waitFor()
    await page.locator('figure img').nth(1).waitFor()
    await page.getByRole('link', { name: 'When a node comes back' }).click()
    await page.getByRole('img', { name: 'The return as a sequence of messages' }).waitFor()
    expect(desk.complaints).toEqual([])
  })

  it.each(themes)('[UI19] has no serious finding, %s', async (theme) => {
    const { page } = desk
    await desk.visit('guide/overview')
    await desk.wear(theme)
    await page.getByRole('img', { name: 'The objects and what they refer to' }).waitFor()
    await desk.picture(`guide-${theme}`)
    expect(await desk.findings()).toEqual([])
    expect(desk.complaints).toEqual([])
  })
})

describe('what changed since my last shift', () => {
  it.each(themes)('[UI19] [UI53] lists nodes and acts, and counts from when it was read, %s', async (theme) => {
    const { page } = desk
    await desk.visit('changes')
    await desk.wear(theme)
    await page.getByRole('heading', { name: 'Since my last shift' }).waitFor()
    await page.locator('main').getByRole('link').first().waitFor()
    await desk.picture(`changes-${theme}`)
    expect(await desk.findings()).toEqual([])
    await page.getByRole('button', { name: 'I have read it' }).click()
    await page.getByText(/when you read last/).waitFor()
    expect(desk.complaints).toEqual([])
  })
})

describe('the time machine', () => {
  it.each(themes)('[UI19] [UI52] sets every page to one instant, marked, with the way back, %s', async (theme) => {
    const { page } = desk
    await desk.visit('')
    await desk.wear(theme)
    await page.getByRole('button', { name: 'Time machine' }).click()
    const bar = page.getByRole('region', { name: 'Time machine' })
    const slider = bar.getByRole('slider', { name: 'Instant of the history' })
    const before = await slider.getAttribute('aria-valuetext')
    await slider.focus()
    await page.keyboard.press('End')
    expect(await slider.getAttribute('aria-valuetext')).not.toBe(before)
    await page.getByRole('heading', { name: /^As of/ }).waitFor()
    await page
      .locator('main')
      .getByText(/Nodes as they were\./)
      .waitFor()
    await desk.picture(`time-machine-${theme}`)
    expect(await desk.findings()).toEqual([])
    await desk.visit('attention')
    await page.getByText('This page cannot be shown as it was then').waitFor()
    expect(await desk.findings()).toEqual([])
    await bar.getByRole('button', { name: 'Back to now' }).click()
    await page.getByRole('heading', { name: 'Attention', exact: true }).waitFor()
    expect(await bar.count()).toBe(0)
    expect(desk.complaints).toEqual([])
  })
})
