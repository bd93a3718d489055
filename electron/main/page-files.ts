/** Serves the files of the renderer from the package, to the two origins they belong to and to nothing else. */
import { readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { noncePlaceholder, type Origin, pageHeaders } from './content-security.ts'

export type PageFile = {
  readonly status: 200 | 404
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array | string
}

/** What a file of the renderer can be; anything else is not served. */
const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.webp': 'image/webp',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
  '.txt': 'text/plain; charset=utf-8',
  '.md': 'text/plain; charset=utf-8',
}

/**
 * Where, below the renderer's folder, the file of a URL's path lies, with forward slashes; undefined for a path that is not a plain name
 * below it. Each segment is held against a list of what our own build emits rather than against a list of tricks. [SH3]
 */
export function locate(origin: Origin, pathname: string): string | undefined {
  const path = pathname.endsWith('/') ? `${pathname}index.html` : pathname
  const segments = path.split('/').slice(1)
  if (segments.length === 0 || !segments.every((segment) => /^[A-Za-z0-9_@-][A-Za-z0-9_@.~-]*$/.test(segment))) return undefined
  if (!(extname(path) in contentTypes)) return undefined
  if (origin === 'diagram') return ['diagram', ...segments].join('/')
  return segments[0] === 'diagram' ? undefined : segments.join('/')
}

/** The file behind a path of an origin. `nonce` takes the placeholder's place in pages of the console. */
export async function servePageFile(folder: string, origin: Origin, pathname: string, nonce: string): Promise<PageFile> {
  const located = locate(origin, pathname)
  const contentType = contentTypes[extname(located ?? '')]
  const bytes = located === undefined || contentType === undefined ? undefined : await readIfThere(join(folder, located))
  if (bytes === undefined || contentType === undefined) {
    return { status: 404, headers: pageHeaders(origin, 'text/plain; charset=utf-8', nonce), body: 'There is no such file in this package.' }
  }
  const isConsolePage = origin === 'console' && contentType.startsWith('text/html')
  const body = isConsolePage ? bytes.toString('utf8').replaceAll(noncePlaceholder, nonce) : bytes
  return { status: 200, headers: pageHeaders(origin, contentType, nonce), body }
}

async function readIfThere(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path)
  } catch (error) {
    if (error instanceof Error && 'code' in error && ['ENOENT', 'EISDIR', 'ENOTDIR'].includes(String(error.code))) return undefined
    throw error
  }
}
