/** The format as its page tells it, read by somebody who has only the page; and parts as files. */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { findBundleFile, writeBundleFile } from '../../../core/app/sync/bundle-files.ts'
import { openExport } from '../../../core/app/sync/export-bundle.ts'
import { servedHere } from '../../../core/app/served-master.ts'
import { isAppError } from '../../../core/kernel/app-error.ts'
import { toBase64 } from '../../../core/kernel/hex.ts'
import { readFrontier } from '../../../core/store/frontier.ts'
import { act, makeNode, openSeat, type Seat } from '../../helpers/authority/masters.ts'
import { temporaryDirectory } from '../../helpers/command-line.ts'
import { createPorts } from '../../../core/platform/ports.ts'
import { exchangeCards, idOf, pack } from '../../helpers/sync/bundles.ts'
import { readIndependently } from './independent-reader.ts'

const ports = createPorts('test', 'error')
let home = temporaryDirectory('format')
let hq: Seat
let north: Seat

beforeEach(async () => {
  home = temporaryDirectory('format')
  hq = await openSeat('Headquarters', 'GLOBAL')
  north = await openSeat('North', 'REGION')
  await exchangeCards(hq, north)
  for (let at = 0; at < 5; at++) makeNode(hq, hq.master.identity.rootDomainId, `pump ${at}`)
})
afterEach(() => {
  for (const { master } of [hq, north]) master.close()
  home.dispose()
})

function codeOf(attempt: () => unknown): string {
  try {
    attempt()
    return 'done'
  } catch (error) {
    if (isAppError(error)) return error.code
    throw error
  }
}

describe('the page of the format', () => {
  it('[SB27] is enough to read and check a bundle with tar, zstd and an Ed25519 of the machine', async () => {
    act(hq, 'domain.create', { name: 'Site', parentId: hq.master.identity.rootDomainId, level: 'LOCAL' })
    const file = join(home.path, 'b.ibcf')
    writeFileSync(file, (await pack(hq, { to: [idOf(north)], isPlain: true })).bytes)
    const { events, receipts } = readIndependently(file, { [hq.master.port.keyId]: toBase64(hq.master.port.publicKey) })
    const held = readFrontier(hq.master.store.reader)
    expect(
      Object.entries(events)
        .map(([log, all]) => `${log} ${all.length}`)
        .sort(),
    ).toEqual(held.map(({ log, seq }) => `${log} ${seq}`).sort())
    expect(
      Object.values(events)
        .flat()
        .every((event) => JSON.parse(event).specversion === '1.0'),
    ).toBe(true)
    expect(receipts).toEqual([`receipts/${idOf(hq)}.dsse.json`])
    const bytes = readFileSync(file)
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] as number) ^ 1
    writeFileSync(file, bytes)
    expect(() => readIndependently(file, { [hq.master.port.keyId]: toBase64(hq.master.port.publicKey) })).toThrow()
  })
})

describe('parts', () => {
  async function write(name: string): Promise<string> {
    const file = join(home.path, name)
    hq.master.recorder.sign()
    const opened = await openExport(servedHere(hq.master), hq.master.store.reader, hq.ada, { to: [idOf(north)] })
    await writeBundleFile(file, opened, { partBytes: 5000 }, ports)
    return file
  }

  it('[SB26] are equal but for the last, are checked one by one, and tell those of an older bundle apart', async () => {
    const file = await write('b.ibcf.age')
    const partsOf = () => readdirSync(home.path).filter((name) => /\.[0-9]{3}$/.test(name))
    const first = partsOf()
    expect(first.slice(0, -1).map((name) => readFileSync(join(home.path, name)).length)).toEqual(first.slice(0, -1).map(() => 5000))
    const found = findBundleFile(file, ports)
    expect([...found.read()].reduce((sum, { length }) => sum + length, 0)).toBe(found.sizeBytes)
    // Packed again under the same name: what lies there of the first one is told, and never taken.
    await write('b.ibcf.age')
    expect([...findBundleFile(file, ports).stale].sort()).toEqual(first.sort())
    const [second = ''] = partsOf().filter((name) => !first.includes(name))
    const path = join(home.path, second)
    const bytes = readFileSync(path)
    bytes[100] = (bytes[100] as number) ^ 1
    writeFileSync(path, bytes)
    expect(codeOf(() => findBundleFile(file, ports))).toBe('PART_DAMAGED')
    writeFileSync(path, readFileSync(join(home.path, first[0] ?? '')))
    expect(codeOf(() => findBundleFile(file, ports))).toBe('PART_DAMAGED')
    rmSync(path)
    expect(codeOf(() => findBundleFile(file, ports))).toBe('PART_MISSING')
    writeFileSync(`${file}.parts.json`, '{}')
    expect(codeOf(() => findBundleFile(file, ports))).toBe('PARTS_UNREADABLE')
    expect(codeOf(() => findBundleFile(join(home.path, 'none.ibcf'), ports))).toBe('FILE_MISSING')
  })
})
