/** The desk of what is held, over a real master: its store, a backup, a rebuild, what could not be folded, and the life after a restore. */
import { DatabaseSync } from 'node:sqlite'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runCommand, temporaryDirectory } from '../../helpers/command-line.ts'
import { type Desk, openDesk, themes } from './browser-console.ts'

const place = temporaryDirectory('data-desk')
const dataDirectory = join(place.path, 'master')
const backupFile = join(place.path, 'kept.ibcf-backup')
const restoredDirectory = join(place.path, 'restored')
const sizes = [
  { width: 1280, height: 800 },
  { width: 1920, height: 1080 },
  { width: 1024, height: 600 },
] as const

let desk: Desk

afterAll(async () => {
  await desk.close()
  place.dispose()
})

/** The page once all of its parts have answered. */
async function openHeld(): Promise<void> {
  await desk.visit('data')
  await desk.page.getByRole('heading', { level: 1, name: 'What is held' }).waitFor()
  await desk.page.getByText('Free on the disk').waitFor()
  await desk.page.getByRole('table', { name: 'Projections' }).waitFor()
  await desk.page.getByText('This is the first life').or(desk.page.getByText('The store was restored')).first().waitFor()
}

describe('what is held', () => {
  beforeAll(async () => {
    desk = await openDesk({ workspace: 'main', directory: dataDirectory })
    const { page } = desk
    await page.getByLabel('Your name').fill('Ingrid Solberg')
    await page.keyboard.press('Enter')
    await page.getByLabel('Name of this master').fill('Laptop Nordkap')
    await page.getByLabel('Name of the island').fill('Nordkap island')
    await page.getByRole('button', { name: 'Begin' }).click()
    await page.getByRole('heading', { name: 'No nodes yet' }).waitFor()
  })

  it('[UI17] [UI29] is reached by keyboard and answers in a sentence, with the words of the fingerprint and their scope', async () => {
    const { page } = desk
    await page.keyboard.press('g')
    await page.keyboard.press('d')
    await openHeld()
    await page.getByText('No backup was made yet.').first().waitFor()
    await page.getByText('Cannot be said yet').waitFor()
    await page.getByText('Nothing is sealed').waitFor()
    await page.getByText(/Of everything: \d+ logs?/).waitFor()
    expect(await page.getByRole('table', { name: 'Projections' }).getByText('Up to date').count()).toBeGreaterThan(5)
    expect(desk.complaints).toEqual([])
  })

  it('[UI30] a backup that nothing protects is asked for twice, and may be left without doing anything', async () => {
    const { page } = desk
    await page.getByRole('button', { name: 'Back up now' }).click()
    await page.getByRole('button', { name: 'Nothing', exact: true }).click()
    await desk.picture('data-backup-dialog')
    expect(await desk.findings()).toEqual([])
    await page.getByRole('button', { name: 'Back up', exact: true }).click()
    await page.getByRole('heading', { name: 'Really without encryption?' }).waitFor()
    expect(await desk.findings()).toEqual([])
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await page.getByText('No backup was made yet').first().waitFor()
  })

  it('[UI30] a backup is made while the master works, proven, listed with how to bring it back', async () => {
    const { page } = desk
    await page.getByRole('button', { name: 'Back up now' }).click()
    await page.getByLabel('File, on the machine of this master').fill(backupFile)
    await page.getByLabel('Passphrase', { exact: true }).fill('nine grey whales swim north')
    await page.getByLabel('Passphrase once more').fill('nine grey whales')
    await page.getByText('The two are not the same.').first().waitFor()
    await page.getByLabel('Passphrase once more').fill('nine grey whales swim north')
    await page.getByRole('button', { name: 'Back up', exact: true }).click()
    const line = page.getByRole('region', { name: 'Backups' }).getByRole('listitem')
    await line.getByText('kept.ibcf-backup', { exact: true }).waitFor()
    expect(existsSync(backupFile)).toBe(true)
    await line.getByText('kept.ibcf-backup', { exact: true }).click()
    await page.getByText(`ibcf restore --from "${backupFile}"`, { exact: false }).first().waitFor()
    await page.getByText('Safe, complete and up to date, and there is room.').waitFor()
    await desk.picture('data-backup-made')
    expect(await desk.findings()).toEqual([])
    expect(desk.complaints).toEqual([])
  })

  it('[UI31] a rebuild says what it does and asks for a reason', async () => {
    const { page } = desk
    await page.getByRole('button', { name: 'Rebuild', exact: true }).click()
    await page.getByText(/No event is changed or lost/).waitFor()
    expect(await desk.findings()).toEqual([])
    await page.getByLabel('Reason').fill('To see that it comes out the same.')
    await page.getByRole('dialog').getByRole('button', { name: 'Rebuild', exact: true }).click()
    await page.getByText('The rebuild has begun.', { exact: false }).waitFor()
    await page.getByText('all up to date').waitFor()
  })

  describe.each(themes)('%s', (theme) => {
    it.each(sizes)('[UI19] has no serious finding at $width x $height', async (size) => {
      await desk.page.setViewportSize(size)
      await desk.wear(theme)
      await openHeld()
      await desk.picture(`data-${theme}-${String(size.width)}x${String(size.height)}`)
      expect(await desk.findings()).toEqual([])
      expect(desk.complaints).toEqual([])
    })
  })
})

describe('room for gloves', () => {
  it('[UI17] in the touch density nothing to press on the desk is smaller than 44 px', async () => {
    const { page } = desk
    await page.setViewportSize(sizes[0])
    await page.evaluate(() => {
      localStorage.setItem('ibcf-console-preferences', JSON.stringify({ state: { theme: 'light', density: 'touch' }, version: 1 }))
    })
    await page.reload()
    await openHeld()
    await page.getByRole('region', { name: 'Backups' }).getByText('kept.ibcf-backup', { exact: true }).click()
    const small = await page.evaluate(() =>
      [...document.querySelectorAll<HTMLElement>('button, summary, nav a')]
        .filter((element) => element.checkVisibility())
        .map((element) => ({ text: (element.textContent ?? '').slice(0, 30), height: element.getBoundingClientRect().height }))
        .filter(({ height }) => height > 0 && height < 43.5)
        .map(({ text, height }) => `${text}: ${String(Math.round(height))}`),
    )
    await desk.picture('data-touch')
    expect(small).toEqual([])
  })
})

describe('what could not be folded', () => {
  beforeAll(async () => {
    await desk.close()
    parkOneEvent(dataDirectory)
    desk = await openDesk({ workspace: 'main', directory: dataDirectory })
    await openHeld()
  })

  it('[UI32] [UI35] is told on every page, listed with its reason, and tried again', async () => {
    const { page } = desk
    await page.getByText('1 event could not be folded', { exact: false }).first().waitFor()
    await page.getByRole('link', { name: /What is held.*1/ }).waitFor()
    await page.getByText('FOLD_FAILED').first().waitFor()
    await desk.picture('data-parked')
    expect(await desk.findings()).toEqual([])
    await desk.visit('attention')
    await page.getByRole('link', { name: '1 event could not be folded.' }).waitFor()
    await desk.picture('data-parked-attention')
    expect(await desk.findings()).toEqual([])
    await page.getByRole('navigation', { name: 'Domains' }).getByRole('link').first().click()
    await page.getByText('Something is missing.').waitFor()
    expect(await desk.findings()).toEqual([])
    await openHeld()
    await page.getByRole('button', { name: 'Try all again' }).click()
    await page.getByText('Everything could be folded.').waitFor()
    await page.getByRole('region', { name: 'Parked events' }).waitFor({ state: 'detached' })
    expect(desk.complaints).toEqual([])
  })
})

describe('after a restore', () => {
  beforeAll(async () => {
    await desk.close()
    const passphrase = join(place.path, 'passphrase')
    writeFileSync(passphrase, 'nine grey whales swim north\n')
    const restored = await runCommand(
      'restore',
      '--from',
      backupFile,
      '--data',
      restoredDirectory,
      '--passphrase-file',
      passphrase,
      '--json',
    )
    expect(restored.status, restored.stderr).toBe(0)
    desk = await openDesk({ workspace: 'main', directory: restoredDirectory })
    await openHeld()
  })

  it('[UI33] says why this life began, that it holds no authority, and takes it back by break-glass with a debt', async () => {
    const { page } = desk
    await page.getByText('This master holds no authority.').waitFor()
    await page.getByText(/Goes on from \d+ logs? of before/).waitFor()
    await desk.picture('data-restored')
    expect(await desk.findings()).toEqual([])
    await page.getByRole('button', { name: 'Reclaim by break-glass' }).click()
    await page.getByLabel('Reason, kept on the record').fill('The disk of the old laptop died; nobody else decides here.')
    expect(await desk.findings()).toEqual([])
    await page.getByRole('button', { name: 'Break the glass' }).click()
    await page.getByText('was taken by break-glass at epoch 2', { exact: false }).waitFor()
    await page.getByText('This master holds no authority.').waitFor({ state: 'detached' })
    await desk.picture('data-debt')
    expect(await desk.findings()).toEqual([])
    await desk.visit('')
    await page.getByRole('link', { name: /What is held.*1/ }).waitFor()
    expect(desk.complaints).toEqual([])
  })
})

/** As a fault in the program of yesterday would have left it: an event beside the fold, with nothing wrong about it today. */
function parkOneEvent(directory: string): void {
  const database = new DatabaseSync(join(directory, 'store.sqlite'))
  try {
    const serving = database.prepare("SELECT number FROM projection_generations WHERE state = 'serving'").get() as {
      readonly number: number
    }
    const domain = database.prepare('SELECT subject FROM domains LIMIT 1').get() as { readonly subject: string }
    database
      .prepare(
        `INSERT INTO projection_parked_g${String(serving.number)}
          (projection, version, position, event_id, subject, type, code, sentence, first_at, last_at, tries) VALUES (?, 1, 3, ?, ?, ?, ?, ?, ?, ?, 1)`,
      )
      .run(
        'domains',
        domain.subject,
        domain.subject,
        'ibcf.domain.created.v1',
        'FOLD_FAILED',
        'The fold could not read the thresholds of the domain.',
        Date.now() - 3_600_000,
        Date.now() - 60_000,
      )
  } finally {
    database.close()
  }
}
