/** A node as of a past instant, over the living demo island. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Desk, openDesk, themes } from './browser-console.ts'

let desk: Desk
let nodeId = ''
let past = ''

beforeAll(async () => {
  desk = await openDesk({ workspace: 'demo' })
  await desk.visit('')
  await desk.page.waitForFunction(() => document.documentElement.dataset['ready'] === 'overview')
  const root = await desk.page.getByRole('navigation', { name: 'Domains' }).getByRole('link').first().getAttribute('href')
  await desk.visit(`${(root ?? '').replace(/^#\/w\/demo\//, '')}/nodes`)
  const first = desk.page.getByRole('grid').getByRole('link').first()
  nodeId = /node\/([0-9A-Z]{26})/.exec((await first.getAttribute('href')) ?? '')?.[1] ?? ''
})

afterAll(async () => {
  await desk.close()
})

describe('a node of the past', () => {
  it('[UI34] is reached from what happened to it, marked over the whole page, and offers no act', async () => {
    const { page } = desk
    await desk.visit(`node/${nodeId}`)
    const then = page.getByRole('link', { name: 'the node just then' })
    await then.first().click()
    await page.getByText(/The past: as of/).waitFor()
    past = new URL(page.url()).hash
    await page.getByText('Lifecycle timeline').waitFor()
    await page.locator('figure img').first().waitFor()
    expect(await page.getByRole('button', { name: 'Act on this node' }).count()).toBe(0)
    expect(await page.getByText('Cut its link').count()).toBe(0)
    expect(desk.complaints).toEqual([])
  })

  it('[UI34] another instant is chosen by hand; one that is none or to come is not sent', async () => {
    const { page } = desk
    await page.getByRole('button', { name: 'Another instant' }).click()
    const field = page.getByLabel(/^Instant, in/)
    await field.fill('2099-01-01T00:00:00')
    await page.getByText('That instant has not come yet.').waitFor()
    await desk.picture('past-choosing')
    expect(await desk.findings()).toEqual([])
    await field.fill('2001-01-01T00:00:00')
    await page.getByRole('button', { name: 'Show that instant' }).click()
    await page.getByText('This node was not known here at that time').waitFor()
    await page.getByText(/The past: as of 1 Jan 2001/).waitFor()
    expect(await desk.findings()).toEqual([])
    await page.getByRole('button', { name: 'Back to now' }).click()
    await page.getByRole('button', { name: 'Act on this node' }).waitFor()
    await page.getByRole('button', { name: 'As of now' }).waitFor()
  })

  it.each(themes)('[UI19] has no serious finding, %s', async (theme) => {
    const { page } = desk
    await desk.wear(theme)
    await desk.visit(past.replace(/^#\/w\/demo\//, ''))
    await page.getByText(/The past: as of/).waitFor()
    await page.locator('figure img').first().waitFor()
    await desk.picture(`past-${theme}`)
    expect(await desk.findings()).toEqual([])
    expect(desk.complaints).toEqual([])
  })
})
