/** What the desktop shell offers the page (electron/preload/host-bridge.ts); nothing of it is there when a browser hosts the console. */

export type ShellMenuCommand =
  | 'open-palette'
  | 'go-global'
  | 'go-attention'
  | 'theme-light'
  | 'theme-dark'
  | 'theme-sunlight'
  | 'theme-system'
  | 'open-help'

export type ShellHost = {
  readonly shell: 'electron'
  readonly onMenu: (act: (command: ShellMenuCommand) => void) => () => void
  readonly copyText: (text: string) => Promise<{ readonly ok: boolean }>
  readonly savePdf: (fileName: string) => Promise<{ readonly ok: boolean }>
  readonly reportTheme: (theme: 'light' | 'dark' | 'sunlight' | 'system') => Promise<{ readonly ok: boolean }>
}

export function shellHost(): ShellHost | null {
  const offered = (window as { readonly ibcfHost?: ShellHost }).ibcfHost
  return offered?.shell === 'electron' ? offered : null
}
