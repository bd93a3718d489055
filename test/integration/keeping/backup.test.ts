/** Backups of a store that is being written to, and what a restore makes of good ones and bad ones. Real files throughout. */
import { generateX25519Identity, identityToRecipient } from 'age-encryption'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type BackupOptions, makeBackup } from '../../../core/app/keeping/backup.ts'
import { readBackup } from '../../../core/app/keeping/backup-reader.ts'
import type { Progress } from '../../../core/app/keeping/progress.ts'
import { type RestoreOptions, restoreBackup } from '../../../core/app/keeping/restore.ts'
import { type Member, readTar, tarEnd, tarMember } from '../../../core/app/keeping/tar.ts'
import { createOperator } from '../../../core/app/acts/operators.ts'
import { createDomain } from '../../../core/app/acts/domains.ts'
import { type Master, openMaster } from '../../../core/app/master.ts'
import { toHex } from '../../../core/kernel/hex.ts'
import { newestSchema } from '../../../core/store/backup-copy.ts'
import { requireFreeBytes } from '../../../core/store/backup-file.ts'
import { putBlob, readBlob } from '../../../core/store/blobs.ts'
import { openStore } from '../../../core/store/open.ts'
import { lastPosition, readEventsAfter, readLogEvents } from '../../../core/store/read-events.ts'
import { sealBulk } from '../../../core/store/seal-bulk.ts'
import type { LogId } from '../../../core/log/log-id.ts'
import { verifyStore } from '../../../core/store/verify-store.ts'
import { runCommand, temporaryDirectory } from '../../helpers/command-line.ts'
import { harbourIn } from '../../helpers/keeping/harbour.ts'
import { testPorts } from '../../helpers/store/open.ts'

const home = temporaryDirectory('backup')
const at = (name: string): string => join(home.path, name)
const source = at('master')
const instant = '2026-01-01T00:00:00.000Z'

let master: Master
let blob = ''

/** One decision, durable when it returns. */
function decide(name: string): void {
  const [actor] = master.model.reader.all<{ subject: string }>('SELECT subject FROM operators')
  createDomain({ master, actor: actor?.subject as never }, { name, parentId: master.identity.rootDomainId, level: 'LOCAL' })
}

const backup = (name: string, more: Partial<BackupOptions> = {}) =>
  makeBackup({ directory: source, file: at(name), sealing: { kind: 'none' }, programVersion: '0.0.0', ...more }, testPorts)
const restore = (from: string, to: string, more: Partial<RestoreOptions> = {}) =>
  restoreBackup({ file: at(from), directory: at(to), opening: { kind: 'nothing' }, ...more }, testPorts)

/** What lies beside the backups, to see that nothing was left. */
const listing = (): readonly string[] => readdirSync(home.path).toSorted()

async function restoredEvents(directory: string): Promise<readonly string[]> {
  using store = await openStore({ directory: at(directory), mode: 'read-only', role: 'master', ports: testPorts })
  expect((await verifyStore(store.reader, testPorts)).findings).toEqual([])
  return readEventsAfter(store.reader, 0, 10_000).map(({ bytes }) => toHex(bytes))
}

beforeAll(async () => {
  master = await openMaster(harbourIn(source))
  createOperator({ master, actor: undefined }, { name: 'Ada', role: 'authority' })
  blob = master.store.transact((writer) => putBlob(writer, testPorts.random.bytes(6 * 1024 * 1024)))
  for (let number = 0; number < 50; number++) decide(`Domain ${number}`)
})

afterAll(() => {
  master.close()
  home.dispose()
})

describe('a backup', () => {
  it('[ST34] [MA14] is one moment of a store that is written to all the while, and no commit waits for it', async () => {
    const before = lastPosition(master.store.reader)
    const stages: Progress[] = []
    const waits: number[] = []
    let isDone = false
    const making = backup('busy', { onProgress: (progress) => void stages.push(progress) }).finally(() => (isDone = true))
    for (let number = 0; !isDone; number++) {
      const began = performance.now()
      decide(`Meanwhile ${number}`)
      waits.push(performance.now() - began)
      await testPorts.scheduler.yield()
    }
    const made = await making
    const after = lastPosition(master.store.reader)
    expect(after).toBeGreaterThan(before + 5)
    expect(made.events).toBeGreaterThanOrEqual(before)
    expect(made.events).toBeLessThan(after)
    expect(Math.max(...waits)).toBeLessThan(5000)
    expect([...new Set(stages.map(({ stage }) => stage))]).toEqual(['copying', 'verifying', 'packing', 'checking'])
    for (const { done, total } of stages) expect(done).toBeLessThanOrEqual(total)
    expect(readFileSync(at('busy.sha256'), 'utf8')).toBe(`${made.sha256}  busy\n`)
    const restored = await restore('busy', 'busy-restored')
    expect(restored).toMatchObject({ masterId: master.identity.masterId, events: made.events, fingerprint: made.fingerprint })
    const own = readEventsAfter(master.store.reader, 0, 10_000).map(({ bytes }) => toHex(bytes))
    expect(await restoredEvents('busy-restored')).toEqual(own.slice(0, made.events))
    using store = await openStore({ directory: at('busy-restored'), mode: 'read-only', role: 'master', ports: testPorts })
    expect(readBlob(store.reader, blob)?.length).toBe(6 * 1024 * 1024)
  })

  it('[MA14] is a tar that any computer can list, with the private keys only where they are sealed or it is encrypted', async () => {
    const plain = await backup('plain')
    const names: string[] = []
    for await (const { name } of readTar([new Uint8Array(readFileSync(at('plain')))])) names.push(name)
    expect(names.slice(0, 3)).toEqual(['README.txt', 'backup.json', 'store/000001.zst'])
    expect(names.slice(-3)).toEqual(['identity.json', 'manifest.json', 'manifest.sha256'])
    expect(plain.keys).toBe('left-out')
    expect(readFileSync(at('plain'), 'utf8')).toContain('The private keys are NOT in it')
    expect((await backup('hidden', { sealing: { kind: 'passphrase', passphrase: 'horse staple' } })).keys).toBe('unsealed')
    const sealed = await openMaster(harbourIn(at('sealed-master'), { keyProtection: { kind: 'passphrase', passphrase: 'secret' } }))
    sealed.close()
    expect((await backup('sealed', { directory: at('sealed-master') })).keys).toBe('sealed')
    await restore('sealed', 'sealed-restored')
    const opened = await openMaster(harbourIn(at('sealed-restored'), { keyProtection: { kind: 'passphrase', passphrase: 'secret' } }))
    expect(opened.identity.masterId).toBe(sealed.identity.masterId)
    opened.close()
    await restore('plain', 'keyless')
    await expect(openMaster(harbourIn(at('keyless')))).rejects.toMatchObject({ kind: 'Corrupt', code: 'KEYS_MISSING' })
  })

  it('[MA14] is read by nobody but who has the passphrase or the identity', async () => {
    const identity = await generateX25519Identity()
    await backup('by-passphrase', { sealing: { kind: 'passphrase', passphrase: 'horse staple' } })
    await backup('by-recipient', { sealing: { kind: 'recipient', recipient: await identityToRecipient(identity) } })
    const other = await generateX25519Identity()
    const before = listing()
    const locked = { kind: 'Unauthorised', code: 'BACKUP_LOCKED' }
    for (const [file, opening] of [
      ['by-passphrase', { kind: 'nothing' }],
      ['by-passphrase', { kind: 'passphrase', passphrase: 'horse stable' }],
      ['by-recipient', { kind: 'nothing' }],
      ['by-recipient', { kind: 'identity', identity: other }],
    ] as const)
      await expect(restore(file, 'locked', { opening })).rejects.toMatchObject(locked)
    await expect(restore('by-recipient', 'locked', { opening: { kind: 'identity', identity: 'AGE-SECRET-KEY-NO' } })).rejects.toMatchObject(
      {
        code: 'IDENTITY_MALFORMED',
      },
    )
    await expect(backup('never', { sealing: { kind: 'recipient', recipient: 'age1no' } })).rejects.toMatchObject({
      code: 'RECIPIENT_MALFORMED',
    })
    expect(listing()).toEqual(before)
    await restore('by-passphrase', 'by-passphrase-restored', { opening: { kind: 'passphrase', passphrase: 'horse staple' } })
    const { keys } = await restore('by-recipient', 'by-recipient-restored', { opening: { kind: 'identity', identity } })
    expect(keys).toBe('unsealed')
    expect(readFileSync(join(at('by-recipient-restored'), 'keys.json'))).toEqual(readFileSync(join(source, 'keys.json')))
  })

  it('[MA14] that is given up, has no room, is there already or is of a damaged store leaves nothing', async () => {
    const before = listing()
    for (const stage of ['copying', 'verifying', 'packing'] as const) {
      const stop = new AbortController()
      const onProgress = (progress: Progress): void => {
        if (progress.stage === stage) stop.abort()
      }
      await expect(backup('given-up', { onProgress, signal: stop.signal })).rejects.toMatchObject({ code: 'CANCELLED' })
    }
    expect(() => requireFreeBytes(at('full'), 2 ** 60)).toThrow(expect.objectContaining({ kind: 'Unavailable', code: 'DISK_SPACE_SHORT' }))
    writeFileSync(at('there'), 'somebody’s')
    await expect(backup('there')).rejects.toMatchObject({ kind: 'Conflict', code: 'FILE_EXISTS' })
    await expect(backup('x', { directory: at('nowhere') })).rejects.toMatchObject({ kind: 'NotFound', code: 'STORE_MISSING' })
    const damaged = await openMaster(harbourIn(at('damaged-master')))
    damaged.store.transact((writer) => {
      const digest = putBlob(writer, testPorts.random.bytes(1000))
      writer.run(`UPDATE blob_pieces SET bytes = x'00'`)
      return digest
    })
    damaged.close()
    await expect(backup('of-damaged', { directory: at('damaged-master') })).rejects.toMatchObject({ code: 'BACKUP_SOURCE_DAMAGED' })
    expect(listing()).toEqual([...before, 'there', 'damaged-master'].toSorted())
    expect(readFileSync(at('there'), 'utf8')).toBe('somebody’s')
  })
})

describe('a backup of a store with archives', () => {
  it('[MA14] [MA15] has them with it: what was sealed is read and proven after the restore as before', async () => {
    const sealing = await openMaster(harbourIn(at('archived')))
    const { masterId, incarnation, rootDomainId } = sealing.identity
    const log: LogId = { origin: masterId, incarnation, lane: 'bulk', domain: rootDomainId }
    for (let batch = 0; batch < 6; batch++) {
      sealing.port.commit(({ decide: digest }) => {
        for (let number = 0; number < 30; number++) {
          const data = { from: instant, to: instant, modes: {}, backlogMessages: number, worstSecondsBehind: batch, contacts: 0 }
          digest({ type: 'ibcf.presence.digested.v1', subject: rootDomainId, domain: rootDomainId, data: data as never })
        }
      })
      sealing.recorder.sign()
    }
    const first = sealBulk(sealing.store, log, { upTo: 60 }, 1)
    const second = sealBulk(sealing.store, log, { upTo: 120 }, 2)
    const archives = [first?.file ?? '', second?.file ?? ''].toSorted()
    sealing.close()
    const made = await backup('of-archived', { directory: at('archived') })
    expect(readdirSync(join(at('archived'), 'archive')).toSorted()).toEqual(archives)
    await restore('of-archived', 'archived-restored')
    for (const name of archives)
      expect(readFileSync(join(at('archived-restored'), 'archive', name))).toEqual(readFileSync(join(at('archived'), 'archive', name)))
    using store = await openStore({ directory: at('archived-restored'), mode: 'read-only', role: 'master', ports: testPorts })
    expect(readLogEvents(store.reader, log, 1, 180)).toHaveLength(180)
    expect(await verifyStore(store.reader, testPorts)).toMatchObject({ ok: true, events: made.events })
  })
})

describe('a restore', () => {
  it('[MA15] refuses whatever was altered or cut anywhere, and leaves nothing', async () => {
    await backup('good')
    const good = readFileSync(at('good'))
    const before = listing()
    const places = Array.from({ length: 24 }, (_, index) => Math.floor(((index + 0.5) / 24) * good.length))
    for (const place of [...places, 20, 600, good.length - 1100]) {
      const altered = Uint8Array.from(good)
      altered[place] = (altered[place] ?? 0) ^ 0x10
      writeFileSync(at('bad'), altered)
      await expect(restore('bad', 'into-bad'), `altered at ${place}`).rejects.toMatchObject({
        code: expect.stringMatching(/^BACKUP_(DAMAGED|FOREIGN|FROM_FUTURE)$/),
      })
    }
    for (const place of [...places.slice(0, 8), 0, 1, 512, good.length - 1025]) {
      writeFileSync(at('bad'), good.subarray(0, place))
      await expect(restore('bad', 'into-bad'), `cut at ${place}`).rejects.toMatchObject({ kind: 'Corrupt', code: 'BACKUP_DAMAGED' })
    }
    expect(listing()).toEqual([...before, 'bad'].toSorted())
  })

  it('[MA15] refuses a backup from the future, another archive, and a directory that is not empty', async () => {
    await backup('today')
    const members: Member[] = []
    for await (const member of readTar([new Uint8Array(readFileSync(at('today')))])) members.push(member)
    const made = (change: (head: Record<string, unknown>) => void): Uint8Array => {
      const changed = members.map((member) => {
        if (member.name !== 'backup.json') return member
        const head = JSON.parse(Buffer.from(member.bytes).toString('utf8')) as Record<string, unknown>
        change(head)
        return { ...member, bytes: new TextEncoder().encode(JSON.stringify(head)) }
      })
      return Buffer.concat([...changed.map((member) => tarMember(member, 0)), tarEnd])
    }
    const future = { kind: 'Incompatible', code: 'BACKUP_FROM_FUTURE' }
    writeFileSync(
      at('later'),
      made((head) => (head['v'] = 2)),
    )
    await expect(restore('later', 'later-restored')).rejects.toMatchObject(future)
    writeFileSync(
      at('later-schema'),
      made((head) => (head['schemaVersion'] = newestSchema + 10)),
    )
    await expect(restore('later-schema', 'later-restored')).rejects.toMatchObject({ ...future, facts: { newestSchema } })
    writeFileSync(at('archive'), Buffer.concat([tarMember({ name: 'letter.txt', bytes: new Uint8Array(9) }, 0), tarEnd]))
    await expect(restore('archive', 'later-restored')).rejects.toMatchObject({ kind: 'Incompatible', code: 'BACKUP_FOREIGN' })
    await expect(restore('nothing', 'later-restored')).rejects.toMatchObject({ kind: 'NotFound', code: 'FILE_MISSING' })
    expect(existsSync(at('later-restored'))).toBe(false)
    mkdirSync(at('used'))
    writeFileSync(join(at('used'), 'store.sqlite'), 'mine')
    await expect(restore('today', 'used')).rejects.toMatchObject({ kind: 'Conflict', code: 'RESTORE_TARGET_IN_USE' })
    expect(readFileSync(join(at('used'), 'store.sqlite'), 'utf8')).toBe('mine')
    mkdirSync(at('vacant'))
    expect((await restore('today', 'vacant')).directory).toBe(at('vacant'))
    const parts: string[] = []
    for await (const part of readBackup(at('today'), { kind: 'nothing' }, testPorts)) parts.push(part.kind)
    expect([parts[0], parts.at(-1)]).toEqual(['head', 'manifest'])
  })

  it('[MA15] that is given up leaves nothing', async () => {
    await backup('whole')
    const before = listing()
    const stop = new AbortController()
    stop.abort()
    await expect(restore('whole', 'given-up-restored', { signal: stop.signal })).rejects.toMatchObject({ code: 'CANCELLED' })
    expect(listing()).toEqual(before)
  })
})

describe('the command line', () => {
  it.each([
    [['backup'], 2, 'OPTION_MISSING'],
    [['backup', '--data', source], 2, 'OPTION_MISSING'],
    [['backup', '--data', source, '--to', 'x', '--secret', 'y'], 2, 'OPTION_UNKNOWN'],
    [['backup', '--data', source, '--to', at('x'), '--passphrase-file', 'a', '--recipient', 'b'], 2, 'OPTIONS_EXCLUDE'],
    [['backup', '--data', source, '--to', at('x'), '--passphrase-file', at('none')], 2, 'PASSPHRASE_EMPTY'],
    [['backup', '--data', source, '--to', at('x'), '--recipient', 'age1nobody'], 2, 'RECIPIENT_MALFORMED'],
    [['backup', '--data', at('nowhere'), '--to', at('x')], 3, 'STORE_MISSING'],
    [['restore', '--from', at('nowhere'), '--data', at('y')], 3, 'FILE_MISSING'],
    [['restore', '--data', at('y')], 2, 'OPTION_MISSING'],
    [['restore', '--from', 'a', '--data', at('y'), '--passphrase-file', 'a', '--identity-file', 'b'], 2, 'OPTIONS_EXCLUDE'],
  ] as const)('[CL1] %j ends with %i and %s', async (args, status, code) => {
    const ran = await runCommand(...args, ...(args.includes('--secret' as never) ? [] : ['--json']))
    expect(ran).toMatchObject({ status, stderr: expect.stringContaining(`(${code})`) })
    expect([existsSync(at('x')), existsSync(at('y'))]).toEqual([false, false])
  })

  it('[CL1] backs up and restores, and tells progress and outcome as JSON lines', async () => {
    writeFileSync(at('words'), 'horse staple\n')
    const made = await runCommand('backup', '--data', source, '--to', at('cli'), '--passphrase-file', at('words'), '--json')
    expect(made).toMatchObject({ status: 0, stderr: '' })
    const lines = made.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(lines.at(-1)).toMatchObject({ ok: true, encryption: 'passphrase', keys: 'unsealed' })
    expect(lines[0]).toHaveProperty('progress.stage', 'copying')
    const wrong = await runCommand('restore', '--from', at('cli'), '--data', at('cli-restored'))
    expect(wrong).toMatchObject({ status: 3, stderr: expect.stringContaining('BACKUP_LOCKED') })
    const restored = await runCommand('restore', '--from', at('cli'), '--data', at('cli-restored'), '--passphrase-file', at('words'))
    expect(restored).toMatchObject({ status: 0, stdout: expect.stringContaining('begins a new life') })
  })
})
