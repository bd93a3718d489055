/** The shell's beginning: what has to be said before Electron is ready, and whether this is the one console of its user. */
import { join } from 'node:path'
import { app } from 'electron'
import { claimScheme } from './app-scheme.ts'
import { readBuildMark } from './build-mark.ts'
import { openDiagnostics } from './diagnostics.ts'
import { runShell } from './shell.ts'

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
  begin().catch((error: unknown) => {
    process.stderr.write(`The shell could not start: ${reasonOf(error)}\n`)
    app.exit(4)
  })
} else {
  process.stderr.write('The console is already open; its window was brought to the front.\n')
  app.exit(0)
}

async function begin(): Promise<void> {
  const userData = app.getPath('userData')
  const diagnostics = openDiagnostics(join(userData, 'logs'))
  // Electron's own answer to a fault is a dialog that holds everything up until somebody clicks it, core's clean end included. The shell
  // keeps nothing that a fault could spoil: it is written down, and the window goes on.
  process.on('uncaughtException', (error, origin) => diagnostics.note('a fault in the shell', { origin, reason: reasonOf(error) }))
  process.on('unhandledRejection', (error) => diagnostics.note('a fault in the shell', { origin: 'rejection', reason: reasonOf(error) }))
  await app.whenReady()
  await driverAttached()
  diagnostics.note('the shell starts', { version: mark.version, electron: process.versions.electron, testRuntime: mark.isTestRuntime })
  runShell({ appPath, userData, mark, diagnostics })
}

/**
 * A build for tests may be driven by Playwright, which attaches while the program already runs and can miss a page that loads meanwhile.
 * Where it is said to come, it is waited for; `__playwright_run` is what it calls once it is there.
 */
function driverAttached(): Promise<void> {
  if (!mark.isTestRuntime || process.env['IBCF_DRIVEN'] !== 'yes') return Promise.resolve()
  return new Promise((resolve) => Object.assign(globalThis, { __playwright_run: resolve }))
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
