/** A store file that the program of the first schema wrote, opened by today's. */
import { spawn } from 'node:child_process'
import { copyFileSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { toBase64, toHex } from '../../core/kernel/hex.ts'
import type { Reader } from '../../core/kernel/reader.ts'
import { loadEngine, type Database } from '../../core/store/engine.ts'
import type { Migration } from '../../core/store/migrate.ts'
import { migrations } from '../../core/store/migrations/all.ts'
import { openStore } from '../../core/store/open.ts'
import { lastPosition, readEventsAfter } from '../../core/store/read-events.ts'
import { verifyStore } from '../../core/store/verify-store.ts'
import { crypto } from '../helpers/log/origin.ts'
import { contentsOf } from '../helpers/store/contents.ts'
import { temporaryDirectory, testPorts } from '../helpers/store/open.ts'

const open = await loadEngine()
const fixture = (name: string): URL => new URL(`../fixtures/store/schema-10.${name}`, import.meta.url)
const { references: expectedReferences, ...expected } = JSON.parse(readFileSync(fixture('json'), 'utf8')) as Readonly<
  Record<string, unknown>
>
const newest = migrations.at(-1)?.version

function placeFixture(directory: string): string {
  const file = join(directory, 'store.sqlite')
  writeFileSync(file, gunzipSync(readFileSync(fixture('sqlite.gz'))))
  return file
}

/** References of blobs are left out: a later migration counts them anew from the events. */
function contentsToday(reader: Reader): unknown {
  const { references: _, ...contents } = JSON.parse(JSON.stringify(contentsOf(reader))) as Readonly<Record<string, unknown>>
  return contents
}

const options = (directory: string) => ({ directory, mode: 'read-write', role: 'master', ports: testPorts }) as const

describe('a store of the first schema', () => {
  it('[ST15] holds today what it held: every event’s bytes and position, segments, blobs, tables', async () => {
    using directory = temporaryDirectory()
    placeFixture(directory.path)
    using store = await openStore(options(directory.path))
    expect(store.reader.get('PRAGMA user_version')).toEqual({ user_version: newest })
    expect(contentsToday(store.reader)).toEqual(expected)
    const verification = await verifyStore(store.reader, testPorts)
    expect(verification).toMatchObject({ ok: true, events: 471, logs: 4, findings: [] })
    expect(store.reader.get(`SELECT count(*) AS n FROM sqlite_schema WHERE name = 'events'`)).toEqual({ n: 0 })
  })

  it('[ST15] keeps which event refers to which blob', async () => {
    using directory = temporaryDirectory()
    placeFixture(directory.path)
    using store = await openStore(
      options(directory.path),
      migrations.filter(({ version }) => version <= 20),
    )
    const rows = store.reader.all<{ sha256: Uint8Array; position: number; is_required: number }>('SELECT * FROM blob_references')
    expect(rows.map((row) => ({ ...row, sha256: toBase64(row.sha256) }))).toEqual(expectedReferences)
  })

  it('[ST5] is kept as it was beside it, and opens again from there', async () => {
    using directory = temporaryDirectory()
    const file = placeFixture(directory.path)
    {
      using store = await openStore(options(directory.path))
      expect(readEventsAfter(store.reader, 0, 1)).toHaveLength(1)
    }
    using kept = temporaryDirectory()
    copyFileSync(`${file}.before-20`, join(kept.path, 'store.sqlite'))
    const before = open(join(kept.path, 'store.sqlite'), { readonly: true })
    expect(before.pragma('user_version', { simple: true })).toBe(10)
    expect(before.prepare('SELECT count(*) AS n FROM events').get()).toEqual({ n: 471 })
    before.close()
    using again = await openStore(options(kept.path))
    expect(contentsToday(again.reader)).toEqual(expected)
  })

  it('[ST5] whose migration ended in the middle opens as it was, and is brought up to date then', async () => {
    using directory = temporaryDirectory()
    const file = placeFixture(directory.path)
    const interrupted = migrations.map(
      (migration): Migration => ({
        ...migration,
        up: (database: Database) => {
          migration.up(database)
          if (migration.version === 20) throw new RangeError('power cut')
        },
      }),
    )
    await expect(openStore(options(directory.path), interrupted)).rejects.toThrow('power cut')
    const between = open(file, { readonly: true })
    expect(between.pragma('user_version', { simple: true })).toBe(10)
    expect(between.prepare('SELECT count(*) AS n FROM events').get()).toEqual({ n: 471 })
    between.close()
    expect(existsSync(`${file}.before-20`)).toBe(true)
    using store = await openStore(options(directory.path))
    expect(contentsToday(store.reader)).toEqual(expected)
  })

  it('[ST5] killed in the middle of its migration opens again, with all that it held', async () => {
    using directory = temporaryDirectory()
    const file = placeFixture(directory.path)
    grow(file, 60_000)
    const child = spawn(process.execPath, [fileURLToPath(new URL('../helpers/store/open-store.ts', import.meta.url)), directory.path])
    const ended = new Promise((resolve) => child.once('exit', (_, signal) => resolve(signal)))
    // The log that migrates grows far beyond what the copy beside it wrote: it is in the midst of the events then.
    await until(() => existsSync(`${file}.before-20`) && existsSync(`${file}-wal`) && statSync(`${file}-wal`).size > 4_000_000)
    child.kill('SIGKILL')
    expect(await ended).toBe('SIGKILL')
    const between = open(file, { readonly: true })
    expect(between.pragma('user_version', { simple: true })).toBe(10)
    between.close()
    using store = await openStore(options(directory.path))
    const events = readEventsAfter(store.reader, 0, 471).map(({ position, bytes }) => ({ position, sha256: toHex(crypto.sha256(bytes)) }))
    expect(events).toEqual(
      (expected['events'] as readonly { position: number; sha256: string }[]).map(({ position, sha256 }) => ({ position, sha256 })),
    )
    expect(readEventsAfter(store.reader, 471 + 59_990, 99)).toHaveLength(10)
    expect(lastPosition(store.reader)).toBe(60_471)
  })

  it('[ST15] of many events is moved a page at a time, and reads as it did', async () => {
    using directory = temporaryDirectory()
    const file = placeFixture(directory.path)
    const count = 30_000
    grow(file, count)
    using store = await openStore(options(directory.path))
    const events = readEventsAfter(store.reader, 471, 2 * count)
    expect(events).toHaveLength(count)
    expect(events.every(({ position, seq, bytes }, index) => position === 472 + index && seq === 1 + index && bytes.length > 0)).toBe(true)
    const runs = store.reader.get<{ n: number }>('SELECT count(*) AS n FROM runs WHERE position > 471')?.n ?? 0
    expect(runs).toBeLessThan(count / 20)
  })
})

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await setImmediate()
}

/** More events of a log of their own, as unreadable as can be: what is in them is not what is tested. */
function grow(file: string, count: number): void {
  const database = open(file)
  database.exec(`INSERT INTO logs (name, origin) VALUES ('00000000010000000000000009/00000000020000000000000009/bulk/-', zeroblob(16))`)
  database
    .prepare(
      `INSERT INTO events (position, log, branch, seq, recorded_at, is_readable, bytes)
        WITH RECURSIVE series (value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM series WHERE value < ?)
        SELECT 471 + value, (SELECT max(number) FROM logs), 0, value, 5, 0, randomblob(500) FROM series`,
    )
    .run(count)
  database.close()
}
