/** Keeps every page and every session the shell has inside the package: no network, no permissions, no leaving, no second window. [SH1] */
import type { Event as ElectronEvent, Session, WebContents } from 'electron'
import { consoleUrl, diagramUrl } from './content-security.ts'
import type { ShellDiagnostics } from './diagnostics.ts'

/** What a page may load at all. Everything else, file: included, is cancelled before a socket is opened. */
const ownSchemes = ['app:', 'devtools:', 'data:', 'blob:']

/** The pages the window may show: the console, which finds its own way behind `#`, and the page that says what is wrong. */
const ownPages = [consoleUrl, `${consoleUrl}index.html`, `${consoleUrl}trouble`]

/**
 * Whether a frame that shows `frameUrl` may load `url`. Calls to core are for the console's own page alone: older Electrons do not tell
 * the handler of a scheme which origin a call comes from, so it is held here, where the frame is known.
 */
export function mayLoad(url: string, frameUrl: string | undefined): boolean {
  if (url.startsWith(`${consoleUrl}rpc/`)) return frameUrl?.startsWith(consoleUrl) === true
  return ownSchemes.some((scheme) => url.startsWith(scheme))
}

/** `main` is the window itself, `frame` a frame inside it. */
export function mayNavigate(url: string, where: 'main' | 'frame'): boolean {
  const [page] = url.split(/[?#]/)
  return where === 'frame' ? page === diagramUrl : ownPages.includes(page ?? '')
}

/** Putting text on the clipboard from our own page is the one permission there is. */
export function mayHave(permission: string, requestingUrl: string): boolean {
  return permission === 'clipboard-sanitized-write' && requestingUrl.startsWith(consoleUrl)
}

export function guardSession(session: Session, diagnostics: ShellDiagnostics): void {
  session.webRequest.onBeforeRequest((details, answer) => {
    const isAllowed = mayLoad(details.url, details.frame?.url)
    if (!isAllowed)
      diagnostics.note('a request of a page was refused', { to: originOf(details.url), from: originOf(details.frame?.url ?? '') })
    answer({ cancel: !isAllowed })
  })
  session.setPermissionRequestHandler((contents, permission, answer, details) => {
    const granted = mayHave(permission, details.requestingUrl ?? contents?.getURL() ?? '')
    if (!granted) diagnostics.note('a page asked for a permission and was refused', { permission })
    answer(granted)
  })
  session.setPermissionCheckHandler((_contents, permission, origin) => mayHave(permission, origin.endsWith('/') ? origin : `${origin}/`))
  session.setDevicePermissionHandler(() => false)
  // On Linux and Windows the spelling checker fetches its dictionaries from the network.
  session.setSpellCheckerEnabled(false)
  session.on('will-download', (event, item) => {
    event.preventDefault()
    diagnostics.note('a download was refused', { origin: originOf(item.getURL()) })
  })
}

export function guardContents(contents: WebContents, diagnostics: ShellDiagnostics): void {
  const hold = (event: ElectronEvent, url: string, where: 'main' | 'frame'): void => {
    if (mayNavigate(url, where)) return
    event.preventDefault()
    diagnostics.note('a page tried to leave the console and was held', { to: originOf(url) })
  }
  contents.on('will-navigate', (event, url) => hold(event, url, 'main'))
  contents.on('will-redirect', (event, url, _inPlace, isMainFrame) => hold(event, url, isMainFrame ? 'main' : 'frame'))
  // Electron 25 does not have it yet; there the policy's frame-src alone holds the frames.
  contents.on('will-frame-navigate', (event) => {
    if (!event.isMainFrame) hold(event, event.url, 'frame')
  })
  contents.on('will-attach-webview', (event) => event.preventDefault())
  contents.setWindowOpenHandler(({ url }) => {
    diagnostics.note('a page tried to open a window and was refused', { to: originOf(url) })
    return { action: 'deny' }
  })
  contents.setWebRTCIPHandlingPolicy('disable_non_proxied_udp')
}

/** Enough to look into it; the rest of a URL may hold what nobody should read in a log. */
function originOf(url: string): string {
  try {
    const { protocol, host } = new URL(url)
    return `${protocol}//${host}`
  } catch {
    return 'not a URL'
  }
}
