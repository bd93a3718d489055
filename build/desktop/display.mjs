/** A place to draw: the display of this session, or a virtual one of our own that ends with its last window. */
import { spawn } from 'node:child_process'

const startMs = 15_000
const stopMs = 5_000

/** True when this session has a display that a window can open on. */
export function hasDisplay(environment = process.env, platform = process.platform) {
  return platform !== 'linux' || Boolean(environment.DISPLAY) || Boolean(environment.WAYLAND_DISPLAY)
}

/**
 * Starts an X server that draws into memory, on the first free display, which the server itself finds.
 *
 * @param {{ width: number, height: number }} size
 * @returns {Promise<{ kind: 'display', name: string, stop: () => Promise<void> } | { kind: 'none', reason: string }>}
 */
export function startVirtualDisplay(size = { width: 1920, height: 1080 }) {
  return new Promise((resolve) => {
    const args = ['-displayfd', '3', '-screen', '0', `${size.width}x${size.height}x24`, '-nolisten', 'tcp', '-terminate']
    const server = spawn('Xvfb', args, { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] })
    const ended = new Promise((done) => {
      server.once('close', done)
    })
    const stop = async () => {
      server.kill()
      const timer = setTimeout(() => server.kill('SIGKILL'), stopMs)
      await ended
      clearTimeout(timer)
    }
    const fail = (reason) => {
      clearTimeout(timer)
      resolve({ kind: 'none', reason })
    }
    const timer = setTimeout(() => {
      server.kill('SIGKILL')
      fail(`Xvfb gave no display within ${startMs / 1000} s`)
    }, startMs)
    server.once('error', (/** @type {NodeJS.ErrnoException} */ error) =>
      fail(error.code === 'ENOENT' ? 'Xvfb is not installed (on Debian: apt-get install xvfb)' : `Xvfb does not start: ${error.message}`),
    )
    server.once('exit', (code) => fail(`Xvfb ended with ${code} before it gave a display`))
    let told = ''
    server.stdio[3]?.on('data', (chunk) => {
      told += chunk
      if (!told.includes('\n')) return
      clearTimeout(timer)
      resolve({ kind: 'display', name: `:${told.trim()}`, stop })
    })
  })
}
