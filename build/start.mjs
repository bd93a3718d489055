/**
 * `npm start`: brings everything up to date and opens the console, in Electron where it can run, else in a browser, saying why.
 * `npm start -- --check`: opens it on a throw-away demo island, waits for the first overview, prints one line of JSON and ends.
 */
import { dirname, join, resolve } from 'node:path'
import { homedir } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { bundle } from './bundle.mjs'
import { serveToBrowser } from './desktop/browser-console.mjs'
import { isRoot, whyNotRunnable } from './desktop/can-open.mjs'
import { hasDisplay } from './desktop/display.mjs'
import { packageForTests } from './package.mjs'
import { runProgram } from './run-program.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const usage = 'usage: npm start -- [--data DIR] [--workspace main|demo] [--browser] | --check'
/** How long the whole check may take, in milliseconds: longer means that something hangs. */
const checkMs = 180_000
/** An Electron that fails sooner than this after its start, in milliseconds, could not run here at all. */
const firstBreathMs = 10_000
/** SIGHUP, SIGINT, SIGKILL, SIGTERM: somebody wanted it to end. */
const askedToEnd = new Set([129, 130, 137, 143])

const exit = { done: 0, failed: 1, usage: 2, environment: 4 }

/** Everything that is not the answer goes to the standard error. */
function say(line) {
  process.stderr.write(`${line}\n`)
}

async function main() {
  const wish = readWish()
  if (wish === undefined) return exit.usage
  return wish.check ? check() : open(wish)
}

function readWish() {
  try {
    const { values } = parseArgs({
      options: {
        check: { type: 'boolean' },
        browser: { type: 'boolean' },
        data: { type: 'string' },
        workspace: { type: 'string' },
        help: { type: 'boolean' },
      },
    })
    if (values.help || ![undefined, 'main', 'demo'].includes(values.workspace)) {
      say(usage)
      return undefined
    }
    const named = values.data ?? process.env.IBCF_DATA
    // npm runs us in the project's folder; what people name is relative to theirs.
    const dataDir = named === undefined || named === '' ? undefined : resolve(process.env.INIT_CWD ?? process.cwd(), named)
    return { check: values.check === true, browser: values.browser === true, dataDir, workspace: values.workspace }
  } catch (error) {
    say(`${error.message}\n${usage}`)
    return undefined
  }
}

async function open(wish) {
  /** @type {import('./package.mjs').Packaged} */
  const packaged = wish.browser ? { kind: 'none', reason: '--browser was asked for' } : await packageForTests(say)
  const reason = packaged.kind === 'none' ? packaged.reason : hasDisplay() ? whyNotRunnable(packaged.executable) : 'there is no display'
  if (packaged.kind === 'none' || reason !== undefined)
    return openInBrowser(wish, wish.browser ? '' : `Electron cannot run here: ${reason}. `)
  if (isRoot()) say('Running as root, where Chromium has no sandbox: --no-sandbox is used.')
  const words = [
    ...(isRoot() ? ['--no-sandbox'] : []),
    ...(wish.dataDir === undefined ? [] : [`--data=${wish.dataDir}`]),
    ...(wish.workspace === undefined ? [] : [`--workspace=${wish.workspace}`]),
  ]
  const startedAt = Date.now()
  const code = await runProgram(packaged.executable, words, { stdio: 'inherit', env: { ...process.env, IBCF_NODE: process.execPath } })
  if (code === 0 || askedToEnd.has(code) || Date.now() - startedAt > firstBreathMs) return code
  return openInBrowser(wish, `Electron cannot run here: it ended with ${code} right after its start. `)
}

async function openInBrowser(wish, why) {
  await bundle({ say })
  const served = await serveToBrowser({ root, dataDir: wish.dataDir ?? defaultDataDir(), isForDemo: wish.workspace === 'demo' })
  if (served.kind === 'failed') {
    say(`${why}The console cannot be served to a browser either: ${served.reason}.`)
    return served.exitCode
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => void served.stop())
  say(`${why}Open the console in a browser on this computer, once, at:`)
  process.stdout.write(`${served.consoleUrl}\n`)
  return served.ended
}

/** Where the desktop console keeps its data too (electron/main/main.ts), so that both show the same master. */
function defaultDataDir() {
  const home = homedir()
  const places = {
    darwin: join(home, 'Library', 'Application Support'),
    win32: process.env.APPDATA ?? join(home, 'AppData', 'Roaming'),
    linux: process.env.XDG_CONFIG_HOME || join(home, '.config'),
  }
  return join(places[process.platform] ?? places.linux, 'ibcf-field-console', 'data')
}

async function check() {
  const stop = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => stop.abort())
  const { showFirstOverview } = await import('./desktop/first-overview.mjs')
  const result = await showFirstOverview({ root, limitMs: checkMs, say, signal: stop.signal })
  process.stdout.write(`${JSON.stringify(result)}\n`)
  if (result.ok) return exit.done
  return result.code === 'CHECK_NO_SHELL' ? exit.environment : exit.failed
}

// Whatever is still open by now is nobody's any more.
process.exit(
  await main().catch((error) => {
    say(error instanceof Error ? error.message : String(error))
    return exit.failed
  }),
)
