/** Launches the packaged console in real Electron on a display of its own, as a user would, and hands over its page. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { _electron } from 'playwright-core'
import type { ElectronApplication, Page } from 'playwright-core'
import { startVirtualDisplay } from '../../build/desktop/display.mjs'
import type { Theme } from '../../electron/preload/host-bridge.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

export type LaunchWishes = {
  /** Absolute; a fresh one, removed at the end, when not given. */
  readonly dataDir?: string
  /** Where the shell keeps its own things; a fresh one, removed at the end, when not given. */
  readonly userDataDir?: string
  readonly theme?: Theme
  /** Of the window, in pixels; the display is as large as it has to be. */
  readonly size?: { readonly width: number; readonly height: number }
  readonly workspace?: 'main' | 'demo'
  readonly args?: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
}

export type LaunchedConsole = {
  readonly app: ElectronApplication
  readonly page: Page
  readonly dataDir: string
  readonly userDataDir: string
  /** What the shell and core wrote to the diagnostics so far; after the end, all of it. */
  readonly diagnostics: () => string
  /** Starts a second console for the same user on the same display, and resolves to its exit status. */
  readonly startAnother: (...args: readonly string[]) => Promise<number | null>
  /** Quits as a user does, and removes what was made for this run. */
  readonly close: () => Promise<void>
}

/** Longer than a start takes on a busy machine of two cores, in milliseconds. */
const launchMs = 90_000
/** The shell gives core ten seconds, and needs a moment of its own. */
const closeMs = 30_000

/** Launches it and waits for its window; what the page shows by then is the caller's to wait for. */
export async function launchConsole(wishes: LaunchWishes = {}): Promise<LaunchedConsole> {
  const { executable } = await packaged()
  const made = mkdtempSync(join(tmpdir(), 'ibcf-e2e-'))
  const dataDir = wishes.dataDir ?? join(made, 'data')
  const userDataDir = wishes.userDataDir ?? join(made, 'shell')
  const size = wishes.size ?? { width: 1280, height: 800 }
  if (wishes.theme !== undefined || wishes.size !== undefined) writeState(userDataDir, wishes.theme ?? 'light', size)
  const display = await startVirtualDisplay({ width: Math.max(size.width, 1280), height: Math.max(size.height, 800) })
  if (display.kind === 'none') throw new Error(`The console cannot be launched: ${display.reason}.`)
  const env = { ...definedEnvironment(), IBCF_NODE: process.execPath, IBCF_DRIVEN: 'yes', DISPLAY: display.name, ...wishes.environment }
  const words = [
    ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
    // A virtual display has none; looking for it in vain costs seconds.
    '--disable-gpu',
    `--user-data-dir=${userDataDir}`,
    `--data=${dataDir}`,
    ...(wishes.workspace === undefined ? [] : [`--workspace=${wishes.workspace}`]),
    ...(wishes.args ?? []),
  ]
  const end = async (): Promise<void> => {
    await display.stop()
    rmSync(made, { recursive: true, force: true, maxRetries: 5 })
  }
  const app = await _electron
    .launch({
      executablePath: executable,
      args: words,
      env,
      timeout: launchMs,
      chromiumSandbox: process.getuid?.() !== 0,
      colorScheme: null,
    })
    .catch(async (error: unknown) => {
      await end()
      throw error
    })
  let toldBefore = ''
  const diagnostics = (): string => (existsSync(made) ? readFileSync(join(userDataDir, 'logs', 'shell.jsonl'), 'utf8') : toldBefore)
  const page = await app.firstWindow({ timeout: launchMs })
  if (wishes.theme !== undefined) await wearTheme(page, wishes.theme)
  return {
    app,
    page,
    dataDir,
    userDataDir,
    diagnostics,
    startAnother: async (...args) => {
      const [code] = await once(spawn(executable, [...words, ...args], { env: { ...env, IBCF_DRIVEN: 'no' }, stdio: 'ignore' }), 'exit')
      return code
    },
    close: async () => {
      const told = await closeWithin(app)
      toldBefore = diagnostics()
      await end()
      if (told !== undefined) throw new Error(`${told}\n${toldBefore}`)
      if (toldBefore.includes('a fault in the shell')) throw new Error(`The shell had a fault.\n${toldBefore}`)
    },
  }
}

/** Chooses the theme as the console's own settings keep it; on a page that says what is wrong there is none to choose. */
async function wearTheme(page: Page, theme: Theme): Promise<void> {
  await page.waitForSelector('html[data-theme], html[data-ready=trouble]', { state: 'attached', timeout: launchMs })
  if ((await page.getAttribute('html', 'data-theme')) === null) return
  await page.evaluate((chosen) => {
    localStorage.setItem('ibcf-console-preferences', JSON.stringify({ state: { theme: chosen }, version: 1 }))
  }, theme)
  await page.reload()
  await page.waitForSelector(`html[data-theme${theme === 'system' ? '' : `=${theme}`}]`, { state: 'attached', timeout: launchMs })
}

/** Resolves once the overview is drawn: the page says so itself. */
export async function overviewDrawn(page: Page): Promise<void> {
  await page.waitForFunction(() => document.documentElement.dataset['ready'] === 'overview', null, { timeout: launchMs })
}

/** What went wrong, if it had to be ended: the shell promises to be gone sooner. */
async function closeWithin(app: ElectronApplication): Promise<string | undefined> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve(`The console did not close within ${closeMs / 1000} s and was ended.`), closeMs)
  })
  const outcome = await Promise.race([app.close().then(() => undefined), late])
  clearTimeout(timer)
  if (outcome !== undefined) app.process().kill('SIGKILL')
  return outcome
}

type Package = { readonly executable: string }
let packaging: Promise<Package> | undefined

/** Brings the package for tests up to date, once per run; in a process of its own, so that it is built as npm would build it. */
function packaged(): Promise<Package> {
  packaging ??= packageNow()
  return packaging
}

async function packageNow(): Promise<Package> {
  const packager = spawn(process.execPath, [join(root, 'build', 'package.mjs'), '--test-runtime'], { stdio: ['ignore', 'pipe', 'inherit'] })
  let told = ''
  packager.stdout.on('data', (chunk: Buffer) => {
    told += chunk.toString()
  })
  const [code] = await once(packager, 'close')
  if (code !== 0) throw new Error(`The console could not be packaged: build/package.mjs ended with ${String(code)}.`)
  return JSON.parse(told)
}

function writeState(userDataDir: string, theme: Theme, size: { readonly width: number; readonly height: number }): void {
  mkdirSync(userDataDir, { recursive: true })
  const state = { version: 1, bounds: { x: 0, y: 0, ...size }, isMaximized: false, isFullScreen: false, theme }
  writeFileSync(join(userDataDir, 'window-state.json'), JSON.stringify(state))
}

function definedEnvironment(): Record<string, string> {
  return Object.fromEntries(Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])))
}
