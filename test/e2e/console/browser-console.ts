/** The real headless console in Debian's Chromium, with everything noted that a page must not do. */
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { AxeBuilder } from '@axe-core/playwright'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { bundle } from '../../../build/bundle.mjs'
import { type Running, startCommand, temporaryDirectory } from '../../helpers/command-line.ts'

export const themes = ['light', 'dark', 'sunlight'] as const
export type Theme = (typeof themes)[number]

const root = fileURLToPath(new URL('../../..', import.meta.url))
const screens = join(root, 'test/e2e/__screens__')
const browserPath = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium'
const quietly = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

export type Desk = {
  readonly page: Page
  readonly directory: string
  readonly running: Running
  /** What the page reported that it must not do: violations of its policy, errors nobody caught. */
  readonly complaints: string[]
  /** Goes to a place of a workspace as any link of the console does. */
  readonly visit: (place: string) => Promise<void>
  readonly wear: (theme: Theme) => Promise<void>
  readonly picture: (name: string) => Promise<void>
  /** Findings of axe that are serious or critical, a line each. */
  readonly findings: () => Promise<readonly string[]>
  readonly close: () => Promise<void>
}

type Wishes = {
  readonly workspace: 'main' | 'demo'
  readonly size?: { readonly width: number; readonly height: number }
  readonly args?: readonly string[]
  /** A data directory that is there already, and stays. */
  readonly directory?: string
}

/** Starts the process, opens its one-time address in a browser of its own, and hands over the page once it shows something. */
export async function openDesk({ workspace, size = { width: 1280, height: 800 }, args = [], directory: given }: Wishes): Promise<Desk> {
  if (!existsSync(browserPath)) throw new Error(`There is no Chromium at ${browserPath}. On Debian: apt-get install chromium.`)
  await bundle({ only: 'renderer' })
  mkdirSync(screens, { recursive: true })
  const directory = given === undefined ? temporaryDirectory('console') : { path: given, dispose: () => undefined }
  const running = await startCommand(
    'console',
    '--data',
    directory.path,
    '--console',
    join(root, 'out/renderer'),
    ...(workspace === 'demo' ? ['--demo'] : []),
    ...args,
  )
  const browser: Browser = await chromium.launch({ executablePath: browserPath, args: quietly })
  const context: BrowserContext = await browser.newContext({ viewport: size, locale: 'en-GB', timezoneId: 'UTC', reducedMotion: 'reduce' })
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}`))
  await page.exposeFunction('noteViolation', (text: string) => complaints.push(`policy: ${text}`))
  await page.addInitScript(() => {
    window.addEventListener('securitypolicyviolation', (event) => {
      ;(window as unknown as { readonly noteViolation: (text: string) => void }).noteViolation(
        `${event.effectiveDirective} ${event.blockedURI} ${event.sourceFile}`,
      )
    })
  })
  const { consoleUrl } = running.ready as { readonly consoleUrl: string }
  await page.goto(consoleUrl)
  await page.waitForFunction(() => document.documentElement.dataset['ready'] !== undefined || document.querySelector('main') !== null)

  const visit = async (place: string): Promise<void> => {
    await page.evaluate((hash) => {
      window.location.hash = hash
    }, `/w/${workspace}/${place}`)
  }
  return {
    page,
    directory: directory.path,
    running,
    complaints,
    visit,
    async wear(theme) {
      await page.evaluate((wanted) => {
        const held = JSON.parse(localStorage.getItem('ibcf-console-preferences') ?? '{"state":{},"version":1}') as {
          readonly state: object
        }
        localStorage.setItem('ibcf-console-preferences', JSON.stringify({ ...held, state: { ...held.state, theme: wanted } }))
      }, theme)
      await page.reload()
      await page.waitForFunction((wanted) => document.documentElement.dataset['theme'] === wanted, theme)
    },
    picture: async (name) => void (await page.screenshot({ path: join(screens, `console-${name}.png`) })),
    async findings() {
      const { violations } = await new AxeBuilder({ page })
        .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
        .analyze()
      return violations
        .filter(({ impact }) => impact === 'serious' || impact === 'critical')
        .map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`)
    },
    async close() {
      await browser.close()
      await running.stop()
      directory.dispose()
    },
  }
}
