/**
 * The shell's beginning: puts its parts together in the order Electron asks for. It holds no rule of the fleet; what it decides is in the
 * pure files beside it.
 */
import { join, resolve } from 'node:path'
import { app, BrowserWindow, clipboard, ipcMain, Menu, safeStorage, session, shell } from 'electron'
import { askNode } from '../core-host/ask-node.ts'
import { chooseWay, type Way } from '../core-host/choose-way.ts'
import { coreEnvironment } from '../core-host/start-core.ts'
import { callChannel, menuChannel } from '../preload/host-bridge.ts'
import { claimScheme, serveScheme } from './app-scheme.ts'
import { parseArguments, type WishOrRefusal } from './arguments.ts'
import { type BuildMark, readBuildMark } from './build-mark.ts'
import { keepCore, type KeeperWishes } from './core-keeper.ts'
import { withDemoIsland } from './demo-workspace.ts'
import { openDiagnostics, type ShellDiagnostics } from './diagnostics.ts'
import { guardContents, guardSession } from './guard.ts'
import { answerCall } from './host-calls.ts'
import { menuTemplate } from './menu.ts'
import { type PageSwitch, switchPages } from './page-switch.ts'
import { openSealedKey } from './sealed-key.ts'
import { type ConsoleWindow, openWindow } from './window.ts'

const appPath = app.getAppPath()
const mark = readBuildMark(appPath)

// Named for files and services rather than for people; an explicit --user-data-dir goes before it.
if (!app.commandLine.hasSwitch('user-data-dir')) app.setPath('userData', join(app.getPath('appData'), 'ibcf-field-console'))
for (const name of [
  'disable-background-networking',
  'disable-component-update',
  'disable-domain-reliability',
  'no-pings',
  'disable-quic',
]) {
  app.commandLine.appendSwitch(name)
}
claimScheme()

if (app.requestSingleInstanceLock()) {
  // Where the operating system has no sandbox to give (root in a container), whoever starts us says so, and asking for it would end us.
  if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox()
  app
    .whenReady()
    .then(driverAttached)
    .then(run, (error: unknown) => {
      process.stderr.write(`The shell could not start: ${String(error)}\n`)
      app.exit(4)
    })
} else {
  process.stderr.write('The console is already open; its window was brought to the front.\n')
  app.exit(0)
}

/**
 * A build for tests may be driven by Playwright, which attaches while the program already runs and can miss a page that loads meanwhile.
 * Where it is said to come, it is waited for; `__playwright_run` is what it calls once it is there.
 */
function driverAttached(): Promise<void> {
  if (!mark.isTestRuntime || process.env['IBCF_DRIVEN'] !== 'yes') return Promise.resolve()
  return new Promise((resolve) => Object.assign(globalThis, { __playwright_run: resolve }))
}

function run(): void {
  const userData = app.getPath('userData')
  app.setAboutPanelOptions({
    applicationName: 'IBCF Field Console',
    applicationVersion: mark.version,
    version: `Electron ${process.versions.electron}${mark.isTestRuntime ? ', a build for tests' : ''}`,
    copyright: 'Copyright (c) IBCF Field Console maintainers',
    iconPath: join(process.resourcesPath, 'icon.png'),
  })
  const diagnostics = openDiagnostics(join(userData, 'logs'))
  diagnostics.note('the shell starts', { version: mark.version, electron: process.versions.electron, testRuntime: mark.isTestRuntime })
  // Electron's own answer to a fault is a dialog that holds everything up until somebody clicks it, core's clean end included. The shell
  // keeps nothing that a fault could spoil: it is written down, and the window goes on.
  process.on('uncaughtException', (error, origin) => diagnostics.note('a fault in the shell', { origin, reason: reasonOf(error) }))
  process.on('unhandledRejection', (error) => diagnostics.note('a fault in the shell', { origin: 'rejection', reason: reasonOf(error) }))
  const wished = parseArguments(process.argv.slice(1), {
    defaultDataDir: join(userData, 'data'),
    workingDir: process.cwd(),
    environment: process.env,
  })
  const dataDir = wished.ok ? wished.wish.dataDir : join(userData, 'data')
  const isForDemo = wished.ok && wished.wish.workspace === 'demo'

  app.on('session-created', (made) => guardSession(made, diagnostics))
  app.on('web-contents-created', (_event, contents) => guardContents(contents, diagnostics))
  guardSession(session.defaultSession, diagnostics)

  let window: ConsoleWindow | undefined
  let pages: PageSwitch | undefined
  let isLeaving = false
  const core = keepCore({
    entry: join(appPath.replace(/app\.asar$/, 'app.asar.unpacked'), 'out', 'core', 'entry.mjs'),
    way: () => findWay(mark),
    begin: () => beginning(wished, mark, userData, diagnostics),
    onConsole: () => pages?.show('console'),
    onTrouble: () => pages?.show('trouble'),
    onClosed: () => {
      isLeaving = true
      app.quit()
    },
    diagnostics,
  })
  serveScheme(session.defaultSession, {
    folder: join(appPath, 'out', 'renderer'),
    version: mark.version,
    dataDir,
    whereCoreIs: isForDemo ? withDemoIsland(core.whereCoreIs, diagnostics) : core.whereCoreIs,
    trouble: core.trouble,
    pageLife: () => pages?.pageLife() ?? AbortSignal.abort(),
  })

  const open = (): void => {
    const opened = openWindow({
      appPath,
      statePath: join(userData, 'window-state.json'),
      facts: {
        versions: { app: mark.version, electron: process.versions.electron, chrome: process.versions.chrome, node: process.versions.node },
        platform: process.platform,
        lang: app.getLocale(),
      },
      isDevelopment: mark.isTestRuntime || !app.isPackaged,
      diagnostics,
    })
    window = opened
    opened.browserWindow.on('closed', () => {
      window = undefined
      pages = undefined
    })
    opened.browserWindow.webContents.on('render-process-gone', (_event, details) => {
      diagnostics.note('the page ended unexpectedly', { reason: details.reason })
      if (!isLeaving && details.reason !== 'clean-exit') opened.browserWindow.webContents.reload()
    })
    refreshMenu()
    pages = switchPages(opened.browserWindow.webContents, isForDemo ? '#/w/demo/' : '', diagnostics)
    pages.show(core.trouble() === undefined ? 'console' : 'trouble')
  }
  const showDataFolder = (): Promise<string> => shell.openPath(dataDir)
  const refreshMenu = (): void => {
    const template = menuTemplate({
      platform: process.platform,
      theme: window?.theme() ?? 'system',
      isDevelopment: mark.isTestRuntime || !app.isPackaged,
      send: (command) => window?.browserWindow.webContents.send(menuChannel, command),
      showDataFolder: () => void showDataFolder(),
    })
    Menu.setApplicationMenu(Menu.buildFromTemplate([...template]))
  }
  ipcMain.handle(callChannel, (event, raw: unknown) =>
    answerCall(
      {
        frameUrl: event.senderFrame?.url,
        isTopFrame: event.senderFrame !== null && event.senderFrame === event.sender.mainFrame,
        isConsoleWindow: event.sender === window?.browserWindow.webContents,
      },
      raw,
      {
        showDataFolder,
        startAgain: core.startAgain,
        copyText: (text) => clipboard.writeText(text),
        useTheme: (theme) => {
          window?.useTheme(theme)
          refreshMenu()
        },
        quit: () => app.quit(),
      },
    ),
  )

  app.on('second-instance', () => {
    if (window === undefined) return open()
    if (window.browserWindow.isMinimized()) window.browserWindow.restore()
    window.browserWindow.show()
    window.browserWindow.focus()
  })
  app.on('activate', () => {
    if (BrowserWindow.getAllWindows().length === 0) open()
  })
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit()
  })
  app.on('before-quit', (event) => {
    if (isLeaving) return
    event.preventDefault()
    window?.browserWindow.hide()
    core.close()
  })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => app.quit())
  open()
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

async function findWay(built: BuildMark): Promise<Way> {
  const versions = { node: process.versions.node, napi: process.versions['napi'] ?? '0', electron: process.versions.electron }
  const named = process.env['IBCF_NODE']
  const namedNode =
    built.isTestRuntime && named !== undefined && named !== '' ? await askNode(resolve(named), coreEnvironment(process.env)) : undefined
  return chooseWay({ versions, isTestRuntime: built.isTestRuntime, ...(namedNode === undefined ? {} : { namedNode }) })
}

function beginning(
  wished: WishOrRefusal,
  built: BuildMark,
  userData: string,
  diagnostics: ShellDiagnostics,
): ReturnType<KeeperWishes['begin']> {
  if (!wished.ok) return { refused: wished }
  const key = openSealedKey(join(userData, 'key-encryption-key.sealed'), safeStorage, process.platform)
  if (key.kind === 'refused') return { refused: key }
  if (key.kind === 'none') diagnostics.note('no key store is used', { reason: key.reason })
  return {
    dataDir: wished.wish.dataDir,
    appVersion: built.version,
    buildDate: built.buildDate,
    lang: app.getLocale(),
    ...(key.kind === 'key' ? { keyEncryptionKey: key.keyEncryptionKey } : {}),
  }
}
