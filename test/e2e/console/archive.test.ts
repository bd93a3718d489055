/** Old bulk at the desk of what is held, over a real master: its days, what would be sealed, sealing it, and an archive that is missing. */
import { existsSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { temporaryDirectory } from '../../helpers/command-line.ts'
import { makeOldMaster } from '../../helpers/keeping/old-bulk.ts'
import { testPorts } from '../../helpers/store/open.ts'
import { changeSettings } from '../../../core/app/settings.ts'
import { type Desk, openDesk, themes } from './browser-console.ts'

const place = temporaryDirectory('archive-desk')
const directory = join(place.path, 'master')
const archive = join(directory, 'archive')
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

const section = () => desk.page.getByRole('region', { name: 'Archive', exact: true })

async function openArchive(): Promise<void> {
  await desk.visit('data')
  await desk.page.getByRole('heading', { level: 1, name: 'What is held' }).waitFor()
  await desk.page.getByText('Free on the disk').waitFor()
  await section().getByText('Bulk stays at hand for', { exact: false }).waitFor()
  await section().scrollIntoViewIfNeeded()
}

describe('old bulk', () => {
  beforeAll(async () => {
    await makeOldMaster(directory, 3000)
    changeSettings(testPorts.files, directory, { keepBulkDays: 365 })
    desk = await openDesk({ workspace: 'main', directory })
    const { page } = desk
    await page.getByLabel('Your name').fill('Ingrid Solberg')
    await page.keyboard.press('Enter')
    await page.getByLabel('Name of this master').fill('Laptop Nordkap')
    await page.getByLabel('Name of the island').fill('Nordkap island')
    await page.getByRole('button', { name: 'Begin' }).click()
    await page.getByRole('heading', { name: 'Laptop Nordkap' }).or(page.getByRole('main')).first().waitFor()
  })

  it('[UI36] says how long bulk stays and that nothing is old enough', async () => {
    await openArchive()
    await section().getByText('Bulk stays at hand for 365 days.').waitFor()
    await section().getByText('Nothing older is worth an archive.').waitFor()
    await section().getByText('Nothing is sealed').waitFor()
    await desk.picture('archive-none')
    expect(await desk.findings()).toEqual([])
    expect(existsSync(archive)).toBe(false)
  })

  it('[UI36] a disk that cannot be written to is said in words, with what it means', async () => {
    writeFileSync(archive, 'a file where the directory should be')
    const { page } = desk
    await section().getByRole('button', { name: 'Seal now' }).click()
    await page.getByLabel('Seal what is older than').fill('30')
    await page.getByRole('dialog').getByRole('button', { name: 'Seal', exact: true }).click()
    await section().getByText('ARCHIVE_NOT_WRITABLE').waitFor()
    await section().getByText('It is tried again by itself', { exact: false }).waitFor()
    await section().scrollIntoViewIfNeeded()
    await desk.picture('archive-problem')
    expect(await desk.findings()).toEqual([])
    rmSync(archive)
  })

  it('[UI36] shows what another number of days would seal before anything happens, and then seals it', async () => {
    const { page } = desk
    await section().getByRole('button', { name: 'Set the days' }).click()
    const dialog = page.getByRole('dialog')
    await page.getByLabel('Days that bulk stays at hand').fill('0')
    await dialog.getByText('A whole number of days, from 1 to 3650.').waitFor()
    await page.getByLabel('Days that bulk stays at hand').fill('120')
    await dialog.getByText(/Older and to be sealed: [\d,]+ events of 2 logs/).waitFor()
    await desk.picture('archive-dialog')
    expect(await desk.findings()).toEqual([])
    await dialog.getByRole('button', { name: 'Keep for so long' }).click()
    await section().getByText('Bulk stays at hand for 120 days.').waitFor()
    await section().getByText('First sealed').waitFor()
    await section().getByText('Looked through', { exact: false }).waitFor()
    expect(readdirSync(archive)).toHaveLength(2)
    expect(desk.complaints).toEqual([])
  })

  describe.each(themes)('%s', (theme) => {
    it.each(sizes)('[UI19] [UI36] has no serious finding at $width x $height', async (size) => {
      await desk.page.setViewportSize(size)
      await desk.wear(theme)
      await openArchive()
      await section().getByText('First sealed').waitFor()
      await desk.picture(`archive-${theme}-${String(size.width)}x${String(size.height)}`)
      expect(await desk.findings()).toEqual([])
      expect(desk.complaints).toEqual([])
    })
  })

  it('[UI36] names the archives that are missing, and what cannot be read without them', async () => {
    renameSync(archive, `${archive}-away`)
    await desk.page.reload()
    await openArchive()
    await section().getByText('2 archives are not there').waitFor()
    await desk.picture('archive-missing')
    expect(await desk.findings()).toEqual([])
    renameSync(`${archive}-away`, archive)
    await desk.page.reload()
    await openArchive()
    await section().getByText('First sealed').waitFor()
    expect(await section().getByText('2 archives are not there').count()).toBe(0)
  })
})
