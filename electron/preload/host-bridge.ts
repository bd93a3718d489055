/**
 * What the shell offers the page, as `window.ibcfHost`, and the only messages that cross between them. Everything of the fleet goes by
 * `fetch` instead; this is for what a page cannot do by itself. Absent when a browser hosts the console.
 */

/** What the menu asks of the page. The page may ignore one it does not know. */
export const menuCommands = [
  'open-palette',
  'go-global',
  'go-attention',
  'theme-light',
  'theme-dark',
  'theme-sunlight',
  'theme-system',
  'open-help',
] as const
export type MenuCommand = (typeof menuCommands)[number]

export const themes = ['light', 'dark', 'sunlight', 'system'] as const
export type Theme = (typeof themes)[number]

/** What the page asks of the shell. */
export type HostCall =
  /** Opens the folder of this master's data in the system's file manager. */
  | { readonly call: 'show-data-folder' }
  /** Starts core again after it stopped; harmless while it runs. */
  | { readonly call: 'start-again' }
  /** Puts text on the clipboard: `copy for the radio`. */
  | { readonly call: 'copy-text'; readonly text: string }
  /** Tells which theme is in use, so that the menu and the next window's first paint agree with it. */
  | { readonly call: 'report-theme'; readonly theme: Theme }
  /** Asks where to, and saves the page as it prints. */
  | { readonly call: 'save-pdf'; readonly fileName: string }
  | { readonly call: 'quit' }

/** `code` is stable: CALL_FOREIGN_SENDER, CALL_TOO_LARGE, CALL_MALFORMED, CALL_FAILED. */
export type HostAnswer = { readonly ok: true } | { readonly ok: false; readonly code: string; readonly message: string }

/** Facts about the shell, fixed for the life of the window. */
export type HostFacts = {
  readonly versions: { readonly app: string; readonly electron: string; readonly chrome: string; readonly node: string }
  /** As Node names it: `linux`, `darwin`, `win32`. */
  readonly platform: string
  /** BCP 47. */
  readonly lang: string
}

export type IbcfHost = HostFacts & {
  readonly shell: 'electron'
  /** Calls back for every menu command; the answer ends it. */
  readonly onMenu: (act: (command: MenuCommand) => void) => () => void
  readonly showDataFolder: () => Promise<HostAnswer>
  readonly startAgain: () => Promise<HostAnswer>
  readonly copyText: (text: string) => Promise<HostAnswer>
  readonly reportTheme: (theme: Theme) => Promise<HostAnswer>
  readonly savePdf: (fileName: string) => Promise<HostAnswer>
  readonly quit: () => Promise<HostAnswer>
}

export const callChannel = 'ibcf:call'
export const menuChannel = 'ibcf:menu'
/** The preload finds the facts behind this argument, as URI-encoded JSON. */
export const factsArgument = '--ibcf-host='
