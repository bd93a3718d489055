/** The life of the packaged console: opened, opened twice, hurt, refused and closed. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type LaunchedConsole, launchConsole, overviewDrawn } from '../../helpers/electron-app.ts'

let folder = ''
let open: LaunchedConsole | undefined
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ibcf-life-'))
})
afterEach(async () => {
  await open?.close()
  open = undefined
  rmSync(folder, { recursive: true, force: true })
})

async function launch(...wishes: Parameters<typeof launchConsole>): Promise<LaunchedConsole> {
  open = await launchConsole(...wishes)
  return open
}

/** The core process of a console: the child that runs core's bundle. */
function corePid({ app }: LaunchedConsole): number {
  const told = execFileSync('ps', ['--ppid', String(app.process().pid), '-o', 'pid=,args='], { encoding: 'utf8' })
  const line = told.split('\n').find((one) => one.includes('entry.mjs'))
  if (line === undefined) throw new Error(`No core among the children:\n${told}`)
  return Number.parseInt(line, 10)
}

/** The first operator, without whom the console shows only the way to make one. */
async function makeOperator({ page }: LaunchedConsole): Promise<void> {
  const [status, told] = await page.evaluate(async () => {
    const headers = { 'content-type': 'application/json' }
    const body = JSON.stringify({ json: { name: 'Ada', role: 'authority' } })
    const answer = await fetch('/rpc/main/operator/create', { method: 'POST', headers, body })
    return [answer.status, await answer.text()]
  })
  expect(status, String(told)).toBe(200)
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

describe('the window', () => {
  it('[SH5] opens where it was left', async () => {
    const userDataDir = join(folder, 'shell')
    const first = await launch({ userDataDir, size: { width: 1024, height: 600 } })
    await first.page.waitForSelector('#root > *')
    const bounds = { x: 60, y: 40, width: 1000, height: 620 }
    await first.app.evaluate(({ BrowserWindow }, to) => BrowserWindow.getAllWindows()[0]?.setBounds(to), bounds)
    const state = (): unknown => JSON.parse(readFileSync(join(userDataDir, 'window-state.json'), 'utf8')).bounds
    await expect.poll(state).toEqual(bounds)
    await first.close()
    const second = await launch({ userDataDir })
    expect(await second.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.getBounds())).toEqual(bounds)
  })

  it('[SH5] opens all the same when its state is damaged, and says so in the diagnostics', async () => {
    const userDataDir = join(folder, 'shell')
    const first = await launch({ userDataDir, theme: 'dark' })
    await first.close()
    writeFileSync(join(userDataDir, 'window-state.json'), '{"version":1,"bou')
    const second = await launch({ userDataDir })
    await second.page.waitForSelector('#root > *')
    expect(second.diagnostics()).toContain('the window state is left aside')
  })

  it('[SH11] is one: a second start brings it to the front and ends', async () => {
    const shell = await launch()
    await shell.page.waitForSelector('#root > *')
    await shell.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.hide())
    expect(await shell.startAnother()).toBe(0)
    const isVisible = (): Promise<boolean> =>
      shell.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.isVisible() ?? false)
    await expect.poll(isVisible).toBe(true)
    expect(await shell.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1)
  })

  it('[SH14] sends what is chosen in the menu to the page', async () => {
    const shell = await launch()
    await shell.page.waitForSelector('#root > *')
    await shell.page.evaluate(() => {
      const seen: string[] = []
      Object.assign(window, { seen })
      window.ibcfHost?.onMenu((command) => seen.push(command))
    })
    await shell.app.evaluate(({ Menu }) => Menu.getApplicationMenu()?.getMenuItemById('open-palette')?.click())
    await expect.poll(() => shell.page.evaluate(() => 'seen' in window && window.seen)).toEqual(['open-palette'])
  })

  it('[SH14] takes the theme from the menu, and the menu takes it from the page', async () => {
    const shell = await launch()
    await makeOperator(shell)
    await shell.page.reload()
    await overviewDrawn(shell.page)
    await shell.app.evaluate(({ Menu }) => Menu.getApplicationMenu()?.getMenuItemById('theme-dark')?.click())
    await shell.page.waitForSelector('html[data-theme=dark]')
    const told = (): Promise<unknown> =>
      shell.app.evaluate(({ Menu, nativeTheme }) => ({
        checked: Menu.getApplicationMenu()?.getMenuItemById('theme-dark')?.checked,
        source: nativeTheme.themeSource,
      }))
    await expect.poll(told).toEqual({ checked: true, source: 'dark' })
  })
})

describe('core', () => {
  it('[SH6] killed, is told of on a calm page and started again from there, where the person was', async () => {
    const shell = await launch()
    const { page } = shell
    await page.waitForSelector('#root > *')
    await page.evaluate(() => {
      window.location.hash = '#/w/main/attention'
    })
    const before = corePid(shell)
    process.kill(before, 'SIGKILL')
    await page.waitForSelector('html[data-ready=trouble]')
    expect(await page.textContent('#code')).toBe('CORE_EXITED')
    expect(await page.textContent('#sentence')).toContain('by signal SIGKILL')
    await page.click('#copy')
    await expect.poll(() => shell.app.evaluate(({ clipboard }) => clipboard.readText())).toContain('CORE_EXITED\n')
    await page.click('#start-again')
    await page.waitForSelector('#root > *')
    expect(page.url()).toContain('#/w/main/attention')
    expect(corePid(shell)).not.toBe(before)
  })

  it('[SH6] that refuses its data folder is told of with its own code, and leaves the folder as it was', async () => {
    const dataDir = join(folder, 'a file')
    writeFileSync(dataDir, 'not a folder')
    const { page } = await launch({ dataDir })
    await page.waitForSelector('html[data-ready=trouble]')
    expect(await page.textContent('#code')).toMatch(/^[A-Z][A-Z_]+$/)
    expect(await page.textContent('#code')).not.toBe('CORE_EXITED')
    expect(await page.textContent('#sentence')).not.toBe('')
    expect(await page.$('#wait')).toBeNull()
    expect(readFileSync(dataDir, 'utf8')).toBe('not a folder')
  })

  it('[SH9] is not started on an option that cannot be understood', async () => {
    const { page } = await launch({ args: ['--workspace=elsewhere'] })
    await page.waitForSelector('html[data-ready=trouble]')
    expect(await page.textContent('#code')).toBe('ARGUMENT_INVALID')
    expect(await page.textContent('#sentence')).toContain('elsewhere')
  })

  it('[SH7] [SH8] is not started in a Node that is missing', async () => {
    const { page } = await launch({ environment: { IBCF_NODE: join(folder, 'no-node') } })
    await page.waitForSelector('html[data-ready=trouble]')
    const { electron } = process.versions
    expect(electron).toBeUndefined()
    expect(await page.textContent('#code')).toBe('HOST_NODE_SILENT')
  })

  it('[SH6] is given its socket elsewhere when the folder of the session is not there', async () => {
    const shell = await launch({ environment: { XDG_RUNTIME_DIR: join(folder, 'gone') } })
    await shell.page.waitForSelector('#root > *')
    await expect.poll(shell.diagnostics).toContain('"state":"serving"')
  })

  it('[SH15] is let close its files when the console is quit, and does not outlive it', async () => {
    const shell = await launch()
    await shell.page.waitForSelector('#root > *')
    const pid = corePid(shell)
    await shell.close()
    open = undefined
    expect(isAlive(pid)).toBe(false)
    expect(shell.diagnostics()).toContain('"state":"closed","because":"exited"')
  })

  it('[SH15] does not outlive a console that is killed', async () => {
    const shell = await launch()
    await shell.page.waitForSelector('#root > *')
    const pid = corePid(shell)
    shell.app.process().kill('SIGKILL')
    await expect.poll(() => isAlive(pid), { timeout: 20_000 }).toBe(false)
  })
})
