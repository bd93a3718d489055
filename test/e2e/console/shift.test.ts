/** A shift by keyboard alone: find the worst node, understand why, quarantine it, write it down, hand over. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Desk, openDesk, themes } from './browser-console.ts'

let desk: Desk
/** The node that the shift was about. */
let name = ''

beforeAll(async () => {
  desk = await openDesk({ workspace: 'demo' })
  await desk.visit('')
  await desk.page.waitForFunction(() => document.documentElement.dataset['ready'] === 'overview')
})

afterAll(async () => {
  await desk.close()
})

describe('a shift by keyboard alone', () => {
  it('[UI17] [SF6] finds the worst node, understands why, quarantines it and writes it down', async () => {
    const { page } = desk
    await page.keyboard.press('g')
    await page.keyboard.press('a')
    await page.getByRole('heading', { name: 'Attention' }).waitFor()
    await page.getByRole('button', { name: 'Health', exact: true }).focus()
    await page.keyboard.press('Enter')
    await page.getByRole('list', { name: 'Attention queue' }).getByRole('listitem').first().waitFor()
    await page.keyboard.press('j')
    await page.locator('[data-row][aria-current="true"]').waitFor()
    await page.keyboard.press('Enter')
    await page.getByText('Lifecycle timeline').waitFor()
    name = (await page.getByRole('heading', { level: 1 }).textContent()) ?? ''
    await page.getByRole('button', { name: 'Act on this node' }).focus()
    await page.keyboard.press('Enter')
    await page.locator('[role="menuitem"]:focus').waitFor()
    await page.keyboard.type('Quar')
    await page.locator('[role="menuitem"]:focus', { hasText: 'Quarantine' }).waitFor()
    await page.keyboard.press('Enter')
    await page.getByLabel('Reason, kept on the record').waitFor()
    await page.keyboard.type('It smells of smoke.')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.getByText(`Recorded: Quarantine, ${name}.`).waitFor()
    await page.getByLabel('Note for the next shift').focus()
    await page.keyboard.type('The fan is to be replaced on Monday.')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    const written = page.getByRole('region', { name: 'Log book' }).getByRole('listitem').first()
    await written.waitFor()
    expect(await written.textContent()).toContain('The fan is to be replaced on Monday.')
  })

  it('[SF1] [SF5] puts a node into maintenance, and sees it on its page', async () => {
    const { page } = desk
    await page.getByRole('button', { name: 'Maintenance', exact: true }).focus()
    await page.keyboard.press('Enter')
    await page.getByRole('dialog').getByRole('textbox').focus()
    await page.keyboard.type('A new fan')
    await page.getByRole('button', { name: 'Begin', exact: true }).focus()
    await page.keyboard.press('Enter')
    await page.getByText('Recorded: it is in maintenance.').waitFor()
    const strip = page.getByText(/^In maintenance until/)
    await strip.waitFor()
    expect(await strip.isVisible()).toBe(true)
    await desk.picture('maintenance')
  })

  it('[SF7] hands the shift over on a sheet that says all of it', async () => {
    const { page } = desk
    await page.locator('body').press('Escape')
    await page.keyboard.press('g')
    await page.keyboard.press('h')
    await page.getByRole('heading', { name: 'Hand-over sheet' }).waitFor()
    const part = (title: string) => page.getByRole('region', { name: title })
    await part('Nodes that changed their phase')
      .getByRole('listitem')
      .filter({ hasText: name })
      .filter({ hasText: 'It smells of smoke.' })
      .waitFor()
    await part('Written in the log book').getByText('The fan is to be replaced on Monday.').waitFor()
    await part('In maintenance').getByText('A new fan').waitFor()
    // It is being worked on, and it is in quarantine: that stays in sight.
    await part('Needs attention').getByRole('listitem').filter({ hasText: name }).first().waitFor()
    await part('Who is master of what')
      .getByText(/Fingerprint/)
      .waitFor()
    const sizes = [
      [1280, 800],
      [1920, 1080],
      [1024, 600],
    ] as const
    for (const [index, theme] of themes.entries()) {
      const [width, height] = sizes[index % sizes.length] ?? sizes[0]
      await desk.wear(theme)
      await page.setViewportSize({ width, height })
      await page.getByRole('heading', { level: 1 }).waitFor()
      expect(await desk.findings()).toEqual([])
      await desk.picture(`sheet-${theme}-${String(width)}`)
    }
    await page.setViewportSize({ width: 1280, height: 800 })
  })

  it('[SF8] prints the sheet alone, in black on white, over as many pages as it takes', async () => {
    const { page } = desk
    await desk.wear('dark')
    await page.getByRole('region', { name: 'Who is master of what' }).waitFor()
    await page.emulateMedia({ media: 'print' })
    expect(await page.getByRole('navigation').first().isVisible()).toBe(false)
    expect(await page.getByRole('button', { name: 'Print' }).isVisible()).toBe(false)
    // The styles of the other medium arrive with the next frame, which a busy machine draws late.
    await expect
      .poll(() =>
        page.evaluate(() => {
          const heading = document.querySelector('h1')
          return { ink: heading === null ? '' : getComputedStyle(heading).color, paper: getComputedStyle(document.body).backgroundColor }
        }),
      )
      .toEqual({ ink: 'rgb(0, 0, 0)', paper: 'rgb(255, 255, 255)' })
    await desk.picture('sheet-on-paper')
    const bytes = await page.pdf({ format: 'A4' })
    // A page that was cut off at the window would be one.
    expect([...bytes.toString('latin1').matchAll(/\/Type\s*\/Page[^s]/g)].length).toBeGreaterThan(1)
    await page.emulateMedia({ media: 'screen' })
    await desk.wear('light')
  })

  it('[SF9] shows the clocks and what rests on them', async () => {
    const { page } = desk
    await desk.visit('clocks')
    await page.getByRole('table', { name: 'Clocks of nodes, the furthest off first' }).getByRole('row').nth(1).waitFor()
    await page.getByText('This machine agrees with most of the nodes that it hears.').waitFor()
    for (const theme of themes) {
      await desk.wear(theme)
      await page.getByRole('heading', { level: 1 }).waitFor()
      expect(await desk.findings()).toEqual([])
      await desk.picture(`clocks-${theme}`)
    }
    expect(desk.complaints).toEqual([])
  })
})
