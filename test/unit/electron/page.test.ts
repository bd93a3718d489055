import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { consolePolicy, diagramPolicy, noncePlaceholder } from '../../../electron/main/content-security.ts'
import { mayHave, mayLoad, mayNavigate } from '../../../electron/main/guard.ts'
import { locate, servePageFile } from '../../../electron/main/page-files.ts'
import { escapeHtml, troublePage } from '../../../electron/main/trouble-page.ts'

describe('the policies', () => {
  it('[SH2] are the ones of the design, with what drawings need', () => {
    expect(consolePolicy('abc')).toBe(
      "default-src 'self'; style-src 'self' 'nonce-abc'; img-src 'self' data: blob:; frame-src app://diagram; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    )
    expect(diagramPolicy()).toBe("default-src 'none'; script-src app://diagram; style-src 'unsafe-inline'; frame-ancestors app://console")
  })
})

describe('guard', () => {
  it('[SH1] lets a page load only what is in the package', () => {
    const page = 'app://console/index.html'
    for (const url of ['app://console/assets/x.js', 'data:image/svg+xml,<svg/>', 'blob:app://console/1', 'devtools://devtools/x']) {
      expect(mayLoad(url, page)).toBe(true)
    }
    for (const url of ['https://example.org/', 'http://127.0.0.1/', 'ws://127.0.0.1/', 'file:///etc/passwd', 'ftp://x/', 'apps://x']) {
      expect(mayLoad(url, page)).toBe(false)
    }
  })

  it('[SH4] lets the console alone call core', () => {
    const call = 'app://console/rpc/main/node/list'
    expect(mayLoad(call, 'app://console/index.html#/w/main/')).toBe(true)
    for (const frame of [
      undefined,
      '',
      'app://diagram/',
      'data:text/html,x',
      'about:srcdoc',
      'https://example.org/',
      'app://console.example/',
    ]) {
      expect(mayLoad(call, frame)).toBe(false)
    }
  })

  it('[SH1] keeps the window on the console and its frames on the diagram page', () => {
    expect(mayNavigate('app://console/index.html#/w/demo/', 'main')).toBe(true)
    expect(mayNavigate('app://console/trouble', 'main')).toBe(true)
    expect(mayNavigate('app://diagram/', 'frame')).toBe(true)
    for (const url of [
      'app://diagram/',
      'app://console/rpc/main/x',
      'app://console/assets/x.js',
      'https://example.org/',
      'about:blank',
      '',
    ]) {
      expect(mayNavigate(url, 'main')).toBe(false)
    }
    for (const url of ['app://console/', 'https://example.org/', 'app://diagram.example/']) expect(mayNavigate(url, 'frame')).toBe(false)
  })

  it('[SH1] grants the clipboard for writing, to the console alone', () => {
    expect(mayHave('clipboard-sanitized-write', 'app://console/')).toBe(true)
    expect(mayHave('clipboard-sanitized-write', 'app://diagram/')).toBe(false)
    for (const permission of ['clipboard-read', 'media', 'geolocation', 'notifications', 'usb', 'openExternal']) {
      expect(mayHave(permission, 'app://console/')).toBe(false)
    }
  })
})

describe('locate', () => {
  it('[SH3] finds the files of each origin and keeps them apart', () => {
    expect(locate('console', '/')).toBe('index.html')
    expect(locate('console', '/assets/index-Bx_1.js')).toBe('assets/index-Bx_1.js')
    expect(locate('diagram', '/')).toBe('diagram/index.html')
    expect(locate('diagram', '/assets/mermaid.core-1.js')).toBe('diagram/assets/mermaid.core-1.js')
    expect(locate('console', '/diagram/index.html')).toBeUndefined()
  })

  it('[SH3] has no way out of the folder', () => {
    const tricks = [
      '/../package.json',
      '/..%2fpackage.json',
      '/assets/../../main/main.cjs',
      '/%2e%2e/x.js',
      '/.hidden.js',
      '//etc/x.js',
      '/a\\..\\x.js',
      '/a\0.js',
      '/c:/x.js',
      '/assets/x.js.map',
      '/assets',
      '',
    ]
    for (const trick of tricks) expect(locate('console', trick)).toBeUndefined()
    fc.assert(
      fc.property(fc.string(), (path) => {
        const located = locate('console', `/${path}`)
        if (located === undefined) return
        expect(located.split('/').every((segment) => segment !== '' && !segment.startsWith('.') && !segment.includes('\\'))).toBe(true)
      }),
    )
  })
})

describe('servePageFile', () => {
  let folder = ''
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'ibcf-page-'))
    mkdirSync(join(folder, 'diagram'))
    mkdirSync(join(folder, 'folder.js'))
    writeFileSync(
      join(folder, 'index.html'),
      `<meta property="csp-nonce" nonce="${noncePlaceholder}"><style nonce="${noncePlaceholder}"></style>`,
    )
    writeFileSync(join(folder, 'diagram', 'index.html'), noncePlaceholder)
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  it('[SH2] puts the nonce of this load everywhere it belongs, in the page and in its policy', async () => {
    const page = await servePageFile(folder, 'console', '/', 'n1')
    expect(page).toMatchObject({ status: 200, body: '<meta property="csp-nonce" nonce="n1"><style nonce="n1"></style>' })
    expect(page.headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': consolePolicy('n1'),
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
    })
  })

  it('[SH2] gives the diagram page its own policy, and its scripts to its opaque origin', async () => {
    const page = await servePageFile(folder, 'diagram', '/', 'n1')
    expect(Buffer.from(page.body).toString()).toBe(noncePlaceholder)
    expect(page.headers).toMatchObject({ 'content-security-policy': diagramPolicy(), 'access-control-allow-origin': '*' })
  })

  it('[SH3] answers 404 for what is not there and for what is not a file', async () => {
    expect((await servePageFile(folder, 'console', '/gone.js', 'n')).status).toBe(404)
    expect((await servePageFile(folder, 'console', '/folder.js', 'n')).status).toBe(404)
    expect((await servePageFile(folder, 'console', '/../x.js', 'n')).status).toBe(404)
  })
})

describe('troublePage', () => {
  it('[SH6] shows code, sentence, next step and wait, whatever characters they hold', () => {
    const trouble = { code: 'X', sentence: '<script>alert("1")</script>', nextStep: "it's & more", restartsInMs: 8_000 }
    const { body } = troublePage(trouble, { version: '1', dataDir: '/srv/<b>' }, 'n1')
    expect(body).toContain('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;')
    expect(body).toContain('it&#39;s &amp; more')
    expect(body).toContain('/srv/&lt;b&gt;')
    expect(body).toContain('in 8 seconds')
    expect(body).toContain('<style nonce="n1">')
    expect(String(body).match(/<script/g)).toHaveLength(1)
  })

  it('[SH6] escapes every character that could begin or end something', () => {
    expect(escapeHtml(`&<>"'`)).toBe('&amp;&lt;&gt;&quot;&#39;')
  })
})
