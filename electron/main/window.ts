/** The one window: made with every lock of design 4, put where it was left, and told what to show. */
import { join } from 'node:path'
import { BrowserWindow, nativeTheme, screen } from 'electron'
import { factsArgument, type HostFacts, type Theme } from '../preload/host-bridge.ts'
import type { ShellDiagnostics } from './diagnostics.ts'
import { placeWindow, readWindowState, smallest, type WindowState, writeWindowState } from './window-state.ts'

export type WindowWishes = {
  /** Where out/ is, inside the package. */
  readonly appPath: string
  readonly statePath: string
  readonly facts: HostFacts
  readonly isDevelopment: boolean
  readonly diagnostics: ShellDiagnostics
}

export type ConsoleWindow = {
  readonly browserWindow: BrowserWindow
  readonly theme: () => Theme
  readonly useTheme: (theme: Theme) => void
}

/** A window is moved in many small steps; its place is written once it has rested this long, in milliseconds. */
const restMs = 500
/** What is painted before the page is: the same colours as the renderer's tokens, so that nothing flashes. */
const firstPaint = { light: '#f6f7f8', dark: '#14181c' } as const

export function openWindow(wishes: WindowWishes): ConsoleWindow {
  const { state, unreadable } = readWindowState(wishes.statePath)
  if (unreadable !== undefined) wishes.diagnostics.note('the window state is left aside', { reason: unreadable })
  let theme: Theme = state?.theme ?? 'system'
  followTheme(theme)

  const primary = screen.getPrimaryDisplay()
  const others = screen.getAllDisplays().filter((display) => display.id !== primary.id)
  const place = placeWindow(
    state,
    [primary, ...others].map((display) => display.workArea),
  )
  const browserWindow = new BrowserWindow({
    ...place.bounds,
    minWidth: smallest.width,
    minHeight: smallest.height,
    show: false,
    title: 'IBCF Field Console',
    backgroundColor: nativeTheme.shouldUseDarkColors ? firstPaint.dark : firstPaint.light,
    autoHideMenuBar: true,
    ...(process.platform === 'linux' ? { icon: join(process.resourcesPath, 'icon.png') } : {}),
    fullscreen: place.isFullScreen,
    webPreferences: {
      preload: join(wishes.appPath, 'out', 'preload', 'preload.cjs'),
      additionalArguments: [`${factsArgument}${encodeURIComponent(JSON.stringify(wishes.facts))}`],
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      webviewTag: false,
      navigateOnDragDrop: false,
      spellcheck: false,
      devTools: wishes.isDevelopment,
    },
  })
  if (place.isMaximized) browserWindow.maximize()
  browserWindow.once('ready-to-show', () => browserWindow.show())

  const keep = keeper(browserWindow, wishes, () => theme)
  return {
    browserWindow,
    theme: () => theme,
    useTheme: (next) => {
      theme = next
      followTheme(next)
      keep()
    },
  }
}

/** Sunlight is a light theme to the system: its own scroll bars and menus know no other. */
function followTheme(theme: Theme): void {
  nativeTheme.themeSource = theme === 'sunlight' ? 'light' : theme
}

function keeper(browserWindow: BrowserWindow, wishes: WindowWishes, theme: () => Theme): () => void {
  let timer: NodeJS.Timeout | undefined
  let isTold = false
  const write = (): void => {
    clearTimeout(timer)
    if (browserWindow.isDestroyed()) return
    const state: WindowState = {
      bounds: browserWindow.getNormalBounds(),
      isMaximized: browserWindow.isMaximized(),
      isFullScreen: browserWindow.isFullScreen(),
      theme: theme(),
    }
    try {
      writeWindowState(wishes.statePath, state)
    } catch (error) {
      // Losing the window's place is no reason to bother anyone more than once.
      if (!isTold) wishes.diagnostics.note('the window state could not be written', { reason: String(error) })
      isTold = true
    }
  }
  const later = (): void => {
    clearTimeout(timer)
    timer = setTimeout(write, restMs)
  }
  browserWindow.on('move', later)
  browserWindow.on('resize', later)
  browserWindow.on('close', write)
  return later
}
