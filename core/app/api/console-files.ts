/** Serves the console's own files to a browser, under the same strict policy that the Electron shell sets (design 4, Security). */
import type { ServerResponse } from 'node:http'
import { join, normalize, sep } from 'node:path'
import type { Ports } from '../../kernel/ports.ts'
import { toBase64 } from '../../kernel/hex.ts'

const types: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  json: 'application/json',
  svg: 'image/svg+xml',
  png: 'image/png',
  ico: 'image/x-icon',
  woff2: 'font/woff2',
  map: 'application/json',
}

/** Where the build puts a fresh nonce for the styles that the component library adds. */
const noncePlace = '__CSP_NONCE__'

export function serveConsoleFile(
  directory: string,
  path: string,
  response: ServerResponse,
  { files, random }: Pick<Ports, 'files' | 'random'>,
): void {
  const name = path === '/' ? 'index.html' : path.slice(1)
  const file = normalize(join(directory, name))
  const bytes = file.startsWith(normalize(directory) + sep) && !name.includes('\0') ? readFile(files, file) : undefined
  const type = types[name.slice(name.lastIndexOf('.') + 1)]
  if (bytes === undefined || type === undefined) {
    response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' }).end('There is no such page.\n')
    return
  }
  const isDiagram = name.startsWith('diagram/')
  const nonce = toBase64(random.bytes(18))
  const isPage = name.endsWith('.html')
  const body = isPage ? new TextEncoder().encode(new TextDecoder().decode(bytes).replaceAll(noncePlace, nonce)) : bytes
  response
    .writeHead(200, {
      'content-type': type,
      'content-security-policy': isDiagram ? diagramPolicy : consolePolicy(nonce),
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      // The sandboxed diagram page has an opaque origin and still has to load its own script.
      ...(isDiagram || name.startsWith('assets/') ? { 'access-control-allow-origin': '*' } : {}),
      'cache-control': name.startsWith('assets/') ? 'private, max-age=31536000, immutable' : 'no-store',
    })
    .end(body)
}

function consolePolicy(nonce: string): string {
  return `default-src 'self'; style-src 'self' 'nonce-${nonce}'; img-src 'self' data: blob:; frame-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`
}

/** mermaid needs inline styles, so it alone has a page of its own, framed with `sandbox="allow-scripts"`: no origin, no network. */
const diagramPolicy =
  "default-src 'none'; script-src 'self' http://127.0.0.1:* http://localhost:*; style-src 'unsafe-inline'; frame-ancestors 'self'"

function readFile(files: Ports['files'], path: string): Uint8Array | undefined {
  try {
    return files.read(path)
  } catch {
    // A directory, or a file that may not be read: for the browser it is not there.
    return undefined
  }
}
