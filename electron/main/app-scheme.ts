/** The app:// scheme: the console's files and its calls to core under app://console/, the diagram sandbox under app://diagram/. */
import { randomBytes } from 'node:crypto'
import { protocol, type Session } from 'electron'
import { pageHeaders } from './content-security.ts'
import { type CoreAddress, pipeToCore } from './core-pipe.ts'
import type { Trouble } from './core-lifecycle.ts'
import { type PageFile, servePageFile } from './page-files.ts'
import { troublePage, troublePath, troubleScript, troubleScriptPath } from './trouble-page.ts'

export type SchemeWishes = {
  /** The built renderer. */
  readonly folder: string
  readonly version: string
  readonly dataDir: string
  readonly whereCoreIs: () => Promise<CoreAddress | undefined>
  readonly trouble: () => Trouble | undefined
  /** Of the page that is shown now: aborted when it goes away. */
  readonly pageLife: () => AbortSignal
}

/** To be called before the app is ready; without it the scheme has no origin, no fetch and no streams. */
export function claimScheme(): void {
  const privileges = { standard: true, secure: true, supportFetchAPI: true, stream: true, corsEnabled: true }
  protocol.registerSchemesAsPrivileged([{ scheme: 'app', privileges }])
}

export function serveScheme(session: Session, wishes: SchemeWishes): void {
  session.protocol.handle('app', (request) => answer(request, wishes))
}

async function answer(request: Request, wishes: SchemeWishes): Promise<Response> {
  const url = new URL(request.url)
  const nonce = randomBytes(16).toString('base64url')
  if (url.host === 'console' && url.pathname.startsWith('/rpc/')) return pipeToCore(request, wishes.whereCoreIs, wishes.pageLife())
  if (request.method !== 'GET') return asResponse(notFound(nonce))
  if (url.host === 'console' && url.pathname === troublePath) {
    const trouble = wishes.trouble()
    // Nothing is wrong any more: the page was reloaded after core had come back.
    if (trouble === undefined) return new Response(null, { status: 302, headers: { location: 'app://console/index.html' } })
    return asResponse(troublePage(trouble, wishes, nonce))
  }
  if (url.host === 'console' && url.pathname === troubleScriptPath) return asResponse(troubleScript(nonce))
  if (url.host !== 'console' && url.host !== 'diagram') return asResponse(notFound(nonce))
  return asResponse(await servePageFile(wishes.folder, url.host, url.pathname, nonce))
}

function notFound(nonce: string): PageFile {
  return {
    status: 404,
    headers: pageHeaders('console', 'text/plain; charset=utf-8', nonce),
    body: 'There is no such page in this package.',
  }
}

function asResponse(file: PageFile): Response {
  const body = typeof file.body === 'string' ? file.body : new Uint8Array(file.body)
  return new Response(body, { status: file.status, headers: file.headers })
}
