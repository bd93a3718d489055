/** The same console without Electron: core served to a browser on loopback, opened with a one-time token in the URL. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const readyMs = 120_000
const closeMs = 10_000

/**
 * Starts the console's core for a browser and waits until it serves. What core prints to its standard error goes to ours.
 *
 * @param {{ root: string, dataDir: string, isForDemo: boolean }} wishes `isForDemo`: the demo island is opened first, and the URL leads there.
 * @returns {Promise<{ kind: 'serving', consoleUrl: string, ended: Promise<number>, stop: () => Promise<void> } | { kind: 'failed', exitCode: number, reason: string }>}
 */
export async function serveToBrowser({ root, dataDir, isForDemo }) {
  const words = [
    'console',
    '--data',
    dataDir,
    '--listen',
    '127.0.0.1:0',
    '--console',
    join(root, 'out', 'renderer'),
    ...(isForDemo ? ['--demo'] : []),
  ]
  const core = spawn(process.execPath, [join(root, 'out', 'core', 'ibcf.mjs'), ...words], { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = once(core, 'close').then(([code]) => code ?? 1)
  const stop = async () => {
    core.kill('SIGTERM')
    const timer = setTimeout(() => core.kill('SIGKILL'), closeMs)
    await ended
    clearTimeout(timer)
  }
  const lines = createInterface({ input: core.stdout })
  const ready = new Promise((resolve) => {
    lines.on('line', (line) => {
      const told = readReady(line)
      if (told !== undefined) resolve(told)
    })
  })
  const timeout = new AbortController()
  const late = new Promise((resolve) => {
    const timer = setTimeout(() => resolve('late'), readyMs)
    timeout.signal.addEventListener('abort', () => clearTimeout(timer))
  })
  const first = await Promise.race([ready, ended, late])
  timeout.abort()
  if (typeof first === 'number')
    return { kind: 'failed', exitCode: first, reason: `the console's core ended with ${first} before it served` }
  if (first === 'late') {
    await stop()
    return { kind: 'failed', exitCode: 4, reason: `the console's core did not serve within ${readyMs / 1000} s` }
  }
  return { kind: 'serving', consoleUrl: isForDemo ? `${first}#/w/demo/` : first, ended, stop }
}

/** The URL in the ready line, or undefined for any other line. */
function readReady(line) {
  if (!line.startsWith('{')) return undefined
  const told = JSON.parse(line)
  return told.ready === true && typeof told.consoleUrl === 'string' ? told.consoleUrl : undefined
}
