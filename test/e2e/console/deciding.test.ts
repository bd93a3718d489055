/** What people decide in the console, over the living demo island: rollouts, commands, authority, the inbox, the audit, and the query. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Desk, openDesk } from './browser-console.ts'

let desk: Desk
const ids = new Map<string, string>()

type Named = { readonly id: string; readonly name: string; readonly role?: string; readonly version?: string }

/** Asks the master as the page would. */
async function call<Answer>(procedure: string, input: unknown): Promise<Answer> {
  return desk.page.evaluate(
    async ([path, json]) => {
      const response = await fetch(`/rpc/demo/${String(path)}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ json }),
      })
      return ((await response.json()) as { json: Answer }).json
    },
    [procedure, input] as const,
  )
}

const idOf = (name: string): string => ids.get(name) ?? ''

beforeAll(async () => {
  desk = await openDesk({ workspace: 'demo' })
  await desk.visit('')
  await desk.page.waitForFunction(() => document.documentElement.dataset['ready'] === 'overview')
  const domains = await call<{ readonly items: readonly Named[] }>('domain/list', {})
  for (const { id, name } of domains.items) ids.set(name, id)
  ids.set('root', domains.items[0]?.id ?? '')
  const operators = await call<{ readonly items: readonly Named[] }>('operator/list', {})
  const authority = operators.items.find(({ role }) => role === 'authority')
  await call('operator/signIn', { operatorId: authority?.id })
  await desk.page.reload()
  await desk.page.waitForFunction(() => document.documentElement.dataset['ready'] === 'overview')
})

afterAll(async () => {
  await desk.close()
})

describe('rollouts', () => {
  it('[UI38] are planned, started and paused, with the verdict and its reasons beside every act', async () => {
    const { page } = desk
    await desk.visit('rollouts')
    await page.getByText('No rollout yet').waitFor()
    await page.getByRole('button', { name: 'Plan a rollout' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Name', { exact: true }).fill('Spring <script>')
    await dialog.getByRole('button', { name: 'Plan it' }).click()
    await dialog.getByText('Needed.').waitFor()
    await dialog.getByRole('button', { name: /Choose a policy/ }).click()
    await page.getByRole('option').first().click()
    await desk.picture('rollout-plan')
    expect(await desk.findings()).toEqual([])
    await dialog.getByRole('button', { name: 'Plan it' }).click()
    await page.getByRole('heading', { name: 'Safe to advance?' }).waitFor()
    await page.getByRole('list', { name: 'Reasons of the verdict' }).getByRole('listitem').first().waitFor()
    await page.getByRole('button', { name: 'Start', exact: true }).click()
    await page.getByLabel('Reason, kept on the record').fill('Shift plan')
    await page.getByRole('alertdialog').or(page.getByRole('dialog')).getByRole('button', { name: 'Start', exact: true }).click()
    await page.getByRole('button', { name: 'Pause' }).waitFor()
    await page.getByRole('button', { name: 'Show as a table' }).click()
    await page.getByRole('table', { name: 'Waves' }).waitFor()
    await desk.picture('rollout')
    expect(await desk.findings()).toEqual([])
    await desk.visit(`domain/${idOf('root')}/rollouts`)
    await page.getByRole('list', { name: 'Reasons of the verdict' }).first().waitFor()
    expect(desk.complaints).toEqual([])
  })
})

describe('commands', () => {
  it('[UI39] [UI45] a batch begins at a query, shows whom it would hit, and only then can be told', async () => {
    const { page } = desk
    await desk.visit(`domain/${idOf('root')}/nodes`)
    const line = page.getByRole('search', { name: 'Query' }).getByRole('textbox')
    await line.fill('domain:Camp mode:LIVE nonsense:1 phase:NOPE')
    await line.press('Enter')
    await page.getByText('Not known here: phase:NOPE.').waitFor()
    await page.waitForFunction((camp) => window.location.hash.includes(camp), idOf('Camp'))
    await line.fill('domain:Camp mode:LIVE')
    await line.press('Enter')
    await page.waitForFunction(() => !window.location.hash.includes('text='))
    await page.getByRole('button', { name: 'Tell these' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Reason, kept on the record').fill('Fresh evidence')
    expect(await dialog.getByRole('button', { name: /^Tell \d/ }).count()).toBe(0)
    await dialog.getByRole('button', { name: 'Show whom it would hit' }).click()
    const tell = dialog.getByRole('button', { name: /^Tell \d+ nodes?$/ })
    await tell.waitFor()
    await desk.picture('batch')
    expect(await desk.findings()).toEqual([])
    await tell.click()
    await dialog.waitFor({ state: 'detached' })
    await desk.visit(`domain/${idOf('Camp')}/commands`)
    await page.getByRole('group', { name: 'Commands, newest first' }).getByRole('button').first().waitFor()
    await page
      .getByRole('list', { name: 'Stages' })
      .getByText(/Proven|Received|Sent|Waiting for contact|Started/)
      .first()
      .waitFor()
    await desk.picture('commands')
    expect(await desk.findings()).toEqual([])
  })

  it('[UI47] [UI42] a line that differs is accepted, and corrected by a command that is filled in from it, beside the last known good', async () => {
    const { page } = desk
    const { items } = await call<{ readonly items: readonly { readonly id: string; readonly driftScore: number | null }[] }>('node/list', {
      domainId: idOf('root'),
      limit: 200,
    })
    const drifting = items.toSorted((a, b) => (b.driftScore ?? 0) - (a.driftScore ?? 0))[0]
    await desk.visit(`node/${drifting?.id ?? ''}`)
    const correct = page.getByRole('button', { name: /^Correct: \/configuration/ }).first()
    await correct.click()
    expect(await page.getByLabel('Places and values').inputValue()).toMatch(/^\/\S+ = /)
    await page.keyboard.press('Escape')
    const accept = page.getByRole('button', { name: /^Accept: / }).first()
    const place = ((await accept.getAttribute('aria-label')) ?? '').replace('Accept: ', '')
    await accept.click()
    await page.getByLabel('Reason, kept on the record').fill('Known')
    await page.getByRole('dialog').getByRole('button', { name: 'Accept it' }).click()
    await page.getByRole('button', { name: `Accept no longer: ${place}` }).waitFor()
    await page.getByRole('heading', { name: 'Last known good' }).waitFor()
    expect(await desk.findings()).toEqual([])
    expect(desk.complaints).toEqual([])
  })

  it('[UI46] observations lie along time, and a stretch of it can be looked at', async () => {
    const { page } = desk
    await page.getByRole('link', { name: 'Observations' }).click()
    await page.getByRole('button', { name: 'A shorter stretch' }).click()
    await page.getByText(/\d recorded|nothing recorded/).waitFor()
    await page.getByRole('button', { name: 'The newest' }).click()
    await page.getByRole('listbox', { name: 'Observations, newest first' }).getByRole('option').first().waitFor()
    expect(await desk.findings()).toEqual([])
  })
})

describe('who decides, and who is behind', () => {
  it('[UI40] [UI41] [UI37] the domain says both, with every act or why not', async () => {
    const { page } = desk
    await desk.visit(`domain/${idOf('root')}/authority`)
    await page.getByRole('button', { name: 'Act on the authority' }).click()
    await page
      .getByRole('menuitem', { name: /Resolve the contest/ })
      .getByText('Nobody disagrees')
      .waitFor()
    expect(await desk.findings()).toEqual([])
    await page.keyboard.press('Escape')
    await desk.visit(`domain/${idOf('root')}/behind`)
    const ranked = page.getByRole('table', { name: 'Who is behind' })
    await ranked.waitFor()
    await page.getByRole('button', { name: 'Relay', exact: true }).click()
    await ranked.getByRole('columnheader', { name: 'Relay' }).waitFor()
    expect(await desk.findings()).toEqual([])
    await desk.visit('')
    const map = page.getByRole('region', { name: 'Who decides where' })
    await map.getByRole('link', { name: /Port: Decided here/ }).waitFor()
    await map.getByRole('button', { name: 'Show as a table' }).click()
    await map.getByRole('table').waitFor()
    expect(await desk.findings()).toEqual([])
  })
})

describe('the inbox and the audit', () => {
  it('[UI44] an item is put off and goes to its own group; [UI43] the audit tells of it with its proof', async () => {
    const { page } = desk
    await desk.visit('attention')
    await page
      .getByRole('button', { name: /^What to do about: / })
      .first()
      .click()
    await page.getByRole('menuitem', { name: /^Put it off/ }).click()
    await page.getByLabel('Reason, kept on the record').fill('After the blast')
    await page.getByRole('dialog').getByRole('button', { name: 'Put it off' }).click()
    await page.getByRole('button', { name: 'Put off 1' }).click()
    await page.getByRole('list', { name: 'Attention queue' }).getByRole('listitem').first().waitFor()
    expect(await desk.findings()).toEqual([])
    await page.keyboard.press('g')
    await page.keyboard.press('u')
    await page.getByRole('heading', { name: 'Audit' }).waitFor()
    await page
      .getByText(/It was put off until/)
      .first()
      .waitFor()
    await page.getByText("The operator's own signature over this act verifies by the key that is held here.").waitFor()
    await desk.picture('audit')
    expect(await desk.findings()).toEqual([])
    await page.getByRole('button', { name: '8 hours' }).click()
    await page
      .getByText(/After the blast/)
      .first()
      .waitFor()
    expect(desk.complaints).toEqual([])
  })

  it('[UI45] [UI16] the palette takes a query and finds the views', async () => {
    const { page } = desk
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox').fill('kind:RELAY')
    await page.getByRole('option', { name: /Show the nodes of this query/ }).click()
    await page.waitForFunction(() => window.location.hash.includes('kinds=RELAY'))
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox').fill('quarantine')
    await page.getByRole('option', { name: /Nodes: In quarantine/ }).click()
    await page.waitForFunction(() => window.location.hash.includes('phases=QUARANTINED'))
    expect(await page.getByRole('search', { name: 'Query' }).getByRole('textbox').inputValue()).toMatch(/phase:QUARANTINED$/)
  })
})
