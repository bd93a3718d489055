/** Switches the window between the console and the page that says what is wrong, one load at a time, and back to where the person was. */
import type { WebContents } from 'electron'
import { consoleUrl } from './content-security.ts'
import type { ShellDiagnostics } from './diagnostics.ts'
import { troublePath } from './trouble-page.ts'

export type Shown = 'console' | 'trouble'

export type PageSwitch = {
  /** Harmless when the console is asked for and already there; a trouble is shown afresh, as it may be another one. */
  readonly show: (what: Shown) => void
  /** Aborted when the page that is shown now goes away; each page has its own. */
  readonly pageLife: () => AbortSignal
}

const indexUrl = `${consoleUrl}index.html`

/** `place` is what lies behind the index page's address at first: `#/w/demo/`, or nothing. */
export function switchPages(contents: WebContents, place: string, diagnostics: ShellDiagnostics): PageSwitch {
  let home = `${indexUrl}${place}`
  let wish: { readonly what: Shown } | undefined
  let isBusy = false
  let life = new AbortController()
  const beginPage = (): void => {
    life.abort()
    life = new AbortController()
  }
  // A page makes its first call long after this: it has to be read and run first.
  contents.on('did-navigate', beginPage)
  contents.on('render-process-gone', beginPage)
  contents.once('destroyed', () => life.abort())

  async function settle(): Promise<void> {
    isBusy = true
    // A load that is cut off by the next one can leave the page half attached; so the last wish waits for the one before.
    while (wish !== undefined && !contents.isDestroyed()) {
      const { what } = wish
      wish = undefined
      const now = contents.getURL()
      const isOnConsole = now.startsWith(indexUrl)
      if (isOnConsole && what === 'console') continue
      if (isOnConsole) home = now
      await load(what === 'console' ? home : `${consoleUrl.slice(0, -1)}${troublePath}`)
    }
    isBusy = false
  }

  async function load(url: string): Promise<void> {
    try {
      await contents.loadURL(url)
    } catch (error) {
      diagnostics.note('a page did not load', { url, reason: String(error) })
    }
  }

  return {
    show: (what) => {
      wish = { what }
      if (!isBusy) void settle()
    },
    pageLife: () => life.signal,
  }
}
