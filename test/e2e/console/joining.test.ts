/** A new master from its first minute: an operator, names, a node with a hostile name that joins, and a connection that breaks. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Running, startCommand, temporaryDirectory } from '../../helpers/command-line.ts'
import { type Desk, openDesk } from './browser-console.ts'

const hostileName = '<img src=x onerror="document.title=1"> \u202Egnp.exe stateDiagram-v2 [*] --> X \u{1F9CA}'
/** What is left of it: the mark that turns text around is shown as a dot. */
const shownName = '<img src=x onerror="document.title=1"> \u00b7gnp.exe stateDiagram-v2 [*] --> X \u{1F9CA}'

let desk: Desk
let agent: Running | undefined
const agentDirectory = temporaryDirectory('hostile')

beforeAll(async () => {
  desk = await openDesk({ workspace: 'main' })
})

afterAll(async () => {
  await agent?.stop()
  await desk.close()
  agentDirectory.dispose()
})

describe('a new master', () => {
  it('[UI21] [UI15] asks who one is and what it is called, and offers the demo island beside it', async () => {
    const { page } = desk
    await page.getByRole('heading', { name: 'A new master' }).waitFor()
    expect(await page.getByRole('button', { name: 'Open the demo island' }).isVisible()).toBe(true)
    expect(await desk.findings()).toEqual([])
    await page.getByRole('button', { name: 'Go on' }).click()
    await page.getByText('Enter your name first.').waitFor()
    await page.getByLabel('Your name').fill('Ingrid Solberg')
    await page.keyboard.press('Enter')
    await page.getByLabel('Name of this master').fill('Laptop Nordkap')
    await page.getByLabel('Name of the island').fill('Nordkap island')
    await page.getByRole('button', { name: 'Begin' }).click()
    await page.getByRole('heading', { name: 'No nodes yet' }).waitFor()
    await page.getByText('Laptop Nordkap').first().waitFor()
    await page.getByRole('button', { name: /Ingrid Solberg/ }).waitFor()
    await desk.picture('first-steps')
    expect(await desk.findings()).toEqual([])
  })

  it('[UI7] [UI25] a hostile name is text on the enrolment desk, with the words of its key', async () => {
    const { page } = desk
    const { url } = desk.running.ready as { readonly url: string }
    agent = await startCommand('node', '--data', agentDirectory.path, '--master', url, '--name', hostileName)
    await desk.visit('enrolments')
    await page.getByRole('heading', { name: shownName }).waitFor()
    expect(await page.locator('main img').count()).toBe(0)
    expect(
      await page
        .locator('ol')
        .filter({ has: page.getByText('6', { exact: true }) })
        .getByRole('listitem')
        .count(),
    ).toBe(6)
    await desk.picture('hostile-enrolment')
    expect(await desk.findings()).toEqual([])
  })

  it('[UI7] [UI27] let in, it is text on its page, in the title of the window and in the list', async () => {
    const { page } = desk
    await page.getByRole('button', { name: 'Words match, let in' }).click()
    await page.getByText('Nobody asks to join').waitFor()
    await page.getByRole('link', { name: shownName }).click()
    await page.getByRole('heading', { level: 1, name: shownName }).waitFor()
    await page.getByRole('button', { name: /Master of record here/ }).waitFor()
    expect(await page.title()).toContain('<img src=x')
    await page.locator('figure img').first().waitFor()
    await page.getByText('Its health went from UNKNOWN to OK', { exact: false }).or(page.getByText('LIVE').first()).first().waitFor()
    await desk.picture('hostile-node')
    expect(desk.complaints).toEqual([])
    expect(await desk.findings()).toEqual([])
  })

  it('[UI15] publishes a policy only when it can be read, and assigns it', async () => {
    const { page } = desk
    await desk.visit('policies')
    await page.getByRole('button', { name: 'New policy' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Name', { exact: true }).fill('Field edge')
    await dialog.getByLabel('Version', { exact: true }).fill('1.0.0')
    await dialog.getByLabel('Target version of the software').fill('9.9.9')
    await dialog.getByLabel('Configuration (JSON)').fill('{\n  "a": oops\n}')
    await dialog.getByText('This is not JSON yet: see line 2.').waitFor()
    await dialog.getByLabel('Configuration (JSON)').fill('{"logging": {"level": "info"}}')
    await dialog.getByRole('button', { name: 'Publish' }).click()
    await page.getByRole('button', { name: 'Assign to a domain' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Assign', exact: true }).click()
    await page.getByText(/is what Nordkap island is to be/).waitFor()
    await desk.visit('')
    const shown = page.getByRole('link', { name: /Field edge 1\.0\.0/ })
    await shown.waitFor()
    expect(await shown.count()).toBe(1)
  })

  it('[UI2] [UI5] [UI3] says since when it does not hear the master, and the page loses its colours', async () => {
    const { page } = desk
    await agent?.stop()
    await desk.running.stop('SIGKILL')
    await page.getByText(/Not connected to the master since/).waitFor()
    await page.getByText('Not connected', { exact: true }).waitFor()
    const filter = await page.locator('main > div').evaluate((element) => getComputedStyle(element).filter)
    expect(filter).toMatch(/grayscale/)
    await desk.visit('attention')
    await desk.visit('returns')
    await page.getByText('MASTER_UNREACHABLE').waitFor()
    await page.getByRole('button', { name: 'Copy for the radio' }).waitFor()
    await desk.picture('not-connected')
    expect(await desk.findings()).toEqual([])
  })
})
