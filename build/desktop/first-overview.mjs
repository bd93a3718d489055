/**
 * Opens the console on a throw-away demo island and waits until its first overview is drawn: in Electron if it can run here, on a virtual
 * display if there is no other, else in a headless Chromium. Everything it starts it ends.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { _electron, chromium } from 'playwright-core'
import { bundle } from '../bundle.mjs'
import { packageForTests } from '../package.mjs'
import { serveToBrowser } from './browser-console.mjs'
import { isRoot, whyNotRunnable } from './can-open.mjs'
import { hasDisplay, startVirtualDisplay } from './display.mjs'

/**
 * @typedef {{ ok: true, shell: 'electron' | 'browser', electron: string | null, node: string, nodesShown: number, tookMs: number }} Shown
 * @typedef {{ ok: false, shell: 'electron' | 'browser' | null, code: string, reason: string, tookMs: number }} NotShown
 * @typedef {(act: () => unknown) => void} Afterwards Registers what undoes something begun.
 */

const quiet = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/**
 * @param {{ root: string, limitMs: number, say: (line: string) => void, signal: AbortSignal }} wishes The signal ends it early.
 * @returns {Promise<Shown | NotShown>}
 */
export async function showFirstOverview({ root, limitMs, say, signal }) {
  const startedAt = Date.now()
  const tookMs = () => Date.now() - startedAt
  /** @type {(() => unknown)[]} */
  const undo = []
  const afterwards = (act) => void undo.push(act)
  const stopped = new Promise((resolve) => {
    const timer = setTimeout(() => resolve({ code: 'CHECK_TIMEOUT', reason: `No overview was drawn within ${limitMs / 1000} s.` }), limitMs)
    afterwards(() => clearTimeout(timer))
    signal.addEventListener('abort', () => resolve({ code: 'CHECK_STOPPED', reason: 'The check was stopped.' }), { once: true })
  })
  const work = draw({ root, say, afterwards })
  try {
    const first = await Promise.race([work, stopped])
    if ('nodesShown' in first) return { ok: true, ...first, tookMs: tookMs() }
    return { ok: false, shell: null, ...first, tookMs: tookMs() }
  } catch (error) {
    return {
      ok: false,
      shell: null,
      code: 'CHECK_FAILED',
      reason: error instanceof Error ? error.message : String(error),
      tookMs: tookMs(),
    }
  } finally {
    // What is still on its way fails once its processes are gone; that it does so is no news.
    work.catch(() => undefined)
    for (const act of undo.reverse()) await act()
  }
}

async function draw({ root, say, afterwards }) {
  const home = mkdtempSync(join(tmpdir(), 'ibcf-check-'))
  afterwards(() => rmSync(home, { recursive: true, force: true, maxRetries: 5 }))
  const packaged = await packageForTests(say)
  const refused = await whyNoElectron(packaged, afterwards)
  if (refused.reason === undefined && packaged.kind === 'packaged')
    return drawInElectron({ packaged, display: refused.display, home, say, afterwards })
  say(`Electron cannot run here: ${refused.reason}. Trying a browser instead.`)
  const browser = findChromium()
  if (browser === undefined) {
    return {
      shell: null,
      code: 'CHECK_NO_SHELL',
      reason: `Electron cannot run here (${refused.reason}), and there is no Chromium (on Debian: apt-get install chromium).`,
    }
  }
  await bundle({ say })
  return drawInChromium({ root, browser, home, afterwards })
}

/** @returns {Promise<{ reason?: string, display?: string }>} Without a reason it can run, on that display or the session's own. */
async function whyNoElectron(packaged, afterwards) {
  if (packaged.kind === 'none') return { reason: packaged.reason }
  const reason = whyNotRunnable(packaged.executable)
  if (reason !== undefined) return { reason }
  if (hasDisplay()) return {}
  const virtual = await startVirtualDisplay()
  if (virtual.kind === 'none') return { reason: `there is no display, and ${virtual.reason}` }
  afterwards(virtual.stop)
  return { display: virtual.name }
}

async function drawInElectron({ packaged, display, home, say, afterwards }) {
  if (isRoot()) say('Running as root, where Chromium has no sandbox: --no-sandbox is used.')
  const app = await _electron.launch({
    executablePath: packaged.executable,
    chromiumSandbox: !isRoot(),
    args: [
      ...(isRoot() ? ['--no-sandbox'] : []),
      ...(display === undefined ? [] : ['--disable-gpu']),
      `--user-data-dir=${join(home, 'shell')}`,
      `--data=${join(home, 'data')}`,
      '--workspace=demo',
    ],
    env: { ...process.env, IBCF_NODE: process.execPath, IBCF_DRIVEN: 'yes', ...(display === undefined ? {} : { DISPLAY: display }) },
    timeout: 60_000,
  })
  afterwards(() => endApp(app))
  const page = await app.firstWindow({ timeout: 60_000 })
  return { shell: 'electron', electron: packaged.electron, ...(await awaitOverview(page)) }
}

async function drawInChromium({ root, browser, home, afterwards }) {
  const served = await serveToBrowser({ root, dataDir: join(home, 'data'), isForDemo: true })
  if (served.kind === 'failed') return { shell: 'browser', code: 'CHECK_CORE_FAILED', reason: `${served.reason}.` }
  afterwards(served.stop)
  const chrome = await chromium.launch({
    executablePath: browser,
    args: [...quiet, ...(isRoot() ? ['--no-sandbox'] : [])],
    timeout: 60_000,
  })
  afterwards(() => chrome.close())
  const page = await chrome.newPage()
  await page.goto(served.consoleUrl)
  return { shell: 'browser', electron: null, ...(await awaitOverview(page)) }
}

/** What the overview says of itself once it is drawn, and of the Node that core runs in. */
async function awaitOverview(page) {
  await page.waitForLoadState('load')
  // Answers once core has opened its workspaces. A page that goes away meanwhile goes to the one that says what is wrong.
  const early = await askWorkspaces(page).catch(() => undefined)
  const demo = early?.items?.find(({ name }) => name === 'demo')
  if (demo !== undefined && demo.state !== 'open') {
    return { code: 'CHECK_DEMO_FAILED', reason: demo.problem?.sentence ?? `The demo island is ${demo.state}.` }
  }
  const shown = await page.waitForFunction(
    () => {
      const { ready, nodesShown } = document.documentElement.dataset
      if (ready === 'trouble')
        return { trouble: document.getElementById('code')?.textContent, sentence: document.getElementById('sentence')?.textContent }
      return ready === 'overview' && Number(nodesShown) > 0 ? { nodesShown: Number(nodesShown) } : false
    },
    null,
    { timeout: 0 },
  )
  const value = await shown.jsonValue()
  if ('trouble' in value) return { code: value.trouble, reason: value.sentence }
  const { node } = await askWorkspaces(page)
  return { node, ...value }
}

/** What the contract's `host.workspaces` answers, asked as the page itself asks. */
function askWorkspaces(page) {
  return page.evaluate(async () => {
    const answer = await fetch('/rpc/host/workspaces', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"json":{}}',
    })
    return (await answer.json()).json
  })
}

/** Asks it to quit, which lets core close its files, and ends what does not. */
async function endApp(app) {
  const pid = app.process().pid
  const timer = setTimeout(() => pid !== undefined && process.kill(pid, 'SIGKILL'), 20_000)
  await app.close().catch(() => undefined)
  clearTimeout(timer)
}

/** A Chromium to drive: the one that CHROMIUM_PATH names, Debian's, or the first of the usual names on the PATH. */
export function findChromium(environment = process.env) {
  const named = environment.CHROMIUM_PATH
  if (named !== undefined && named !== '') return existsSync(named) ? named : undefined
  const folders = ['/usr/bin', ...(environment.PATH ?? '').split(delimiter)]
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find((path) => existsSync(path))
}
