import { describe, expect, it } from 'vitest'
import { endOfLastCommit } from '../../../../core/simulator/trial/write-ahead-log.ts'
import { createDiskFor } from '../../../helpers/simulator/disks.ts'
import { testPorts } from '../../../helpers/store/open.ts'

describe('the end of the last commit in a write-ahead log', () => {
  it('[SD3] is the end of a log that was just committed to, and stays there when it is cut before the next end', async () => {
    const disk = createDiskFor(true)
    const store = await disk.open(testPorts)
    store.transact((writer) => writer.run('CREATE TABLE marks (n INTEGER) STRICT'))
    const before = endOfLastCommit(disk.image().log ?? new Uint8Array())
    store.transact((writer) => writer.run('INSERT INTO marks (n) VALUES (1)'))
    const log = disk.image().log ?? new Uint8Array()
    expect(before).toBeGreaterThan(0)
    expect(endOfLastCommit(log)).toBe(log.length)
    for (const cut of [before, before + 1, log.length - 1]) expect(endOfLastCommit(log.subarray(0, cut))).toBe(before)
    disk.close()
  })

  it('[SD3] is 0 for what is too short to be one', () => {
    expect([0, 31, 32, 100].map((length) => endOfLastCommit(new Uint8Array(length)))).toEqual([0, 0, 0, 0])
  })
})
