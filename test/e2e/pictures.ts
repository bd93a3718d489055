/**
 * Pictures of every page to be looked at: `node test/e2e/pictures.ts [DIRECTORY] [main|demo] [en|de]`, by every theme and window size. Says of each page what
 * is cut off sideways. No test: whether one would want to use it for a shift is for a person to see.
 */
import { mkdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Desk, openDesk, themes } from './console/browser-console.ts'

const sizes = [
  { width: 1280, height: 800 },
  { width: 1920, height: 1080 },
  { width: 1024, height: 600 },
] as const
const rooms = [
  '',
  'attention',
  'changes',
  'returns',
  'enrolments',
  'policies',
  'rollouts',
  'audit',
  'courier',
  'data',
  'settings',
  'guide',
  'forks',
  'clocks',
  'sheet',
  'drills',
]
const domainTabs = ['', '/nodes', '/behind', '/rollouts', '/commands', '/authority', '/topology', '/thresholds']
const nodeTabs = ['', '/commands', '/observations', '/logs', '/snapshot']

const [directory = join(tmpdir(), 'ibcf-pictures'), workspace = 'demo', language = 'en'] = process.argv.slice(2)
mkdirSync(directory, { recursive: true })
const desk = await openDesk({ workspace: workspace === 'main' ? 'main' : 'demo' })
try {
  const places = [...rooms, ...(workspace === 'demo' ? await placesOf(desk) : [])]
  for (const theme of themes) {
    await desk.page.evaluate((wanted) => {
      localStorage.setItem('ibcf-console-preferences', JSON.stringify({ state: { language: wanted }, version: 1 }))
    }, language)
    await desk.wear(theme)
    for (const size of sizes) {
      await desk.page.setViewportSize(size)
      for (const place of places) await take(place, `${theme}-${String(size.width)}`)
    }
  }
  console.log(`Pictures are in ${directory}. Complaints: ${desk.complaints.join('; ') || 'none'}.`)
} finally {
  await desk.close()
}

/** The first domain and the worst node of the demo, in all their parts. */
async function placesOf({ page, visit }: Desk): Promise<readonly string[]> {
  await visit('')
  const link = page.getByRole('navigation', { name: 'Domains' }).getByRole('link').first()
  const domain = /domain\/\w+/.exec((await link.getAttribute('href')) ?? '')?.[0] ?? ''
  await visit(`${domain}/nodes`)
  const row = page.getByRole('grid').getByRole('link').first()
  const node = /node\/\w+/.exec((await row.getAttribute('href')) ?? '')?.[0] ?? ''
  return [...domainTabs.map((tab) => `${domain}${tab}`), ...nodeTabs.map((tab) => `${node}${tab}`)]
}

async function take(place: string, look: string): Promise<void> {
  const { page } = desk
  await desk.visit(place)
  await page
    .locator('main h1')
    .first()
    .waitFor({ timeout: 10_000 })
    .catch(() => console.log(`${place}: no heading`))
  await page
    .locator('main [aria-busy="true"]')
    .waitFor({ state: 'detached', timeout: 5000 })
    .catch(() => console.log(`${place}: still waiting`))
  await page
    .waitForFunction(() => document.querySelector('main [role="status"][aria-label]') === null, null, { timeout: 5000 })
    .catch(() => console.log(`${place}: still loading`))
  // Lists draw their rows a frame after they know their height.
  await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))))
  const isWider = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth)
  if (isWider) console.log(`${place} ${look}: wider than the window`)
  const name = place.replaceAll(/\w{26}/g, '').replaceAll('/', '-') || 'overview'
  await page.screenshot({ path: join(directory, `${name}-${look}.png`) })
}
