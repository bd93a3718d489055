/** Puts the shell's parts together. It holds no rule of the fleet; what it decides is decided in the pure files beside it. */
import { writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { app, clipboard, dialog, ipcMain, Menu, safeStorage, session, shell } from 'electron'
import { askNode } from '../core-host/ask-node.ts'
import { chooseWay, type Way } from '../core-host/choose-way.ts'
import { coreEnvironment } from '../core-host/start-core.ts'
import { callChannel, type HostFacts, menuChannel } from '../preload/host-bridge.ts'
import { serveScheme } from './app-scheme.ts'
import { parseArguments, type WishOrRefusal } from './arguments.ts'
import type { BuildMark } from './build-mark.ts'
import { type CoreKeeper, keepCore, type KeeperWishes } from './core-keeper.ts'
import { withDemoIsland } from './demo-workspace.ts'
import type { ShellDiagnostics } from './diagnostics.ts'
import { guardContents, guardSession } from './guard.ts'
import { answerCall } from './host-calls.ts'
import { menuTemplate } from './menu.ts'
import { type PageSwitch, switchPages } from './page-switch.ts'
import { openSealedKey } from './sealed-key.ts'
import { type ConsoleWindow, openWindow } from './window.ts'

export type ShellParts = {
  /** Where out/ is: inside the package's asar. */
  readonly appPath: string
  /** Where the shell keeps its own things, and the data unless it is told otherwise. */
  readonly userData: string
  readonly mark: BuildMark
  readonly diagnostics: ShellDiagnostics
}

/** The window that is open now, if any: on macOS a program outlives its windows. */
type Opened = { readonly window: ConsoleWindow; readonly pages: PageSwitch }

/** To be called once Electron is ready; everything after that happens because something happened. */
export function runShell(parts: ShellParts): void {
  const { userData, mark, diagnostics } = parts
  const wished = parseArguments(process.argv.slice(1), {
    defaultDataDir: join(userData, 'data'),
    workingDir: process.cwd(),
    environment: process.env,
  })
  const dataDir = wished.ok ? wished.wish.dataDir : join(userData, 'data')
  const isForDemo = wished.ok && wished.wish.workspace === 'demo'
  let opened: Opened | undefined
  let isLeaving = false

  lockEverything(diagnostics)
  const core = keepCore({
    entry: join(parts.appPath.replace(/app\.asar$/, 'app.asar.unpacked'), 'out', 'core', 'entry.mjs'),
    way: () => findWay(mark),
    begin: () => beginning(wished, parts),
    onConsole: () => opened?.pages.show('console'),
    onTrouble: () => opened?.pages.show('trouble'),
    onClosed: () => {
      isLeaving = true
      app.quit()
    },
    diagnostics,
  })
  serveScheme(session.defaultSession, {
    folder: join(parts.appPath, 'out', 'renderer'),
    version: mark.version,
    dataDir,
    whereCoreIs: isForDemo ? withDemoIsland(core.whereCoreIs, diagnostics) : core.whereCoreIs,
    trouble: core.trouble,
    pageLife: () => opened?.pages.pageLife() ?? AbortSignal.abort(),
  })

  const open = (): void => {
    const window = openWindow({
      appPath: parts.appPath,
      statePath: join(userData, 'window-state.json'),
      facts: hostFacts(mark),
      isDevelopment: isDevelopment(mark),
      diagnostics,
    })
    const { browserWindow } = window
    const pages = switchPages(browserWindow.webContents, isForDemo ? '#/w/demo/' : '', diagnostics)
    opened = { window, pages }
    browserWindow.on('closed', () => {
      opened = undefined
    })
    browserWindow.webContents.on('render-process-gone', (_event, { reason }) => {
      diagnostics.note('the page ended unexpectedly', { reason })
      if (!isLeaving && reason !== 'clean-exit') browserWindow.webContents.reload()
    })
    setMenu(window, mark, dataDir)
    pages.show(core.trouble() === undefined ? 'console' : 'trouble')
  }

  answerPage(() => opened?.window, core, mark, dataDir)
  app.on('second-instance', () => {
    if (opened === undefined) return open()
    const { browserWindow } = opened.window
    if (browserWindow.isMinimized()) browserWindow.restore()
    browserWindow.show()
    browserWindow.focus()
  })
  app.on('activate', () => {
    if (opened === undefined) open()
  })
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit()
  })
  app.on('before-quit', (event) => {
    if (isLeaving) return
    event.preventDefault()
    opened?.window.browserWindow.hide()
    core.close()
  })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => app.quit())
  open()
}

/** Every page and every session there will ever be, not only those we mean to make. */
function lockEverything(diagnostics: ShellDiagnostics): void {
  app.on('session-created', (made) => guardSession(made, diagnostics))
  app.on('web-contents-created', (_event, contents) => guardContents(contents, diagnostics))
  guardSession(session.defaultSession, diagnostics)
}

function answerPage(window: () => ConsoleWindow | undefined, core: CoreKeeper, mark: BuildMark, dataDir: string): void {
  ipcMain.handle(callChannel, (event, raw: unknown) => {
    const frame = event.senderFrame
    const caller = {
      frameUrl: frame?.url,
      isTopFrame: frame !== null && frame === event.sender.mainFrame,
      isConsoleWindow: event.sender === window()?.browserWindow.webContents,
    }
    return answerCall(caller, raw, {
      showDataFolder: () => shell.openPath(dataDir),
      startAgain: core.startAgain,
      copyText: (text) => clipboard.writeText(text),
      useTheme: (theme) => {
        const open = window()
        if (open === undefined) return
        open.useTheme(theme)
        setMenu(open, mark, dataDir)
      },
      savePdf: (fileName) => savePdf(window(), fileName),
      quit: () => app.quit(),
    })
  })
}

/** By the layout for paper (`@media print` of the pages); the page names no path, the person chooses it. */
async function savePdf(window: ConsoleWindow | undefined, fileName: string): Promise<string> {
  if (window === undefined) return 'there is no window'
  const { browserWindow } = window
  const chosen = await dialog.showSaveDialog(browserWindow, {
    defaultPath: `${fileName}.pdf`,
    filters: [{ name: 'PDF', extensions: ['pdf'] }],
  })
  if (chosen.canceled || chosen.filePath === '') return ''
  try {
    await writeFile(chosen.filePath, await browserWindow.webContents.printToPDF({ pageSize: 'A4', preferCSSPageSize: true }))
    return ''
  } catch (error) {
    return error instanceof Error ? error.message : 'unknown'
  }
}

function setMenu(window: ConsoleWindow, mark: BuildMark, dataDir: string): void {
  const template = menuTemplate({
    platform: process.platform,
    theme: window.theme(),
    isDevelopment: isDevelopment(mark),
    send: (command) => {
      if (!window.browserWindow.isDestroyed()) window.browserWindow.webContents.send(menuChannel, command)
    },
    showDataFolder: () => void shell.openPath(dataDir),
  })
  Menu.setApplicationMenu(Menu.buildFromTemplate([...template]))
  app.setAboutPanelOptions({
    applicationName: 'IBCF Field Console',
    applicationVersion: mark.version,
    version: `Electron ${process.versions.electron}${mark.isTestRuntime ? ', a build for tests' : ''}`,
    copyright: 'Copyright (c) IBCF Field Console maintainers',
    iconPath: join(process.resourcesPath, 'icon.png'),
  })
}

function hostFacts(mark: BuildMark): HostFacts {
  const { electron, chrome, node } = process.versions
  return { versions: { app: mark.version, electron, chrome, node }, platform: process.platform, lang: app.getLocale() }
}

function isDevelopment(mark: BuildMark): boolean {
  return mark.isTestRuntime || !app.isPackaged
}

async function findWay(mark: BuildMark): Promise<Way> {
  const versions = { node: process.versions.node, napi: process.versions['napi'] ?? '0', electron: process.versions.electron }
  const named = process.env['IBCF_NODE']
  if (!mark.isTestRuntime || named === undefined || named === '') return chooseWay({ versions, isTestRuntime: mark.isTestRuntime })
  return chooseWay({ versions, isTestRuntime: true, namedNode: await askNode(resolve(named), coreEnvironment(process.env)) })
}

function beginning(wished: WishOrRefusal, { userData, mark, diagnostics }: ShellParts): ReturnType<KeeperWishes['begin']> {
  if (!wished.ok) return { refused: wished }
  const key = openSealedKey(join(userData, 'key-encryption-key.sealed'), safeStorage, process.platform)
  if (key.kind === 'refused') return { refused: key }
  if (key.kind === 'none') diagnostics.note('no key store is used', { reason: key.reason })
  return {
    dataDir: wished.wish.dataDir,
    appVersion: mark.version,
    buildDate: mark.buildDate,
    lang: app.getLocale(),
    ...(key.kind === 'key' ? { keyEncryptionKey: key.keyEncryptionKey } : {}),
  }
}
