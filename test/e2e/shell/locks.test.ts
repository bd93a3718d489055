/** The locks of the window, tried from inside the packaged application. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { getCurrentFuseWire } from '@electron/fuses'
import { testRuntimeMark } from '../../../electron/main/build-mark.ts'
import type { IbcfHost } from '../../../electron/preload/host-bridge.ts'
import { type LaunchedConsole, launchConsole } from '../../helpers/electron-app.ts'

declare global {
  interface Window {
    readonly ibcfHost?: IbcfHost
  }
}

const hostilePreload = fileURLToPath(new URL('../../helpers/hostile-preload.cjs', import.meta.url))
let shell: LaunchedConsole
beforeAll(async () => {
  shell = await launchConsole()
  await shell.page.waitForSelector('#root > *')
})
afterAll(() => shell.close())

describe('the page', () => {
  it('[SH2] loads under its policy without one violation, with a nonce that is fresh each time', async () => {
    const { page } = shell
    await page.addInitScript(() => {
      const seen: string[] = []
      Object.assign(window, { violations: seen })
      document.addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI, sourceFile }) =>
        seen.push(`${effectiveDirective} ${blockedURI} ${sourceFile}`),
      )
    })
    const nonces: string[] = []
    for (const round of [1, 2]) {
      await page.reload()
      await page.waitForSelector('#root > *')
      const nonce = await page.evaluate(() => document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? '')
      expect(nonce, `round ${round}`).toMatch(/^[\w-]{22}$/)
      nonces.push(nonce)
    }
    expect(nonces[0]).not.toBe(nonces[1])
    expect(await page.evaluate(() => 'violations' in window && window.violations)).toEqual([])
    const policy = await page.evaluate(async () => (await fetch('app://console/index.html')).headers.get('content-security-policy'))
    expect(policy).toMatch(/^default-src 'self'; style-src 'self' 'nonce-[\w-]{22}'; /)
    expect(policy).not.toContain('unsafe')
  })

  it('[SH2] is held by its policy: neither a style without the nonce nor a script in the page is run', async () => {
    const outcome = await shell.page.evaluate(() => {
      const style = document.createElement('style')
      style.textContent = 'html { --without-nonce: yes }'
      const script = document.createElement('script')
      script.textContent = 'window.injected = true'
      document.head.append(style, script)
      const applied = getComputedStyle(document.documentElement).getPropertyValue('--without-nonce')
      style.remove()
      script.remove()
      return { applied, ran: 'injected' in window }
    })
    expect(outcome).toEqual({ applied: '', ran: false })
  })

  it('[SH1] has no Node, and of the shell only what was offered', async () => {
    const seen = await shell.page.evaluate(() => ({
      node: ['require', 'process', 'module', 'Buffer', 'global', 'electron'].filter((name) => name in window),
      host: Object.keys(window.ibcfHost ?? {}).sort((a, b) => a.localeCompare(b)),
      shell: window.ibcfHost?.shell,
    }))
    expect(seen).toEqual({
      node: [],
      host: [
        'copyText',
        'lang',
        'onMenu',
        'platform',
        'quit',
        'reportTheme',
        'savePdf',
        'shell',
        'showDataFolder',
        'startAgain',
        'versions',
      ],
      shell: 'electron',
    })
    const preferences = await shell.app.evaluate(({ BrowserWindow }) => {
      // Not among the types any more, and the only place that tells what was asked for.
      const contents = BrowserWindow.getAllWindows()[0]?.webContents as unknown as { getLastWebPreferences: () => unknown }
      return contents.getLastWebPreferences()
    })
    expect(preferences).toMatchObject({
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      webviewTag: false,
      webSecurity: true,
    })
  })

  it('[SH1] cannot leave the console', async () => {
    const { page, diagnostics } = shell
    const before = page.url()
    for (const url of ['https://example.org/', 'app://diagram/', 'file:///etc/passwd', 'data:text/html,x']) {
      await page.evaluate((to) => {
        window.location.href = to
      }, url)
    }
    await expect.poll(diagnostics).toContain('"to":"https://example.org"')
    await expect.poll(diagnostics).toContain('"to":"app://diagram"')
    expect(page.url()).toBe(before)
    expect(await page.evaluate(() => document.querySelector('#root > *') !== null)).toBe(true)
  })

  it('[SH1] cannot open a window', async () => {
    expect(await shell.page.evaluate(() => window.open('https://example.org/') === null)).toBe(true)
    expect(await shell.page.evaluate(() => window.open('app://console/index.html') === null)).toBe(true)
    expect(await shell.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1)
  })

  it('[SH1] has no permission but to put text on the clipboard', async () => {
    const states = await shell.page.evaluate(async () => {
      const ask = async (name: string): Promise<string> => (await navigator.permissions.query({ name: name as PermissionName })).state
      return [
        await ask('geolocation'),
        await ask('camera'),
        await ask('notifications'),
        await ask('clipboard-read'),
        await ask('clipboard-write'),
      ]
    })
    expect(states).toEqual(['denied', 'denied', 'denied', 'denied', 'granted'])
  })

  it('[SH1] reaches no network, not even this machine', async () => {
    let hits = 0
    const server = createServer((_request, response) => {
      hits += 1
      response.end()
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const url = `http://127.0.0.1:${port}/`
    expect(
      await shell.page.evaluate(
        (to) =>
          fetch(to).then(
            () => 'answered',
            () => 'refused',
          ),
        url,
      ),
    ).toBe('refused')
    // Past the policy of the page: a window of its own, which the session itself has to hold.
    const outcome = await shell.app.evaluate(async ({ BrowserWindow }, to) => {
      const other = new BrowserWindow({ show: false })
      const answer = await other.loadURL(to).then(
        () => 'answered',
        (error: Error) => error.message,
      )
      other.destroy()
      return answer
    }, url)
    expect(outcome).toContain('ERR_BLOCKED_BY_CLIENT')
    expect(hits).toBe(0)
    await new Promise((resolve) => server.close(resolve))
  })
})

describe('calls', () => {
  it('[SH4] of a foreign window and a foreign frame are refused, and change nothing', async () => {
    const answers = await shell.app.evaluate(async ({ BrowserWindow }, preload) => {
      const told: string[] = []
      for (const url of ['data:text/html,hello', 'app://diagram/', 'app://console/index.html']) {
        const other = new BrowserWindow({ show: false, webPreferences: { preload } })
        const title = new Promise<string>((resolve) => {
          other.webContents.on('page-title-updated', (_event, text) => {
            if (text.startsWith('{')) resolve(text)
          })
        })
        await other.loadURL(url).catch(() => undefined)
        told.push(await title)
        other.destroy()
      }
      return told
    }, hostilePreload)
    expect(answers.map((answer) => JSON.parse(answer).code)).toEqual(['CALL_FOREIGN_SENDER', 'CALL_FOREIGN_SENDER', 'CALL_FOREIGN_SENDER'])
    expect(await shell.page.evaluate(() => document.querySelector('#root > *') !== null)).toBe(true)
  })

  it('[SH4] to core from a foreign page are cancelled before they reach it', async () => {
    const { app, diagnostics } = shell
    const outcome = await app.evaluate(async ({ BrowserWindow }) => {
      const other = new BrowserWindow({ show: false })
      await other.loadURL('data:text/html,hello')
      const send = `fetch('app://console/rpc/host/openDemo', { method: 'POST', mode: 'no-cors', body: '{}' }).then(() => 'sent', () => 'refused')`
      const answer: unknown = await other.webContents.executeJavaScript(send)
      other.destroy()
      return answer
    })
    expect(outcome).toBe('refused')
    await expect.poll(diagnostics).toContain('"to":"app://console","from":"data://"')
  })

  it('[SH4] that are too large or unknown are refused with a code', async () => {
    const { page } = shell
    expect(await page.evaluate(() => window.ibcfHost?.copyText('x'.repeat(100_000)))).toMatchObject({ ok: false, code: 'CALL_TOO_LARGE' })
    expect(await page.evaluate(() => window.ibcfHost?.reportTheme('neon' as 'dark'))).toMatchObject({ ok: false, code: 'CALL_MALFORMED' })
    const status = await page.evaluate(
      async () => (await fetch('/rpc/host/workspaces', { method: 'POST', body: new Uint8Array(5 * 1024 * 1024) })).status,
    )
    expect(status).toBe(413)
  })

  it('[SH4] reach core and come back, without the page ever seeing the token', async () => {
    const told = await shell.page.evaluate(async () => {
      const answer = await fetch('/rpc/host/workspaces', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"json":{}}',
      })
      return { status: answer.status, body: await answer.json(), headers: [...answer.headers], cookies: document.cookie }
    })
    expect(told.status).toBe(200)
    expect(told.body.json.items[0]).toMatchObject({ name: 'main', state: 'open' })
    expect(told.cookies).toBe('')
    expect(JSON.stringify(told)).not.toMatch(/bearer/i)
    expect(shell.diagnostics()).not.toMatch(/bearer/i)
  })

  it('[SH4] put text on the clipboard', async () => {
    const text = 'N7 QUARANTINED, words: alpha bravo'
    expect(await shell.page.evaluate((lines) => window.ibcfHost?.copyText(lines), text)).toEqual({ ok: true })
    expect(await shell.app.evaluate(({ clipboard }) => clipboard.readText())).toBe(text)
  })
})

describe('the package', () => {
  it('[SH12] is marked as one for tests, and has one fuse open that a release has not', async () => {
    const told = await shell.app.evaluate(async ({ app }) => ({ path: app.getAppPath(), exe: app.getPath('exe') }))
    expect(told.path).toMatch(/app\.asar$/)
    expect(shell.diagnostics()).toContain('"testRuntime":true')
    expect(testRuntimeMark).toBe('IBCF test runtime')
    // By position: RunAsNode, cookie encryption, NODE_OPTIONS, inspect, asar integrity, only from asar. 48 is off, 49 is on.
    const wire = await getCurrentFuseWire(told.exe)
    expect([wire[0], wire[1], wire[2], wire[3], wire[4], wire[5]]).toEqual([48, 49, 48, 49, 49, 49])
  })
})
