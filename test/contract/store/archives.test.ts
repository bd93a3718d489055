import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { formatLogId } from '../../../core/log/log-id.ts'
import { appendEvents } from '../../../core/store/append-events.ts'
import { mergeIndexes } from '../../../core/store/event-index.ts'
import { openStore } from '../../../core/store/open.ts'
import { readArchives } from '../../../core/store/read-archives.ts'
import { sealBulk } from '../../../core/store/seal-bulk.ts'
import { signTail } from '../../../core/store/sign-tail.ts'
import { hlcOf, testEvent, testOrigin } from '../../helpers/log/origin.ts'
import { openTestStore, putKeyOf, recordedAt, temporaryDirectory, testPorts } from '../../helpers/store/open.ts'

const bulk = testOrigin(1, 'bulk')

describe('what lies in archives', () => {
  it('[ST46] is counted, and an archive that is not there is named with what it holds', async () => {
    using directory = temporaryDirectory()
    using store = await openStore({ directory: directory.path, mode: 'read-write', role: 'master', ports: testPorts })
    expect(readArchives(store.reader)).toMatchObject({ directory: join(directory.path, 'archive'), count: 0, events: 0, missingCount: 0 })
    putKeyOf(store, bulk)
    store.transact((writer) => {
      const events = Array.from({ length: 50 }, (_, at) => testEvent(bulk, at + 1, { pad: 'x'.repeat(3000) }))
      appendEvents(writer, bulk.log, events, recordedAt)
      signTail(writer, bulk.log, { keyId: bulk.keyId, privateKey: bulk.keyPair.privateKey }, hlcOf(1))
    })
    store.transact(mergeIndexes)
    store.transact((writer) => appendEvents(writer, bulk.log, [testEvent(bulk, 51)], recordedAt))
    const sealed = sealBulk(store, bulk.log, {}, 1234)
    expect(sealed).toMatchObject({ from: 1, to: 50 })
    const here = readArchives(store.reader)
    expect(here).toMatchObject({ count: 1, events: 50, firstSealedAt: 1234, lastSealedAt: 1234, missingCount: 0, missing: [] })
    expect(here.sizeBytes).toBe(sealed?.archiveBytes)
    rmSync(join(directory.path, 'archive'), { recursive: true })
    const missing = [{ log: formatLogId(bulk.log), from: 1, to: 50, file: sealed?.file }]
    expect(readArchives(store.reader)).toMatchObject({ count: 1, missingCount: 1, missing })
  })

  it('[ST46] a store in memory has no place for any', async () => {
    using store = await openTestStore('memory')
    expect(readArchives(store.reader)).toMatchObject({ directory: null, count: 0, missingCount: 0 })
  })
})
