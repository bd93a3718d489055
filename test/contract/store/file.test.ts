/** The store as a file: what it refuses to open, what it does before it changes a file, and how it proves one. */
import {
  closeSync,
  copyFileSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { EventEnvelope } from '../../../core/kernel/event.ts'
import { formatLogId } from '../../../core/log/log-id.ts'
import { appendEvents } from '../../../core/store/append-events.ts'
import { putBlob } from '../../../core/store/blobs.ts'
import { loadEngine } from '../../../core/store/engine.ts'
import { mergeIndexes } from '../../../core/store/event-index.ts'
import { readFrontier } from '../../../core/store/frontier.ts'
import { lockDataDirectory } from '../../../core/store/lock.ts'
import type { Migration } from '../../../core/store/migrate.ts'
import { migrations } from '../../../core/store/migrations/all.ts'
import { openStore, requireDurable, type Store, type StoreOptions } from '../../../core/store/open.ts'
import { lastPosition, readEventsAfter } from '../../../core/store/read-events.ts'
import { signTail } from '../../../core/store/sign-tail.ts'
import { verifyStore } from '../../../core/store/verify-store.ts'
import { hlcOf, testEvent, testOrigin } from '../../helpers/log/origin.ts'
import { alterRun, columnOf, tamper, turnDigit, type Sql } from '../../helpers/store/tamper.ts'
import { putKeyOf, recordedAt, temporaryDirectory, testPorts } from '../../helpers/store/open.ts'

const node = testOrigin(1)
const open = await loadEngine()
const newest = Math.max(...migrations.map(({ version }) => version))

function options(directory: string, more: Partial<StoreOptions> = {}): StoreOptions {
  return { directory, mode: 'read-write', role: 'master', ports: testPorts, ...more }
}

function append(store: Store, from: number, to: number): void {
  const events: EventEnvelope[] = []
  for (let seq = from; seq <= to; seq++) events.push(testEvent(node, seq, { pad: 'x'.repeat(300) }))
  store.transact((writer) => {
    appendEvents(writer, node.log, events, recordedAt)
    signTail(writer, node.log, { keyId: node.keyId, privateKey: node.keyPair.privateKey }, hlcOf(to))
  })
}

/** A closed store of a hundred signed events, and a blob. */
async function fill(directory: string): Promise<void> {
  using store = await openStore(options(directory))
  putKeyOf(store, node)
  append(store, 1, 50)
  store.transact(mergeIndexes)
  append(store, 51, 100)
  store.transact((writer) => putBlob(writer, new TextEncoder().encode('a part of a snapshot '.repeat(20))))
}

async function findings(directory: string): Promise<readonly { readonly code: string; readonly seq?: number; readonly log?: string }[]> {
  using store = await openStore(options(directory, { mode: 'read-only' }))
  const { ok, findings: found } = await verifyStore(store.reader, testPorts)
  expect(ok).toBe(found.length === 0)
  return found
}

describe('opening', () => {
  it('[ST1] makes the directory and writes durably', async () => {
    using directory = temporaryDirectory()
    const path = join(directory.path, 'a', 'b')
    using store = await openStore(options(path))
    expect(store.directory).toBe(path)
    expect(statSync(path).mode & 0o077).toBe(0)
    expect(store.reader.get('PRAGMA journal_mode')).toEqual({ journal_mode: 'wal' })
    expect(store.reader.get('PRAGMA synchronous')).toEqual({ synchronous: 2 })
    expect(store.reader.get('PRAGMA foreign_keys')).toEqual({ foreign_keys: 1 })
    expect(store.reader.get('PRAGMA user_version')).toEqual({ user_version: newest })
  })

  it('[ST1] refuses a disk that does not let it write durably', () => {
    expect(() => requireDurable({ journalMode: 'wal', synchronous: 2 })).not.toThrow()
    for (const found of [
      { journalMode: 'wal', synchronous: 1 },
      { journalMode: 'delete', synchronous: 2 },
    ]) {
      expect(() => requireDurable(found)).toThrow(expect.objectContaining({ kind: 'Unavailable', code: 'STORE_NOT_DURABLE', facts: found }))
    }
  })

  it('[ST1] finds everything again after it was closed', async () => {
    using directory = temporaryDirectory()
    await fill(directory.path)
    using store = await openStore(options(directory.path))
    expect(lastPosition(store.reader)).toBe(100)
    append(store, 101, 101)
    expect(readFrontier(store.reader)).toMatchObject([{ log: formatLogId(node.log), seq: 101 }])
  })

  it('[ST5] leaves a file of another program as it is', async () => {
    using directory = temporaryDirectory()
    const file = join(directory.path, 'store.sqlite')
    const foreign = open(file)
    foreign.exec('CREATE TABLE recipes (name TEXT)')
    foreign.close()
    const before = readFileSync(file)
    for (const mode of ['read-write', 'read-only'] as const) {
      await expect(openStore(options(directory.path, { mode }))).rejects.toMatchObject({ kind: 'Incompatible', code: 'STORE_FOREIGN' })
    }
    expect(readFileSync(file).equals(before)).toBe(true)
  })

  it('[ST5] leaves a file from the future as it is', async () => {
    using directory = temporaryDirectory()
    await fill(directory.path)
    const file = join(directory.path, 'store.sqlite')
    const database = open(file)
    database.pragma('user_version = 9990')
    database.close()
    const before = readFileSync(file)
    await expect(openStore(options(directory.path))).rejects.toMatchObject({
      kind: 'Incompatible',
      code: 'STORE_FROM_FUTURE',
      facts: { version: 9990, newest },
    })
    expect(readFileSync(file).equals(before)).toBe(true)
  })

  it('[ST5] refuses what is no database, and one whose first page was overwritten', async () => {
    using directory = temporaryDirectory()
    writeFileSync(
      join(directory.path, 'store.sqlite'),
      'a shopping list, long enough to be read as the header of a database file: milk, bread, a new fuse. '.repeat(50),
    )
    await expect(openStore(options(directory.path))).rejects.toMatchObject({ kind: 'Corrupt', code: 'STORE_DAMAGED' })
    using other = temporaryDirectory()
    await fill(other.path)
    const file = openSync(join(other.path, 'store.sqlite'), 'r+')
    writeSync(file, new Uint8Array(100).fill(0x55), 0, 100, 0)
    closeSync(file)
    await expect(openStore(options(other.path))).rejects.toMatchObject({ kind: 'Corrupt', code: 'STORE_DAMAGED' })
  })

  it('[ST5] refuses the directory of the other role', async () => {
    using directory = temporaryDirectory()
    await fill(directory.path)
    await expect(openStore(options(directory.path, { role: 'node' }))).rejects.toMatchObject({
      kind: 'Conflict',
      code: 'STORE_ROLE_DIFFERS',
      facts: { directory: directory.path, role: 'master' },
    })
  })

  it('[ST4] for reading only writes nothing, and says so when there is nothing to read', async () => {
    using directory = temporaryDirectory()
    await expect(openStore(options(directory.path, { mode: 'read-only' }))).rejects.toMatchObject({
      kind: 'NotFound',
      code: 'STORE_MISSING',
    })
    expect(readdirSync(directory.path)).toEqual([])
    await fill(directory.path)
    using store = await openStore(options(directory.path, { mode: 'read-only' }))
    expect(readEventsAfter(store.reader, 98, 9)).toHaveLength(2)
    expect(() => store.transact(() => 1)).toThrow(expect.objectContaining({ kind: 'Unavailable', code: 'STORE_READ_ONLY' }))
  })

  it('[ST4] says when another program keeps the file to itself', async () => {
    using directory = temporaryDirectory()
    await fill(directory.path)
    using store = await openStore(options(directory.path))
    store.reader.all('PRAGMA busy_timeout = 0')
    const other = open(join(directory.path, 'store.sqlite'))
    other.exec('BEGIN IMMEDIATE')
    expect(() => store.transact(() => 1)).toThrow(expect.objectContaining({ kind: 'Unavailable', code: 'STORE_BUSY' }))
    other.exec('ROLLBACK')
    expect(store.transact(() => 1)).toBe(1)
    other.close()
  })

  it('[ST1] without its write-ahead log has what was in the file itself', async () => {
    using directory = temporaryDirectory()
    using copy = temporaryDirectory()
    await fill(directory.path)
    using store = await openStore(options(directory.path))
    append(store, 101, 110)
    copyFileSync(join(directory.path, 'store.sqlite'), join(copy.path, 'store.sqlite'))
    using older = await openStore(options(copy.path))
    expect(lastPosition(older.reader)).toBe(100)
    expect((await verifyStore(older.reader, testPorts)).findings).toEqual([])
  })
})

describe('migrations', () => {
  const addColour: Migration = { version: 9000, up: (database) => database.exec('ALTER TABLE subjects ADD COLUMN colour TEXT') }
  const fails: Migration = {
    version: 9010,
    up: (database) => {
      database.exec('CREATE TABLE half_done (x INTEGER)')
      database.exec('INSERT INTO nowhere VALUES (1)')
    },
  }

  it('[ST5] bring a file up to date and keep it as it was beside it', async () => {
    using directory = temporaryDirectory()
    await fill(directory.path)
    using store = await openStore(options(directory.path), [...migrations, addColour])
    expect(store.reader.get('PRAGMA user_version')).toEqual({ user_version: 9000 })
    expect(lastPosition(store.reader)).toBe(100)
    using kept = temporaryDirectory()
    copyFileSync(join(directory.path, 'store.sqlite.before-9000'), join(kept.path, 'store.sqlite'))
    using before = await openStore(options(kept.path))
    expect(before.reader.get('PRAGMA user_version')).toEqual({ user_version: newest })
    expect(lastPosition(before.reader)).toBe(100)
  })

  it('[ST5] that fail leave the step before them whole', async () => {
    using directory = temporaryDirectory()
    await fill(directory.path)
    await expect(openStore(options(directory.path), [...migrations, addColour, fails])).rejects.toThrow('nowhere')
    using store = await openStore(options(directory.path), [...migrations, addColour])
    expect(store.reader.get('PRAGMA user_version')).toEqual({ user_version: 9000 })
    expect(store.reader.get(`SELECT count(*) AS count FROM sqlite_schema WHERE name = 'half_done'`)).toEqual({ count: 0 })
  })

  it('[ST5] need no copy of a file that is new', async () => {
    using directory = temporaryDirectory()
    using store = await openStore(options(directory.path), [...migrations, addColour])
    expect(store.reader.get('PRAGMA user_version')).toEqual({ user_version: 9000 })
    expect(readdirSync(directory.path).filter((name) => name.includes('before'))).toEqual([])
  })

  it('[ST5] that are due keep a file from being opened for reading only', async () => {
    using directory = temporaryDirectory()
    await fill(directory.path)
    await expect(openStore(options(directory.path, { mode: 'read-only' }), [...migrations, addColour])).rejects.toMatchObject({
      kind: 'Incompatible',
      code: 'STORE_OUTDATED',
    })
  })
})

describe('a data directory', () => {
  it('[ST6] is held by one, and free again when that one lets go', async () => {
    using directory = temporaryDirectory()
    const path = join(directory.path, 'new')
    {
      using held = await lockDataDirectory(path, 'master')
      expect(held).toBeDefined()
      await expect(lockDataDirectory(path, 'node')).rejects.toMatchObject({
        kind: 'Conflict',
        code: 'DATA_DIRECTORY_LOCKED',
        facts: { directory: path, pid: process.pid, who: 'master' },
      })
    }
    using again = await lockDataDirectory(path, 'node')
    expect(again).toBeDefined()
  })

  it('[ST6] whose lock file is wrecked says so', async () => {
    using directory = temporaryDirectory()
    writeFileSync(join(directory.path, 'lock.sqlite'), 'not a lock at all '.repeat(100))
    await expect(lockDataDirectory(directory.path, 'master')).rejects.toMatchObject({ kind: 'Corrupt', code: 'STORE_DAMAGED' })
  })

  it('[ST4] that cannot be made says so', async () => {
    using directory = temporaryDirectory()
    writeFileSync(join(directory.path, 'file'), '')
    const path = join(directory.path, 'file', 'data')
    await expect(openStore(options(path))).rejects.toMatchObject({ kind: 'Unavailable', code: 'STORE_READ_ONLY' })
    await expect(lockDataDirectory(path, 'master')).rejects.toMatchObject({ kind: 'Unavailable', code: 'STORE_READ_ONLY' })
  })
})

describe('the proof of a store', () => {
  it('[ST10] counts what it went through and reports its progress', async () => {
    using directory = temporaryDirectory()
    await fill(directory.path)
    using store = await openStore(options(directory.path))
    store.transact((writer) =>
      appendEvents(
        writer,
        node.log,
        [101, 102, 103].map((seq) => testEvent(node, seq)),
        recordedAt,
      ),
    )
    const progress: [number, number][] = []
    const result = await verifyStore(store.reader, testPorts, { onProgress: (done, total) => progress.push([done, total]) })
    expect(result).toEqual({
      ok: true,
      events: 103,
      origins: 1,
      logs: 1,
      fromSealedPoint: 0,
      signed: 100,
      unsignedTail: 3,
      blobs: 1,
      findings: [],
    })
    expect(progress.at(-1)).toEqual([103, 103])
  })

  type Found = { readonly code: string; readonly seq?: number; readonly event?: string }
  const idOf = (seq: number): string => testEvent(node, seq).id
  const altered = (seq: number): Found => ({ code: 'EVENT_ALTERED', seq, event: idOf(seq) })
  const differs = (seq: number): Found => ({ code: 'EVENT_DIFFERS', seq, event: idOf(seq) })
  /** Who goes through the events afterwards stops there. */
  const unreadable: Found = { code: 'PAGE_DAMAGED' }
  const alterations: readonly [string, string | ((database: Sql) => void), readonly Found[]][] = [
    ['the bytes of an event', (database) => alterRun(database, 7, turnDigit), [{ code: 'CHAIN_BROKEN', seq: 1 }, altered(7)]],
    [
      'the bytes of two events',
      (database) => {
        alterRun(database, 60, turnDigit)
        alterRun(database, 93, turnDigit)
      },
      [{ code: 'CHAIN_BROKEN', seq: 51 }, altered(60), altered(93)],
    ],
    [
      'bytes and columns of an event',
      (database) =>
        alterRun(database, 60, (run) => {
          run.bytes.fill(0x20, run.start, run.end)
          columnOf(run, 'id').fill(0)
          columnOf(run, 'subject').fill(0)
          columnOf(run, 'type').fill(0)
        }),
      [
        { code: 'CHAIN_BROKEN', seq: 51 },
        { code: 'EVENT_ALTERED', seq: 60 },
      ],
    ],
    [
      'the subject of an event',
      (database) => {
        database.run('INSERT INTO subjects (id) VALUES (zeroblob(16))')
        alterRun(database, 9, (run) => columnOf(run, 'subject').writeUInt32BE(2))
      },
      [{ code: 'INDEX_DIFFERS' }, differs(9)],
    ],
    [
      'the type of an event',
      (database) => {
        database.run(`INSERT INTO types (name) VALUES ('ibcf.other.v1')`)
        alterRun(database, 9, (run) => columnOf(run, 'type').writeUInt32BE(2))
      },
      [{ code: 'INDEX_DIFFERS' }, differs(9)],
    ],
    [
      'the id of an event',
      (database) => alterRun(database, 9, (run) => columnOf(run, 'id').fill(1)),
      [{ code: 'INDEX_DIFFERS' }, { code: 'EVENT_DIFFERS', seq: 9 }],
    ],
    ['the digest of an event', (database) => alterRun(database, 9, (run) => columnOf(run, 'leaf').fill(1)), [differs(9)]],
    [
      'where an event ends',
      (database) => alterRun(database, 9, (run) => columnOf(run, 'end').fill(1)),
      [{ code: 'EVENT_DIFFERS', seq: 9 }, unreadable],
    ],
    [
      'the length of an event',
      (database) => alterRun(database, 9, (run) => run.bytes.writeUInt32BE(3, run.start - 4)),
      [{ code: 'EVENT_DIFFERS', seq: 9 }, { code: 'EVENT_MISSING', seq: 1 }, unreadable],
    ],
    [
      'an event that is made out to be unreadable',
      (database) => alterRun(database, 9, (run) => columnOf(run, 'type').fill(0)),
      [{ code: 'INDEX_DIFFERS' }, differs(9)],
    ],
    ['events that were taken out', 'DELETE FROM runs WHERE from_seq = 51', [{ code: 'POSITION_GAP' }, { code: 'EVENT_MISSING', seq: 51 }]],
    [
      'events that are there twice',
      'INSERT INTO runs SELECT 101, log, branch, 50, 51, recorded_at, columns, bytes FROM runs WHERE from_seq = 1',
      [{ code: 'EVENT_DOUBLED', seq: 51 }, unreadable],
    ],
    [
      'the place of events in the order of arrival',
      'UPDATE runs SET position = position + 1 WHERE from_seq + count = 101',
      [{ code: 'POSITION_GAP' }],
    ],
    [
      'the end of a log',
      `UPDATE heads SET seq = 99`,
      [
        { code: 'HEAD_DIFFERS', seq: 99 },
        { code: 'HEAD_DIFFERS', seq: 99 },
      ],
    ],
    ['the head of a log', `UPDATE heads SET head = zeroblob(32)`, [{ code: 'HEAD_DIFFERS', seq: 100 }]],
    ['a log that lost its head', `DELETE FROM heads`, [{ code: 'REFERENCE_BROKEN' }]],
    ['a signature', `UPDATE segments SET signature = zeroblob(64) WHERE to_seq = 100`, [{ code: 'SEGMENT_SIGNATURE_WRONG', seq: 100 }]],
    [
      'the header of a signed point',
      `UPDATE segments SET header = CAST(replace(CAST(header AS TEXT), '"from":51', '"from":52') AS BLOB) WHERE to_seq = 100`,
      [{ code: 'SEGMENT_DIFFERS', seq: 100 }],
    ],
    ['the place of a signed point', `UPDATE segments SET from_seq = 50 WHERE to_seq = 100`, [{ code: 'SEGMENT_DIFFERS', seq: 100 }]],
    [
      'a key',
      `UPDATE keys SET public_key = zeroblob(32)`,
      [{ code: 'KEY_DIFFERS' }, { code: 'SEGMENT_SIGNATURE_WRONG', seq: 50 }, { code: 'SEGMENT_SIGNATURE_WRONG', seq: 100 }],
    ],
    [
      'a row that points nowhere',
      `PRAGMA foreign_keys = OFF; INSERT INTO key_cuts VALUES (77, 'x', 1, zeroblob(32))`,
      [{ code: 'REFERENCE_BROKEN' }],
    ],
    ['an entry of the index by subject', `UPDATE subject_entries SET entries = zeroblob(length(entries))`, [{ code: 'INDEX_DIFFERS' }]],
    ['an entry less in that index', `DELETE FROM subject_entries`, [{ code: 'INDEX_DIFFERS' }]],
    ['an entry too many in it', `INSERT INTO subject_entries VALUES (1, 77, x'')`, [{ code: 'INDEX_DIFFERS' }]],
    ['an entry of the index by id', `UPDATE id_blocks SET entries = zeroblob(length(entries))`, [{ code: 'INDEX_DIFFERS' }]],
    ['an entry less in that one', `DELETE FROM id_blocks`, [{ code: 'INDEX_DIFFERS' }]],
    ['the bounds of a batch', `UPDATE index_batches SET last_id = zeroblob(16)`, [{ code: 'INDEX_DIFFERS' }]],
    ['a blob', `UPDATE blob_pieces SET bytes = x'00'`, [{ code: 'BLOB_DAMAGED' }]],
  ]
  it.each(alterations)('[ST10] finds what was altered, and only that: %s', async (_, how, expected) => {
    using directory = temporaryDirectory()
    await fill(directory.path)
    tamper(directory.path, (database) => (typeof how === 'string' ? database.exec(how) : how(database)))
    expect(await findings(directory.path)).toMatchObject(expected)
  })

  it('[ST10] misses no guard that was taken out', async () => {
    using directory = temporaryDirectory()
    await fill(directory.path)
    const database = open(join(directory.path, 'store.sqlite'))
    database.exec('DROP TRIGGER runs_are_not_changed')
    database.close()
    expect(await findings(directory.path)).toMatchObject([{ code: 'TRIGGER_MISSING' }])
  })

  it('[ST10] [ST4] goes on past damaged pages, and reading them says that they are', async () => {
    using directory = temporaryDirectory()
    await fill(directory.path)
    const path = join(directory.path, 'store.sqlite')
    const database = open(path)
    const { page } = database
      .prepare(`SELECT pageno AS page FROM dbstat WHERE name = 'runs' AND pagetype = 'leaf' ORDER BY pageno LIMIT 1`)
      .get() as { readonly page: number }
    database.close()
    const file = openSync(path, 'r+')
    writeSync(file, new Uint8Array(64).fill(0xff), 0, 64, (page - 1) * 4096)
    closeSync(file)
    const codes = new Set((await findings(directory.path)).map(({ code }) => code))
    expect(codes).toContain('PAGE_DAMAGED')
    using store = await openStore(options(directory.path, { mode: 'read-only' }))
    expect(() => readEventsAfter(store.reader, 0, 100)).toThrow(expect.objectContaining({ kind: 'Corrupt', code: 'STORE_DAMAGED' }))
    expect(readFrontier(store.reader)).toHaveLength(1)
  })

  it('[ST10] finds any byte of an event that was turned on the disk', async () => {
    using directory = temporaryDirectory()
    await fill(directory.path)
    const path = join(directory.path, 'store.sqlite')
    const original = readFileSync(path)
    const end = original.indexOf('}}', original.indexOf('"seq":42,')) + 2
    const start = original.lastIndexOf('{"specversion"', end)
    expect(end - start).toBeGreaterThan(300)
    for (const at of [start, start + 1, start + 40, start + 150, end - 200, end - 1]) {
      const altered = Buffer.from(original)
      altered[at] = (altered[at] ?? 0) ^ 0x01
      writeFileSync(path, altered)
      for (const beside of ['-wal', '-shm']) if (existsSync(path + beside)) rmSync(path + beside)
      expect(
        (await findings(directory.path)).map(({ code }) => code),
        `byte ${at - start}`,
      ).toContain('CHAIN_BROKEN')
    }
  })

  it('[ST10] says that an altered event is damage when it is read', async () => {
    using directory = temporaryDirectory()
    await fill(directory.path)
    tamper(directory.path, (database) => alterRun(database, 3, (run) => run.bytes.fill(0x7b, run.start, run.end)))
    using store = await openStore(options(directory.path))
    expect(() => readEventsAfter(store.reader, 0, 9)).toThrow(
      expect.objectContaining({ kind: 'Corrupt', code: 'STORE_DAMAGED', facts: { position: 3 } }),
    )
  })
})
