/** Bundles between real masters: what goes, what comes, and what is said of those that are not as they should be. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { servedHere } from '../../../core/app/served-master.ts'
import { checkBundle } from '../../../core/app/sync/import-bundle.ts'
import type { DecisionData } from '../../../core/fleet/decisions.ts'
import { connectivityModes } from '../../../core/fleet/node/node-record.ts'
import { isAppError } from '../../../core/kernel/app-error.ts'
import type { DomainId } from '../../../core/kernel/ids.ts'
import { createCompression } from '../../../core/platform/compression.ts'
import { putBlob } from '../../../core/store/blobs.ts'
import { readFrontier } from '../../../core/store/frontier.ts'
import { memberNames } from '../../../core/sync/bundle-format.ts'
import { readBundle } from '../../../core/sync/read-bundle.ts'
import { paddingOf, readTar, tarEnd, tarHeader } from '../../../core/sync/tar.ts'
import { act, makeNode, openSeat, type Seat } from '../../helpers/authority/masters.ts'
import { crypto } from '../../helpers/log/origin.ts'
import { exchangeCards, idOf, pack, unpack } from '../../helpers/sync/bundles.ts'

let hq: Seat
let north: Seat
let site: DomainId

const frontier = ({ master }: Seat) => readFrontier(master.store.reader).map(({ log, seq, head }) => ({ log, seq, head }))
const hashOf = ({ master }: Seat): string => master.engine.stateHash(master.store.reader)

async function codeOf(attempt: () => Promise<unknown>): Promise<string> {
  try {
    await attempt()
    return 'done'
  } catch (error) {
    if (isAppError(error)) return error.code
    throw error
  }
}

function digest(now: number): DecisionData<'ibcf.presence.digested.v1'> {
  const modes = Object.fromEntries(connectivityModes.map((mode) => [mode, 0])) as DecisionData<'ibcf.presence.digested.v1'>['modes']
  const [from, to] = [new Date(now - 300_000).toISOString(), new Date(now).toISOString()]
  return { from, to, modes, backlogMessages: 0, worstSecondsBehind: 0, contacts: 1 }
}

/** Both ways until neither has anything for the other. */
async function swap(a: Seat, b: Seat): Promise<void> {
  for (const [from, to] of [
    [a, b],
    [b, a],
    [a, b],
  ] as const)
    await unpack(to, (await pack(from, { to: [idOf(to)] })).bytes)
}

beforeEach(async () => {
  hq = await openSeat('Headquarters', 'GLOBAL')
  north = await openSeat('North', 'REGION')
  site = act(hq, 'domain.create', { name: 'Site', parentId: hq.master.identity.rootDomainId, level: 'LOCAL' })
  await exchangeCards(hq, north)
})

afterEach(() => {
  for (const { master } of [hq, north]) master.close()
})

describe('a bundle', () => {
  it('[SB13] [SB14] carries everything both ways, encrypted, until both hold and show the same', async () => {
    makeNode(hq, site, 'pump')
    const first = await pack(hq, { to: [idOf(north)] })
    expect(first.isEncrypted).toBe(true)
    expect(new TextDecoder('latin1').decode(first.bytes)).not.toContain('Headquarters')
    const report = await unpack(north, first.bytes)
    expect(report).toMatchObject({ gaps: [], forks: [], refused: [], storedEvents: first.manifest.events })
    await swap(north, hq)
    expect(frontier(hq)).toEqual(frontier(north))
    expect(hashOf(hq)).toBe(hashOf(north))
  })

  it('[SB7] [SB15] is a delta of the last receipt, and everything on demand', async () => {
    await swap(hq, north)
    expect((await pack(hq, { to: [idOf(north)] })).manifest).toMatchObject({ events: 0, runs: [], since: { masterId: idOf(north) } })
    act(hq, 'domain.create', { name: 'Other', parentId: hq.master.identity.rootDomainId, level: 'LOCAL' })
    const delta = await pack(hq, { to: [idOf(north)] })
    expect(delta.manifest.events).toBe(1)
    const full = await pack(hq, { to: [idOf(north)], isFull: true })
    expect(full.manifest.since).toBeNull()
    expect(full.manifest.events).toBeGreaterThan(delta.manifest.events)
    // Packing says nothing about arriving: without a receipt it goes again.
    expect((await pack(hq, { to: [idOf(north)] })).manifest.events).toBe(1)
    await unpack(north, full.bytes)
    await unpack(north, delta.bytes)
    expect(frontier(north)).toEqual(expect.arrayContaining(frontier(hq)))
  })

  it('[SB4] [SB16] fills what room there is in order, says what stays behind, and the rest goes later', async () => {
    for (let at = 0; at < 30; at++) makeNode(hq, site, `pump ${at}`)
    const whole = await pack(hq, { to: [idOf(north)], isPlain: true })
    const part = await pack(hq, { to: [idOf(north)], isPlain: true, budget: { bytes: 30_000 } })
    expect(part.bytes.length).toBeLessThanOrEqual(30_000)
    expect(part.manifest.left.events).toBe(whole.manifest.events - part.manifest.events)
    expect(part.manifest.events).toBeGreaterThan(0)
    expect(part.manifest.left.events).toBeGreaterThan(0)
    expect((await unpack(north, part.bytes)).gaps).toEqual([])
    await unpack(hq, (await pack(north, { to: [idOf(hq)] })).bytes)
    const rest = await pack(hq, { to: [idOf(north)], isPlain: true })
    expect(rest.manifest.events).toBe(part.manifest.left.events)
    const minute = await pack(hq, { to: [idOf(north)], isPlain: true, budget: { link: { minutes: 1, bitsPerSecond: 2400 } } })
    expect(minute.bytes.length).toBeLessThanOrEqual(18_000)
  })

  it('[SB30] without a lane that the origin speaks of shows what was left out, until it comes', async () => {
    const { master } = hq
    master.port.commit(({ decide }) =>
      decide({ type: 'ibcf.presence.digested.v1', subject: site, domain: site, data: digest(master.config.ports.clock.now()) }),
    )
    master.recorder.sign()
    // Said after it, in the control lane of the same domain, which names how far the others are.
    makeNode(hq, site, 'pump')
    const urgent = await pack(hq, { to: [idOf(north)], lanes: ['control'] })
    const { absent } = await unpack(north, urgent.bytes)
    expect(absent).toEqual([{ log: frontier(hq).find(({ log }) => log.endsWith(`/bulk/${site}`))?.log, from: 1, to: 1 }])
    expect((await unpack(north, (await pack(hq, { to: [idOf(north)] })).bytes)).absent).toEqual([])
  })

  it('[CU4] [CU12] is known to have arrived as soon as any receipt that names it comes back, by whatever way', async () => {
    const { manifest, bytes } = await pack(hq, { to: [idOf(north)] })
    const lanes = { control: { logs: 1, events: 1 }, fact: { logs: 0, events: 0 }, bulk: { logs: 0, events: 0 } }
    act(hq, 'courier.notePacked', {
      bundleId: manifest.bundleId,
      forMasterId: idOf(north),
      forName: 'North',
      carriedBy: 'Kim',
      dueAt: null,
      files: ['b.ibcf.age'],
      sizeBytes: bytes.length,
      isEncrypted: true,
      isFull: false,
      scopeDomainId: null,
      contents: { ...lanes, blobs: { count: 0, bytes: 0 } },
      leftBehind: { events: 0, blobs: 0 },
      reaches: [],
    })
    await unpack(north, bytes)
    // Not through the airlock: as the command line takes it in.
    await unpack(hq, (await pack(north, { to: [idOf(hq)] })).bytes)
    expect(hq.master.model.bundle(manifest.bundleId)?.receipts.map(({ fromMasterId }) => fromMasterId)).toEqual([idOf(north)])
    const before = frontier(hq)
    await unpack(hq, (await pack(north, { to: [idOf(hq)] })).bytes)
    expect(frontier(hq)).toEqual(before)
  })

  it('[SB17] brings the content that its events refer to, small or large', async () => {
    const small = new TextEncoder().encode('firmware '.repeat(1000))
    const large = Uint8Array.from({ length: 9_000_000 }, (_, at) => (at * 2_654_435_761) >>> 24)
    const node = makeNode(hq, site, 'pump')
    const digests = [small, large].map((bytes) => hq.master.store.transact((writer) => putBlob(writer, bytes)))
    for (const [at, digest] of digests.entries())
      act(hq, 'command.issue', {
        nodeId: node,
        kind: 'install-artifact',
        data: {
          artifactId: node,
          name: 'firmware',
          version: '1.0.0',
          digest,
          sizeBytes: [small, large][at]?.length ?? 0,
          keyId: 'ed25519:0',
          signature: 'none',
          rollBackAt: 'FAILED',
        },
        expiresAt: null,
        reason: 'A test.',
      })
    const { bytes, manifest } = await pack(hq, { to: [idOf(north)] })
    expect(manifest.blobs.map(({ sha256 }) => sha256)).toEqual(digests.toSorted())
    expect((await unpack(north, bytes)).storedBlobs).toBe(2)
    expect((await unpack(north, bytes)).storedBlobs).toBe(0)
  })

  it('[SB18] of a domain holds the logs of it and of what is above it, and of nothing else', async () => {
    const inside = makeNode(hq, site, 'inside')
    makeNode(hq, act(hq, 'domain.create', { name: 'Other', parentId: hq.master.identity.rootDomainId, level: 'LOCAL' }), 'outside')
    const { manifest } = await pack(hq, { to: [idOf(north)], domainId: site })
    const domains = new Set(manifest.runs.map(({ log }) => log.split('/')[3]))
    expect(domains).toEqual(new Set([hq.master.identity.rootDomainId, site]))
    expect(inside).toMatch(/^[0-9A-Z]{26}$/)
  })
})

describe('what a bundle is taken for', () => {
  it('[SB19] is refused from whom nobody vouches for, locked for others, and known when it is older', async () => {
    const stranger = await openSeat('Stranger', 'REGION')
    try {
      const theirs = await pack(stranger, { to: [] })
      const before = frontier(north)
      expect(theirs.isEncrypted).toBe(false)
      expect(await codeOf(() => unpack(north, theirs.bytes))).toBe('BUNDLE_FOREIGN')
      expect(frontier(north)).toEqual(before)
      const locked = await pack(hq, { to: [idOf(north)] })
      expect(await codeOf(() => unpack(stranger, locked.bytes))).toBe('BUNDLE_LOCKED')
      expect(await codeOf(() => pack(hq, { to: [idOf(stranger)] }))).toBe('PEER_UNKNOWN')
      const first = await pack(hq, { to: [idOf(north)], isPlain: true })
      await unpack(north, (await pack(hq, { to: [idOf(north)], isPlain: true })).bytes)
      expect(await checkBundle(servedHere(north.master), () => [first.bytes])).toMatchObject({
        isKnown: true,
        isForUs: true,
        isOlderThanKnown: true,
      })
    } finally {
      stranger.master.close()
    }
  })

  it('[SB20] cut off at any byte, or with a bit flipped in any, is refused with a reason and nothing is written', async () => {
    const { bytes } = await pack(north, { to: [idOf(hq)], isPlain: true, lanes: ['control'] })
    const before = frontier(hq)
    const served = servedHere(hq.master)
    const codes = new Set<string>()
    for (let at = 0; at < bytes.length; at++) codes.add(await codeOf(() => checkBundle(served, () => [bytes.subarray(0, at)])))
    expect([...codes].sort()).toEqual(['BUNDLE_DAMAGED'])
    const damaged = bytes.slice()
    for (let at = 0; at < bytes.length; at++) {
      damaged[at] = (bytes[at] as number) ^ (1 << (at % 8))
      const code = await codeOf(() => checkBundle(served, () => [damaged]))
      expect(code, `byte ${at}`).toMatch(/^BUNDLE_(DAMAGED|MEMBER_STRANGE|UNDECLARED|INCOMPLETE|FORGED|VERSION_UNKNOWN)$/)
      damaged[at] = bytes[at] as number
    }
    expect(await codeOf(() => checkBundle(served, () => [bytes]))).toBe('done')
    expect(frontier(hq)).toEqual(before)
  }, 120_000)

  it('[SB20] encrypted, is refused when it was cut off or altered anywhere', async () => {
    const { bytes } = await pack(north, { to: [idOf(hq)], lanes: ['control'] })
    const before = frontier(hq)
    const codes = new Set<string>()
    for (let at = 0; at < bytes.length; at += 97) {
      codes.add(await codeOf(() => unpack(hq, bytes.subarray(0, at))))
      codes.add(
        await codeOf(() =>
          unpack(
            hq,
            Uint8Array.from(bytes, (byte, place) => (place === at ? byte ^ 4 : byte)),
          ),
        ),
      )
    }
    codes.delete('BUNDLE_LOCKED')
    expect([...codes]).toEqual(['BUNDLE_DAMAGED'])
    expect(frontier(hq)).toEqual(before)
  }, 60_000)
})

describe('members that no bundle has', () => {
  type Part = { name: string; bytes: Uint8Array }
  const partsOf = async (bytes: Uint8Array): Promise<Part[]> => {
    const parts: Part[] = []
    for await (const member of readTar([bytes], () => undefined))
      parts.push({ name: member.name, bytes: (await member.whole(1e9)).slice() })
    return parts
  }
  const tarOf = (parts: readonly Part[], change: (header: Uint8Array, name: string) => void = () => undefined): Uint8Array => {
    const blocks = parts.flatMap(({ name, bytes }) => {
      const header = tarHeader({ name, sizeBytes: bytes.length, modifiedSeconds: 1 })
      change(header, name)
      return [header, bytes, new Uint8Array(paddingOf(bytes.length))]
    })
    return new Uint8Array(Buffer.concat([...blocks, tarEnd]))
  }
  const withSum = (header: Uint8Array): void => {
    header.set(new TextEncoder().encode('        '), 148)
    const sum = header.reduce((total, byte) => total + byte, 0)
    header.set(new TextEncoder().encode(`${sum.toString(8).padStart(6, '0')}\0 `), 148)
  }
  const codeOfBytes = (bytes: Uint8Array): Promise<string> =>
    codeOf(async () => {
      for await (const item of readBundle([bytes], { crypto, compression: createCompression() }))
        if (item.kind === 'blob') for await (const _ of item.pieces) continue
    })

  it('[SB21] paths that lead elsewhere, links, devices and names that clash are none of a bundle', async () => {
    const parts = await partsOf((await pack(hq, { to: [], isPlain: true })).bytes)
    const at = parts.findIndex(({ name }) => name.startsWith('segments/'))
    const renamed = (name: string) => tarOf(parts.map((part, index) => (index === at ? { ...part, name } : part)))
    for (const name of ['../../etc/passwd', '/etc/passwd', 'segments/../x.seg.zst', 'C:\\x', 'segments//x', '.hidden', 'SEGMENTS/x'])
      expect(await codeOfBytes(renamed(name)), name).toBe('BUNDLE_MEMBER_STRANGE')
    expect(await codeOfBytes(renamed((parts[at]?.name ?? '').replace('/control/', '/CONTROL/')))).toMatch(/UNDECLARED|STRANGE/)
    for (const type of ['1', '2', '3', '5', 'x', 'L'])
      expect(
        await codeOfBytes(
          tarOf(parts, (header, name) => {
            if (!name.startsWith('segments/')) return
            header[156] = type.charCodeAt(0)
            withSum(header)
          }),
        ),
        type,
      ).toBe('BUNDLE_MEMBER_STRANGE')
  })

  it('[SB22] members that are missing, not declared, twice there or in another order are refused', async () => {
    makeNode(hq, site, 'pump')
    const parts = await partsOf((await pack(hq, { to: [], isPlain: true })).bytes)
    const first = parts.findIndex(({ name }) => name.startsWith('segments/'))
    const swapped = parts.map((part, at) => (at === first ? (parts[first + 1] as Part) : at === first + 1 ? (parts[first] as Part) : part))
    expect(await codeOfBytes(tarOf(swapped))).toBe('BUNDLE_UNDECLARED')
    expect(await codeOfBytes(tarOf(parts.filter((_, at) => at !== first)))).toMatch(/BUNDLE_UNDECLARED|BUNDLE_INCOMPLETE/)
    expect(await codeOfBytes(tarOf(parts.filter(({ name }) => !name.startsWith('segments/'))))).toBe('BUNDLE_INCOMPLETE')
    expect(await codeOfBytes(tarOf([...parts.slice(0, first), parts[first] as Part, ...parts.slice(first)]))).toBe('BUNDLE_UNDECLARED')
    const extra = { name: `blobs/sha256/${'0'.repeat(64)}.zst`, bytes: createCompression().zstd(new Uint8Array(1)) }
    expect(await codeOfBytes(tarOf([...parts.slice(0, -1), extra, ...parts.slice(-1)]))).toBe('BUNDLE_UNDECLARED')
    expect(await codeOfBytes(tarOf([...parts, extra]))).toBe('BUNDLE_DAMAGED')
    expect(await codeOfBytes(tarOf(parts.filter(({ name }) => name !== memberNames.seal)))).toMatch(/BUNDLE_INCOMPLETE|BUNDLE_DAMAGED/)
  })

  it('[SB23] a member that would unpack to more than it may is not unpacked', async () => {
    const parts = await partsOf((await pack(hq, { to: [], isPlain: true })).bytes)
    const at = parts.findIndex(({ name }) => name.startsWith('segments/'))
    const bomb = createCompression().zstd(new Uint8Array(200 * 1024 * 1024))
    expect(bomb.length).toBeLessThan(100_000)
    expect(await codeOfBytes(tarOf(parts.map((part, index) => (index === at ? { ...part, bytes: bomb } : part))))).toBe('BUNDLE_TOO_LARGE')
  })
})
