/** Backups out of anybody's hands: whatever bytes come, they are read as what was written, or refused with a code. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { backupVersion } from '../../../core/app/keeping/backup-format.ts'
import { readBackup } from '../../../core/app/keeping/backup-reader.ts'
import { type Member, readTar, tarEnd, tarMember } from '../../../core/app/keeping/tar.ts'
import { isAppError } from '../../../core/kernel/app-error.ts'
import { toHex } from '../../../core/kernel/hex.ts'
import { newestSchema } from '../../../core/store/backup-copy.ts'
import { testPorts } from '../../helpers/store/open.ts'

const home = mkdtempSync(join(tmpdir(), 'ibcf-fuzz-backup-'))
afterAll(() => rmSync(home, { recursive: true, force: true }))

const { crypto, compression } = testPorts
const text = (value: unknown): Uint8Array => new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value))

/** A small whole backup, of a store that is no store: the reader looks at digests only. */
function smallBackup(): Uint8Array {
  const store = text('not a database, but bytes all the same')
  const head = {
    format: 'ibcf-backup',
    v: backupVersion,
    schemaVersion: newestSchema,
    programVersion: '0.0.0',
    createdAt: '2026-01-01T00:00:00.000Z',
    masterId: 'M',
    storeBytes: store.length,
    archives: [{ name: 'a.ibca', sizeBytes: 3 }],
    keys: 'left-out',
  }
  const members: Member[] = [
    { name: 'README.txt', bytes: text('hello') },
    { name: 'backup.json', bytes: text(head) },
    { name: 'store/000001.zst', bytes: compression.zstd(store) },
    { name: 'archive/000001/000001', bytes: text('abc') },
    { name: 'identity.json', bytes: text('{}') },
  ]
  const manifest = {
    head,
    events: 0,
    logs: 0,
    blobs: 0,
    fingerprint: '',
    storeSha256: toHex(crypto.sha256(store)),
    members: members.map(({ name, bytes }) => ({ name, sizeBytes: bytes.length, sha256: toHex(crypto.sha256(bytes)) })),
  }
  const last = { name: 'manifest.json', bytes: text(manifest) }
  const digest = { name: 'manifest.sha256', bytes: text(`${toHex(crypto.sha256(last.bytes))}\n`) }
  return Buffer.concat([...[...members, last, digest].map((member) => tarMember(member, 0)), tarEnd])
}

/** The kinds of its parts, or the code that it was refused with. */
async function outcomeOf(bytes: Uint8Array): Promise<string> {
  const file = join(home, 'backup')
  writeFileSync(file, bytes)
  const kinds: string[] = []
  try {
    for await (const { kind } of readBackup(file, { kind: 'nothing' }, testPorts)) kinds.push(kind)
    return kinds.join(' ')
  } catch (error) {
    if (isAppError(error)) return error.code
    throw error
  }
}

const whole = smallBackup()
const refused = /^BACKUP_(DAMAGED|FOREIGN|FROM_FUTURE|LOCKED)$/

describe('a backup from anywhere', () => {
  it('[MA15] is read part by part when it is whole, and never when one byte of it differs', async () => {
    expect(await outcomeOf(whole)).toBe('head store archive file manifest')
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: whole.length - 1 }), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
        const altered = Uint8Array.from(whole)
        altered[at] = (altered[at] ?? 0) ^ flip
        expect(await outcomeOf(altered)).toMatch(refused)
      }),
      { numRuns: 1500 },
    )
  })

  it('[MA15] is refused when it is cut, longer, or anything else', async () => {
    const beginnings = [new Uint8Array(), whole.subarray(0, 512), text('age-encryption.org/v1\n')]
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: whole.length - 1 }), async (length) => {
        expect(await outcomeOf(whole.subarray(0, length))).toMatch(refused)
      }),
      { numRuns: 100 },
    )
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...beginnings), fc.uint8Array({ maxLength: 3000 }), async (beginning, rest) => {
        expect(await outcomeOf(Buffer.concat([beginning, rest]))).toMatch(refused)
      }),
      { numRuns: 200 },
    )
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 600 }), async (more) => {
        expect(await outcomeOf(Buffer.concat([whole, more]))).toMatch(refused)
      }),
      { numRuns: 50 },
    )
  })

  it('[MA14] has members that come back from the tar as they went in', async () => {
    const member = fc.record({ name: fc.stringMatching(/^[a-z0-9/.]{1,80}$/), bytes: fc.uint8Array({ maxLength: 2000 }) })
    await fc.assert(
      fc.asyncProperty(fc.array(member, { maxLength: 6 }), fc.integer({ min: 1, max: 700 }), async (members, size) => {
        const bytes = new Uint8Array(Buffer.concat([...members.map((one) => tarMember(one, 0)), tarEnd]))
        const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
          bytes.subarray(index * size, (index + 1) * size),
        )
        const read: Member[] = []
        for await (const one of readTar(chunks)) read.push({ name: one.name, bytes: Uint8Array.from(one.bytes) })
        expect(read).toEqual(members.map(({ name, bytes: content }) => ({ name, bytes: Uint8Array.from(content) })))
      }),
      { numRuns: 100 },
    )
  })
})
