/**
 * The story of the product as its user sees it: the packaged console in real Electron is the master, three nodes are processes of their
 * own, and every step is looked at. The same story without a window, in more detail, is in test/integration/story.
 */
import Database from 'better-sqlite3'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { callProcedure, targetOfDirectory } from '../../../core/bin/api-client.ts'
import type { EnrolmentView } from '../../../core/contract/people.ts'
import type { NodeDetail, SessionView } from '../../../core/contract/nodes.ts'
import { createFiles } from '../../../core/platform/files.ts'
import { runCommand, temporaryDirectory } from '../../helpers/command-line.ts'
import { type CuttableLink, openCuttableLink } from '../../helpers/cuttable-link.ts'
import { launchConsole, type LaunchedConsole } from '../../helpers/electron-app.ts'
import { alterText, tamper } from '../../helpers/store/tamper.ts'
import { type RunningNode, startNode, waitFor } from '../../helpers/processes.ts'

const screens = fileURLToPath(new URL('../__screens__', import.meta.url))
const home = temporaryDirectory('console-story')
const masterDirectory = join(home.path, 'master')
const names = ['pump', 'valve', 'gate'] as const
type Name = (typeof names)[number]

let desk: LaunchedConsole
let page: Page
const links = {} as Record<Name, CuttableLink>
const nodes = {} as Record<Name, RunningNode>

const call = async <Answer>(procedure: string, input: unknown = {}): Promise<Answer> =>
  (await callProcedure(
    targetOfDirectory(masterDirectory, createFiles()),
    'main',
    procedure,
    input,
    undefined,
    new AbortController().signal,
  )) as Answer
const detail = (name: Name): Promise<NodeDetail> => call<NodeDetail>('node.get', { nodeId: nodes[name].nodeId })
const start = async (name: Name): Promise<void> => {
  const pace = ['--contact-every', '1', '--observe-every', '1', '--snapshot-every', '5', '--autonomy-budget', '3600']
  nodes[name] = await startNode(
    join(home.path, name),
    links[name].url,
    '--name',
    name,
    '--kind',
    'EDGE',
    '--tags',
    'story',
    '--serial',
    `S-${name}`,
    ...pace,
  )
}
const sessionsOf = async (name: Name): Promise<readonly SessionView[]> =>
  (await call<{ readonly items: readonly SessionView[] }>('session.list')).items.filter(({ nodeId }) => nodeId === nodes[name].nodeId)

/** The console is where it was opened; only the address after `#` changes, as with any of its links. */
async function visit(place: string): Promise<void> {
  await page.evaluate((hash) => {
    window.location.hash = hash
  }, `/w/main/${place}`)
}

async function picture(name: string): Promise<void> {
  await page.screenshot({ path: join(screens, `story-${name}.png`) })
}

/** What the page says, as a reader of it would find it. */
async function sees(text: string | RegExp, withinMs = 30_000): Promise<void> {
  await page.getByText(text).first().waitFor({ state: 'visible', timeout: withinMs })
}

beforeAll(async () => {
  mkdirSync(screens, { recursive: true })
  desk = await launchConsole({ dataDir: masterDirectory, size: { width: 1280, height: 800 } })
  page = desk.page
})

afterAll(async () => {
  for (const name of names) await nodes[name]?.stop('SIGKILL')
  for (const name of names) await links[name]?.close()
  await desk?.close().catch(() => undefined)
  home.dispose()
})

describe('the story in the console', () => {
  it('[SY1] 1. a new master: its first operator and its names, in one minute', async () => {
    await page.getByRole('heading', { name: 'A new master' }).waitFor()
    await picture('1-first-run')
    await page.getByLabel('Your name').fill('Ada')
    await page.getByRole('button', { name: 'Go on' }).click()
    await page.getByLabel('Name of this master').fill('Harbour laptop')
    await page.getByLabel('Name of the island').fill('Story island')
    await page.getByRole('button', { name: 'Begin' }).click()
    await page.waitForFunction(() => document.documentElement.dataset['ready'] === 'overview')
    await picture('1-founded')
    const { items } = await call<{ readonly items: readonly { readonly id: string; readonly name: string }[] }>('domain.list')
    expect(items.map(({ name }) => name)).toEqual(['Story island'])
    await call('domain.configure', {
      domainId: items[0]?.id,
      thresholds: { delayedAfterS: 2, edgeCachedAfterS: 3, autonomousAfterS: 5, recoverAfterContacts: 1 },
    })
  })

  it('[SY1] 2. nodes ask to join: one is let in here, two on the command line', async () => {
    await visit('enrolments')
    await page.getByRole('button', { name: 'Listen for nodes' }).click()
    await page.getByLabel('Address of this machine and port').fill('127.0.0.1:0')
    await page.getByRole('dialog').getByRole('button', { name: 'Listen', exact: true }).click()
    await sees('Nodes reach this master at')
    const { gatewayUrl } = await call<{ readonly gatewayUrl: string }>('master.get')
    for (const name of names) {
      links[name] = await openCuttableLink(gatewayUrl)
      await start(name)
    }
    await sees('The node must show these six words')
    const pending = await waitFor('three requests', async () => {
      const { items } = await call<{ readonly items: readonly EnrolmentView[] }>('enrolment.list', { status: 'PENDING' })
      return items.length === 3 ? items : undefined
    })
    await waitFor('three requests on screen', async () =>
      (await page.getByRole('button', { name: 'Words match, let in' }).count()) === 3 ? true : undefined,
    )
    await picture('2-enrolments')
    const asks = page.getByRole('listitem').filter({ has: page.getByRole('heading', { name: 'pump' }) })
    await asks.getByRole('button', { name: 'Words match, let in' }).click()
    for (const name of ['valve', 'gate'] as const) {
      const requestId = pending.find(({ nodeId }) => nodeId === nodes[name].nodeId)?.requestId
      expect((await runCommand('call', 'enrolment.approve', JSON.stringify({ requestId }), '--data', masterDirectory)).status).toBe(0)
    }
    for (const name of names) {
      await waitFor(`${name} LIVE`, async () => ((await detail(name)).record.connectivity.mode === 'LIVE' ? true : undefined))
    }
  })

  it('[SY1] 3. the fleet, the domain and the node show it live', async () => {
    await visit('')
    await sees('3 nodes, 3 live')
    await picture('3-global')
    const { record } = await waitFor('its snapshot', async () => {
      const its = await detail('pump')
      return its.record.actual_state.inventory === null ? undefined : its
    })
    await visit(`domain/${record.domain_id}`)
    await page.getByRole('heading', { name: 'Story island' }).waitFor()
    await picture('3-domain')
    await visit(`node/${record.id}`)
    await page.getByRole('heading', { name: 'pump' }).waitFor()
    await sees('LIVE_OK')
    expect(await page.getByText('S-pump').count()).toBeGreaterThan(0)
    await picture('3-node')
  })

  it('[SY1] 4. a node is cut off, killed and started again, and comes back with everything; nobody touches the page', async () => {
    links.pump.cut()
    await sees('AUTONOMOUS_BUFFERING', 60_000)
    await picture('4-autonomous')
    expect(await nodes.pump.stop('SIGKILL')).toBeNull()
    await start('pump')
    links.pump.throttle(4000)
    links.pump.restore()
    await sees(/REPLAYING_(UPLOADING|APPLYING)/, 60_000)
    await picture('4-replaying')
    links.pump.throttle(undefined)
    await sees('LIVE_OK', 60_000)
    await picture('4-live-again')
    expect((await sessionsOf('pump'))[0]).toMatchObject({ verdict: 'CLEAN' })
  })

  it('[SY1] 5. a node comes back with an altered past: quarantined, with the reason in plain words', async () => {
    await visit(`node/${nodes.valve.nodeId}`)
    await page.getByRole('heading', { name: 'valve' }).waitFor()
    links.valve.cut()
    await sees('AUTONOMOUS_BUFFERING', 60_000)
    const altered = await waitFor('a backlog that is signed', () => lastSigned(join(home.path, 'valve')))
    expect(await nodes.valve.stop('SIGKILL')).toBeNull()
    alterEvent(join(home.path, 'valve'), altered)
    await start('valve')
    links.valve.restore()
    await sees('QUARANTINED_TRUST', 60_000)
    await sees(/not the ones that were signed/)
    await picture('5-quarantined')
    await visit('attention')
    await sees(/valve/)
    await picture('5-attention')
  })

  it('[SY1] 6. the core is killed in the middle of a replay: the console says so, starts it again, and the replay ends', async () => {
    await visit(`node/${nodes.gate.nodeId}`)
    await page.getByRole('heading', { name: 'gate' }).waitFor()
    links.gate.cut()
    await sees('AUTONOMOUS_BUFFERING', 60_000)
    await waitFor('a backlog', () => ((lastSigned(join(home.path, 'gate'))?.seq ?? 0) > 20 ? true : undefined), 90_000)
    links.gate.throttle(1500)
    links.gate.restore()
    const halfway = await waitFor(
      'the middle of the replay',
      async () => {
        const [session] = await sessionsOf('gate')
        return session?.step === 'UPLOADING' && session.receivedEvents > 0 && session.receivedEvents < session.expectedEvents
          ? session
          : undefined
      },
      60_000,
    )
    await picture('6-middle-of-the-replay')
    const mark = JSON.parse(Buffer.from(createFiles().read(join(masterDirectory, 'run.json')) ?? new Uint8Array()).toString('utf8')) as {
      readonly pid: number
    }
    process.kill(mark.pid, 'SIGKILL')
    links.gate.throttle(undefined)
    const ended = await waitFor(
      'the end of the replay',
      async () => (await sessionsOf('gate')).find(({ id, verdict }) => id === halfway.id && verdict !== null),
      90_000,
    )
    expect(ended).toMatchObject({ verdict: 'CLEAN' })
    await page.getByRole('heading', { name: 'gate' }).waitFor({ timeout: 60_000 })
    await sees('LIVE_OK', 60_000)
    await picture('6-ended')
  })

  it('[SY1] 7. what the console kept verifies', async () => {
    for (const name of names) await nodes[name].stop()
    await desk.close()
    const { status, stdout } = await runCommand('verify', '--data', masterDirectory, '--json')
    expect([status, JSON.parse(stdout.trim().split('\n').at(-1) ?? '')]).toEqual([
      0,
      expect.objectContaining({ ok: true, origins: 4, findings: 0 }),
    ])
    expect((await runCommand('verify', '--data', join(home.path, 'pump'))).status).toBe(0)
    expect((await runCommand('verify', '--data', join(home.path, 'valve'))).status).toBe(1)
  })
})

type Place = { readonly log: string; readonly seq: number }

/** The last event of the node's fact log that is in a signed part. */
function lastSigned(directory: string): Place | undefined {
  const database = new Database(join(directory, 'store.sqlite'), { readonly: true })
  try {
    const row = database
      .prepare("SELECT l.name AS log, max(s.to_seq) AS seq FROM segments s JOIN logs l ON l.number = s.log WHERE l.name LIKE '%/fact/-'")
      .get() as { readonly log: string | null; readonly seq: number }
    return row.log === null ? undefined : { log: row.log, seq: row.seq }
  } finally {
    database.close()
  }
}

/** What someone with the disk in hands could do: one figure of one event, in place, behind the back of the triggers. */
function alterEvent(directory: string, { log, seq }: Place): void {
  tamper(directory, (sql) => alterText(sql, seq, /"time":"(\d{3})\d/, '"time":"$10', log))
}
