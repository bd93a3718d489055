/** What a person does with the console, by keyboard alone, over the living demo island. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Desk, openDesk } from './browser-console.ts'

let desk: Desk

beforeAll(async () => {
  desk = await openDesk({ workspace: 'demo' })
  await desk.visit('')
  await desk.page.waitForFunction(() => document.documentElement.dataset['ready'] === 'overview')
})

afterAll(async () => {
  await desk.close()
})

describe('by keyboard alone', () => {
  it('[UI17] [UI12] finds the worst node, understands why, and quarantines it with a reason', async () => {
    const { page } = desk
    await page.keyboard.press('g')
    await page.keyboard.press('a')
    await page.getByRole('heading', { name: 'Attention' }).waitFor()
    // What is in quarantine already needs another act than this test is about.
    await page.getByRole('button', { name: 'Health', exact: true }).focus()
    await page.keyboard.press('Enter')
    const queue = page.getByRole('list', { name: 'Attention queue' })
    await queue.getByRole('listitem').first().waitFor()
    await page.keyboard.press('j')
    await page.locator('[data-row][aria-current="true"]').waitFor()
    await page.keyboard.press('Enter')
    const heading = page.getByRole('heading', { level: 1 })
    await page.getByText('Lifecycle timeline').waitFor()
    const name = (await heading.textContent()) ?? ''
    const act = page.getByRole('button', { name: 'Act on this node' })
    await act.focus()
    await page.keyboard.press('Enter')
    // The menu takes the focus once it is open, and moves it by what is typed.
    await page.locator('[role="menuitem"]:focus').waitFor()
    await page.keyboard.type('Quar')
    await page.locator('[role="menuitem"]:focus', { hasText: 'Quarantine' }).waitFor()
    await page.keyboard.press('Enter')
    await page.getByLabel('Reason, kept on the record').waitFor()
    await page.keyboard.type('Its readings contradict each other.')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.getByText(`Recorded: Quarantine, ${name}.`).waitFor()
    await page.getByText('In quarantine.').first().waitFor()
    await page.getByRole('region', { name: 'Lifecycle timeline' }).getByText('Its readings contradict each other.').first().waitFor()
    await desk.picture('quarantined')
    expect(desk.complaints).toEqual([])
  })

  it('[UI16] jumps to a node by part of its name', async () => {
    const { page } = desk
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox').fill('haul truck 1')
    await page
      .getByRole('option', { name: /Haul truck 1/ })
      .first()
      .waitFor()
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: /Haul truck 1/ }).waitFor()
    expect(new URL(page.url()).hash).toMatch(/^#\/w\/demo\/node\//)
  })

  it('[UI4] going back finds a list scrolled and selected as it was left', async () => {
    const { page } = desk
    const root = await page.getByRole('navigation', { name: 'Domains' }).getByRole('link').first().getAttribute('href')
    await page.evaluate((href) => {
      window.location.hash = `${href ?? ''}/nodes`
    }, root)
    const grid = page.getByRole('grid')
    await grid.getByRole('link').first().waitFor()
    for (let step = 0; step < 40; step += 1) await page.keyboard.press('j')
    const selected = page.locator('[data-row][aria-current="true"]')
    const id = await selected.getAttribute('data-row')
    const scrolled = await grid.evaluate((element) => element.scrollTop)
    expect(scrolled).toBeGreaterThan(100)
    await page.keyboard.press('Enter')
    await page.getByText('Lifecycle timeline').waitFor()
    await page.goBack()
    await selected.waitFor()
    expect(await selected.getAttribute('data-row')).toBe(id)
    expect(await grid.evaluate((element) => element.scrollTop)).toBe(scrolled)
  })

  it('[UI23] draws only the rows in view, and finds by what the address says', async () => {
    const { page } = desk
    const drawn = await page.getByRole('grid').getByRole('row').count()
    expect(drawn).toBeLessThan(60)
    await page.keyboard.press('/')
    await page.keyboard.type('crane')
    await page.getByText(/^\d+ nodes?$/).waitFor()
    await page.waitForFunction(() => window.location.hash.includes('text=crane'))
    for (const name of await page.getByRole('grid').getByRole('link').allTextContents()) expect(name).toMatch(/crane/i)
  })

  it('[UI8] the order of a list is held while it is pointed at', async () => {
    const { page } = desk
    await page.getByRole('button', { name: 'Clear' }).click()
    // Nodes that are live are heard every few seconds, so their rows say something new all the time.
    await page.getByRole('group', { name: 'Connectivity' }).getByRole('button', { name: /^Live/ }).click()
    await page.waitForFunction(() => window.location.hash.includes('modes=LIVE'))
    const grid = page.getByRole('grid')
    await grid.getByRole('gridcell', { name: 'Live', exact: true }).first().waitFor()
    await grid.getByRole('link').first().hover()
    const before = await grid.getByRole('link').allTextContents()
    const ages = grid.locator('time')
    const heard = (await ages.allTextContents()).join()
    await expect.poll(async () => (await ages.allTextContents()).join(), { timeout: 20_000 }).not.toBe(heard)
    expect(await grid.getByRole('link').allTextContents()).toEqual(before)
  })
})

describe('the demo island', () => {
  it('[UI20] a fault knob says what to expect, and the node follows', async () => {
    const { page } = desk
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox').fill('generator 2')
    await page
      .getByRole('option', { name: /Generator 2/ })
      .first()
      .waitFor()
    await page.keyboard.press('Enter')
    const knobs = page.getByRole('region', { name: 'Fault knobs of the demo island' })
    await knobs.getByRole('button', { name: 'Cut the link' }).click()
    await knobs.getByText(/The link of Generator 2 is cut/).waitFor()
    await knobs.getByRole('button', { name: 'Restore the link' }).click()
    await knobs.getByText(/The link of Generator 2 is whole again/).waitFor()
    expect(await knobs.getByRole('button', { name: 'Cut the link' }).isEnabled()).toBe(true)
  })

  it('[UI12] what the role does not allow is shown with the reason', async () => {
    const { page } = desk
    await page.getByRole('button', { name: 'Act on this node' }).click()
    const barred = page.getByRole('group', { name: 'Not now' }).getByRole('menuitem', { name: /^Retire/ })
    await barred.waitFor()
    expect(((await barred.textContent()) ?? '').length).toBeGreaterThan('Retire'.length + 10)
    await barred.click()
    expect(await page.getByLabel('Reason, kept on the record').count()).toBe(0)
    await page.getByRole('button', { name: 'Act on this node' }).click()
    await page.keyboard.press('Escape')
  })

  it('[UI18] every time is shown in UTC on demand', async () => {
    const { page } = desk
    await page.getByRole('button', { name: 'Theme, density and times' }).click()
    await page.getByRole('menuitem', { name: 'UTC' }).click()
    await page.keyboard.press('Escape')
    await expect.poll(() => page.locator('main time').first().getAttribute('title')).toMatch(/UTC$/)
  })

  it('[UI20] is stopped and left from the console', async () => {
    const { page } = desk
    await page.getByRole('button', { name: /DEMO/ }).click()
    await page.getByRole('menuitem', { name: 'Stop the demo island' }).click()
    await page.getByRole('heading', { name: 'A new master' }).waitFor()
    expect(await page.getByText('DEMO', { exact: true }).count()).toBe(0)
  })
})
