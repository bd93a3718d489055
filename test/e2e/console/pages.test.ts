/** Every page of the console over the living demo island, in every theme: readable by everyone, within its policy, and marked as a demo. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Desk, openDesk, themes } from './browser-console.ts'

let desk: Desk
const ids = new Map<'root' | 'leaf' | 'node' | 'relay', string>()

beforeAll(async () => {
  desk = await openDesk({ workspace: 'demo' })
  await desk.visit('')
  await desk.page.waitForFunction(() => document.documentElement.dataset['ready'] === 'overview')
  const tree = desk.page.getByRole('navigation', { name: 'Domains' }).getByRole('link')
  ids.set('root', idOf(await tree.first().getAttribute('href')))
  ids.set('leaf', idOf(await tree.last().getAttribute('href')))
  await desk.visit(`domain/${String(ids.get('root'))}/nodes`)
  const grid = desk.page.getByRole('grid')
  ids.set('node', idOf(await grid.getByRole('link').first().getAttribute('href')))
  await desk.visit(`domain/${String(ids.get('root'))}/nodes?kinds=RELAY`)
  await grid
    .getByRole('link', { name: /relay|repeater|gateway|mast/i })
    .first()
    .waitFor()
  ids.set('relay', idOf(await grid.getByRole('link').first().getAttribute('href')))
})

afterAll(async () => {
  await desk.close()
})

/** A page, and what stands on it once it is drawn. */
const pages: readonly { readonly name: string; readonly place: () => string; readonly shows: string | RegExp }[] = [
  { name: 'overview', place: () => '', shows: /200 nodes/ },
  { name: 'attention', place: () => 'attention', shows: /ask for a look|Nothing asks/ },
  { name: 'returns', place: () => 'returns', shows: /is handing over|are handing over|Nobody is coming back/ },
  { name: 'enrolments', place: () => 'enrolments', shows: 'The node must show these six words' },
  { name: 'policies', place: () => 'policies', shows: 'Configuration' },
  { name: 'rollouts', place: () => 'rollouts', shows: 'No rollout yet' },
  { name: 'audit', place: () => 'audit', shows: 'Where it lies' },
  { name: 'held', place: () => 'data', shows: 'Until the demo is closed' },
  { name: 'domain', place: () => `domain/${String(ids.get('root'))}`, shows: 'Domains below' },
  { name: 'domain-nodes', place: () => `domain/${String(ids.get('root'))}/nodes`, shows: /worst first/ },
  { name: 'domain-behind', place: () => `domain/${String(ids.get('root'))}/behind`, shows: 'Longest silence' },
  { name: 'domain-authority', place: () => `domain/${String(ids.get('root'))}/authority`, shows: 'Who holds or may claim it' },
  { name: 'domain-paths', place: () => `domain/${String(ids.get('root'))}/topology`, shows: 'Paths to this master' },
  { name: 'domain-thresholds', place: () => `domain/${String(ids.get('leaf'))}/thresholds`, shows: 'Slow above a round trip of' },
  { name: 'node', place: () => `node/${String(ids.get('node'))}`, shows: 'Lifecycle timeline' },
  { name: 'node-relay', place: () => `node/${String(ids.get('relay'))}`, shows: /Cut this relay|Restore this relay/ },
  {
    name: 'node-observations',
    place: () => `node/${String(ids.get('node'))}/observations`,
    shows: /recorded while on its own|Nothing recorded yet/,
  },
  { name: 'node-logs', place: () => `node/${String(ids.get('node'))}/logs`, shows: 'Logs held here' },
  { name: 'node-snapshot', place: () => `node/${String(ids.get('node'))}/snapshot`, shows: /inventory|No snapshot yet/i },
]

describe.each(themes)('every page, %s', (theme) => {
  beforeAll(async () => {
    await desk.wear(theme)
  })

  it.each(pages)(
    `[UI19] [UI20] $name has no serious finding, keeps its policy, and says that it is a demo`,
    async ({ name, place, shows }) => {
      await desk.visit(place())
      await desk.page.getByText(shows).first().waitFor()
      if (name === 'node') await desk.page.locator('figure img').first().waitFor()
      await desk.picture(`${name}-${theme}`)
      expect(await desk.findings()).toEqual([])
      expect(desk.complaints).toEqual([])
      expect(await desk.page.getByText('DEMO', { exact: true }).count()).toBeGreaterThan(0)
    },
  )
})

describe('what is opened over a page', () => {
  beforeAll(async () => {
    await desk.wear('light')
  })

  it('[UI19] the palette, the help, a confirmation and the fingerprint have no serious finding', async () => {
    const { page } = desk
    await desk.visit('')
    await page
      .getByText(/200 nodes/)
      .first()
      .waitFor()
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox').fill('haul')
    await page.getByRole('option').first().waitFor()
    await desk.picture('palette')
    expect(await desk.findings()).toEqual([])
    await page.keyboard.press('Escape')
    await page.keyboard.press('?')
    await page.getByRole('heading', { name: 'Guide', exact: true }).waitFor()
    await page.keyboard.press('?')
    await page.getByRole('heading', { name: 'Keyboard' }).waitFor()
    expect(await desk.findings()).toEqual([])
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Fingerprint of what is held' }).click()
    await page.getByText(/Read these words to another operator/).waitFor()
    expect(await desk.findings()).toEqual([])
    await page.keyboard.press('Escape')
    await desk.visit(`node/${String(ids.get('relay'))}`)
    await page.getByRole('button', { name: 'Act on this node' }).click()
    await page.getByRole('menuitem', { name: /^Quarantine/ }).waitFor()
    await desk.picture('acts')
    expect(await desk.findings()).toEqual([])
    await page.getByRole('menuitem', { name: /^Quarantine/ }).click()
    await page.getByLabel('Reason, kept on the record').waitFor()
    expect(await desk.findings()).toEqual([])
    await page.keyboard.press('Escape')
    expect(desk.complaints).toEqual([])
  })

  it('[UI22] a machine is an image drawn in the sandbox, with its words, a larger drawing and a table', async () => {
    const { page } = desk
    await desk.visit(`node/${String(ids.get('node'))}`)
    const image = page.locator('figure img').first()
    await image.waitFor()
    expect(await image.getAttribute('alt')).toMatch(/Present state: [A-Z_]+\. From here to: /)
    expect(await page.locator('iframe').getAttribute('sandbox')).toBe('allow-scripts')
    await page.getByRole('button', { name: 'Show larger' }).click()
    await page.getByRole('dialog').getByRole('img').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Phase', exact: true }).click()
    await page.locator('figure').getByRole('button', { name: 'Show as a table' }).click()
    await page.getByRole('table', { name: 'Phases of a node' }).waitFor()
    expect(await page.getByRole('table', { name: 'Phases of a node' }).getByRole('row').count()).toBeGreaterThan(10)
  })

  it('[UI9] [UI10] [UI11] every chart can be read as a table', async () => {
    const { page } = desk
    await desk.visit('')
    for (const name of ['Connectivity over time', 'Drift by domain']) {
      const part = page.getByRole('region', { name })
      await part.getByRole('button', { name: 'Show as a table' }).click()
      await part.getByRole('table').waitFor()
    }
    await desk.visit(`domain/${String(ids.get('root'))}`)
    for (const name of ['Paths', 'Sync debt']) {
      const part = page.getByRole('region', { name, exact: true })
      await part.getByRole('button', { name: 'Show as a table' }).click()
      await part.getByRole('table').waitFor()
    }
    expect(await desk.findings()).toEqual([])
  })
})

describe('room for gloves', () => {
  it('[UI17] in the touch density nothing to press is smaller than 44 px', async () => {
    const { page } = desk
    await page.evaluate(() => {
      localStorage.setItem('ibcf-console-preferences', JSON.stringify({ state: { theme: 'light', density: 'touch' }, version: 1 }))
    })
    await page.reload()
    await desk.visit(`domain/${String(ids.get('root'))}/nodes`)
    await page.getByRole('grid').getByRole('link').first().waitFor()
    const small = await page.evaluate(() =>
      [...document.querySelectorAll<HTMLElement>('button, nav a, [role="row"][tabindex]')]
        .filter((element) => element.checkVisibility())
        .map((element) => ({
          text: (element.textContent ?? '').slice(0, 30) || (element.getAttribute('aria-label') ?? ''),
          box: element.getBoundingClientRect(),
        }))
        .filter(({ box }) => box.height > 0 && box.height < 43.5)
        .map(({ text, box }) => `${text}: ${String(Math.round(box.height))}`),
    )
    await desk.picture('touch')
    expect(small).toEqual([])
  })
})

function idOf(href: string | null): string {
  return /(?:domain|node)\/([0-9A-Z]{26})/.exec(href ?? '')?.[1] ?? ''
}
