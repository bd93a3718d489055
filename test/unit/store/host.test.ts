import { describe, expect, it } from 'vitest'
import { contextOf } from '../../../core/store/context.ts'
import { storeFailure } from '../../../core/store/failure.ts'
import { requireHost } from '../../../core/store/host.ts'
import type { Reader } from '../../../core/kernel/reader.ts'

describe('the host of the store', () => {
  it.each([
    ['Node 20', { node: '20.20.2', napi: '9' }],
    ['Node 22.11', { node: '22.11.0', napi: '9' }],
    ['Electron 25', { node: '18.15.0', napi: '8', electron: '25.1.1' }],
    ['a Node that does not say', { node: '24.0.0', napi: undefined }],
  ])('[ST14] is refused in words when it is too old: %s', (_, versions) => {
    expect(() => requireHost(versions)).toThrow(
      expect.objectContaining({
        kind: 'Incompatible',
        code: 'HOST_TOO_OLD',
        facts: { node: versions.node, napi: versions.napi ?? null, neededNode: '22.12', neededNapi: 10 },
      }),
    )
  })

  it.each([
    ['Node 22.12', { node: '22.12.0', napi: '10' }],
    ['Node 24', { node: '24.21.0', napi: '10' }],
    ['this one', process.versions],
  ])('[ST14] is taken when it is new enough: %s', (_, versions) => {
    expect(() => requireHost(versions)).not.toThrow()
  })
})

describe('what SQLite says', () => {
  const sqlite = (code: string): Error => Object.assign(new Error('as SQLite words it'), { name: 'SqliteError', code })

  it.each([
    ['SQLITE_FULL', 'Unavailable', 'STORE_FULL'],
    ['SQLITE_READONLY', 'Unavailable', 'STORE_READ_ONLY'],
    ['SQLITE_READONLY_DIRECTORY', 'Unavailable', 'STORE_READ_ONLY'],
    ['SQLITE_CANTOPEN', 'Unavailable', 'STORE_READ_ONLY'],
    ['SQLITE_BUSY', 'Unavailable', 'STORE_BUSY'],
    ['SQLITE_BUSY_SNAPSHOT', 'Unavailable', 'STORE_BUSY'],
    ['SQLITE_IOERR_WRITE', 'Unavailable', 'STORE_IO_FAILED'],
    ['SQLITE_CORRUPT_INDEX', 'Corrupt', 'STORE_DAMAGED'],
    ['SQLITE_NOTADB', 'Corrupt', 'STORE_DAMAGED'],
  ])('[ST4] is said in our words, with its own kept: %s', (code, kind, ours) => {
    const cause = sqlite(code)
    expect(storeFailure(cause)).toMatchObject({ kind, code: ours, facts: { sqlite: code }, cause })
  })

  it('[ST4] about our own mistakes stays as it is, and so does what is not SQLite’s', () => {
    for (const error of [sqlite('SQLITE_CONSTRAINT_UNIQUE'), sqlite('SQLITE_ERROR'), new TypeError('other'), 'text'])
      expect(storeFailure(error)).toBe(error)
  })

  it('[ST3] is not heard through a reader that no store handed out', () => {
    const reader: Reader = { all: () => [], get: () => undefined, iterate: () => [] }
    expect(() => contextOf(reader)).toThrow(expect.objectContaining({ kind: 'Bug', code: 'READER_FOREIGN' }))
  })
})
