/** Bundles through a FAT file system, as most sticks have one. It cannot be mounted everywhere: mtools writes and reads its images. */
import { execFileSync, spawnSync } from 'node:child_process'
import { lstatSync, mkdirSync, readdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createVolumeList } from '../../../core/app/courier/volume-list.ts'
import { servedHere } from '../../../core/app/served-master.ts'
import { findBundleFile, largestPartBytes, writeBundleFile } from '../../../core/app/sync/bundle-files.ts'
import { openExport } from '../../../core/app/sync/export-bundle.ts'
import { createPorts } from '../../../core/platform/ports.ts'
import { runProgram } from '../../../core/platform/program.ts'
import { createScheduler } from '../../../core/platform/scheduler.ts'
import { createVolumes } from '../../../core/platform/volumes.ts'
import { largestFileOn } from '../../../core/platform/volumes-limits.ts'
import { readFrontier } from '../../../core/store/frontier.ts'
import { makeNode, openSeat, type Seat } from '../../helpers/authority/masters.ts'
import { temporaryDirectory } from '../../helpers/command-line.ts'
import { exchangeCards, idOf, unpack } from '../../helpers/sync/bundles.ts'

const ports = createPorts('test', 'error')
const hasMtools = spawnSync('mcopy', ['-V']).status === 0

describe.skipIf(!hasMtools)('a stick with FAT', () => {
  let home = temporaryDirectory('fat')
  let hq: Seat
  let north: Seat
  let packed = ''
  let image = ''
  const at = (...names: readonly string[]): string => join(home.path, ...names)
  const run = (command: string, ...args: readonly string[]): string =>
    execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })

  beforeEach(async () => {
    home = temporaryDirectory('fat')
    packed = at('packed')
    image = at('stick.img')
    mkdirSync(packed)
    hq = await openSeat('Hafen Süd – Außenstelle', 'GLOBAL')
    north = await openSeat('North', 'REGION')
    await exchangeCards(hq, north)
    for (let node = 0; node < 20; node++) makeNode(hq, hq.master.identity.rootDomainId, `pump ${node}`)
    run('mformat', '-C', '-i', image, '-v', 'STICK', '-T', '2880', '::')
  })
  afterEach(() => {
    for (const { master } of [hq, north]) master.close()
    home.dispose()
  })

  async function pack(name: string, partBytes?: number): Promise<string> {
    hq.master.recorder.sign()
    const opened = await openExport(servedHere(hq.master), hq.master.store.reader, hq.ada, { to: [idOf(north)] })
    await writeBundleFile(join(packed, name), opened, { partBytes }, ports)
    return name
  }

  /** Onto the image, and from it into a directory of its own. */
  function carry(to: string): void {
    for (const name of readdirSync(packed)) run('mcopy', '-i', image, join(packed, name), '::')
    mkdirSync(to)
    run('mcopy', '-n', '-i', image, '::*', to)
  }

  const bytesOf = (file: string): Uint8Array => new Uint8Array(Buffer.concat([...findBundleFile(file, ports).read()]))

  it('[CU2] [SB26] keeps every name and every byte of a bundle in parts, whatever short names it gives them', async () => {
    const name = await pack('North-2026-07-01-Q7H2ZK.ibcf.age', 4000)
    carry(at('back'))
    const names = readdirSync(packed).sort()
    expect(names.length).toBeGreaterThan(4)
    expect(readdirSync(at('back')).sort()).toEqual(names)
    // Plain files, with names that FAT can tell apart and hold: it knows no case, no links, and none of these letters.
    expect(new Set(names.map((each) => each.toLowerCase())).size).toBe(names.length)
    for (const each of names) {
      expect(each).toMatch(/^[^"*/:<>?\\|]+[^. ]$/)
      expect(lstatSync(join(at('back'), each)).isFile()).toBe(true)
    }
    const volumes = createVolumes({ scheduler: createScheduler(), runProgram })
    const list = createVolumeList(volumes, ports.files, undefined, idOf(north))
    expect((await list.name(at('back'))).bundles).toMatchObject([{ name, parts: names.filter((each) => /\.[0-9]{3}$/.test(each)).length }])
    await unpack(north, bytesOf(at('back', name)))
    expect(readFrontier(north.master.store.reader)).toEqual(expect.arrayContaining([...readFrontier(hq.master.store.reader)]))
  })

  it('[CU2] [SB26] gives a bundle back under its short name, and says which part it does not find under its own', async () => {
    const name = await pack('North-2026-07-01-Q7H2ZK.ibcf.age')
    carry(at('back'))
    renameSync(at('back', name), at('back', 'NORTH-~1.AGE'))
    expect((await unpack(north, bytesOf(at('back', 'NORTH-~1.AGE')))).refused).toEqual([])
    await pack('B.ibcf.age', 4000)
    const [part = ''] = readdirSync(packed).filter((each) => each.endsWith('.002'))
    renameSync(join(packed, part), join(packed, 'B~1.002'))
    expect(() => findBundleFile(join(packed, 'B.ibcf.age'), ports)).toThrow(part)
  })

  it('[CU2] takes no second name that differs in case alone, and no file of 4 GiB', async () => {
    await pack('b.ibcf.age')
    carry(at('back'))
    // `-D s` passes over what is there already: for FAT the two names are one.
    expect(spawnSync('mcopy', ['-D', 's', '-i', image, join(packed, 'b.ibcf.age.README.txt'), '::B.IBCF.AGE']).status).not.toBe(0)
    const names = run('mdir', '-b', '-i', image, '::').trim().split('\n')
    expect(names.filter((line) => /b\.ibcf\.age$/i.test(line))).toEqual(['::/b.ibcf.age'])
    expect([largestFileOn('vfat'), largestPartBytes]).toEqual([2 ** 32 - 1, 2 ** 32 - 1])
  })
})
