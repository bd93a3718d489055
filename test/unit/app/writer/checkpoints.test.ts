/** When the write-ahead log is moved, and by whom. */
import { describe, expect, it } from 'vitest'
import { createCheckpoints } from '../../../../core/app/writer/checkpoints.ts'
import type { Checkpointed } from '../../../../core/store/checkpoint.ts'
import { createVirtualPorts, type VirtualPorts } from '../../../helpers/agent/virtual-ports.ts'

type Watched = {
  readonly ports: VirtualPorts
  readonly asked: string[]
  readonly commit: (pages: number) => void
  readonly log: { pages: number; moved: number; behind: number }
  readonly close: () => void
}

/** A log as SQLite keeps one: it begins anew at the first commit after all of it was moved. */
function watch(): Watched {
  const ports = createVirtualPorts()
  const asked: string[] = []
  const log = { pages: 0, moved: 0, behind: 0 }
  let transactions = 0
  const { close } = createCheckpoints({
    ...ports,
    transactions: () => transactions,
    elsewhere: async (kind): Promise<Checkpointed | undefined> => {
      asked.push(kind)
      log.moved = Math.max(log.moved, log.pages - log.behind)
      if (kind === 'TRUNCATE' && log.moved === log.pages) Object.assign(log, { pages: 0, moved: 0 })
      return { logPages: log.pages, movedPages: log.moved }
    },
    here: () => {
      asked.push('here')
      log.moved = log.pages
    },
  })
  return {
    ports,
    asked,
    log,
    close,
    commit: (pages) => {
      transactions++
      if (log.moved === log.pages) Object.assign(log, { pages: 0, moved: 0 })
      log.pages += pages
    },
  }
}

describe('checkpoints', () => {
  it('[ST45] are made elsewhere while commits come, to the end once they rest, and then no more', async () => {
    const its = watch()
    its.log.behind = 3
    its.commit(10)
    await its.ports.advance(200)
    expect([its.asked, its.log.moved]).toEqual([['PASSIVE'], 7])
    its.log.behind = 0
    await its.ports.advance(10_000)
    expect([its.asked, its.log.moved]).toEqual([['PASSIVE', 'PASSIVE'], 10])
    its.close()
    its.commit(10)
    await its.ports.advance(10_000)
    expect(its.asked).toHaveLength(2)
  })

  it('[ST45] cut the file only when it has become far too long', async () => {
    const its = watch()
    its.log.behind = 1000
    its.commit(9000)
    await its.ports.advance(1000)
    // Once more, since the first got further; then no more, since the second did not.
    expect(its.asked).toEqual(['PASSIVE', 'PASSIVE'])
    its.log.behind = 0
    await its.ports.advance(10_000)
    expect(its.asked).toEqual(['PASSIVE', 'PASSIVE', 'TRUNCATE'])
    expect(its.log).toMatchObject({ pages: 0 })
  })

  it('[ST45] are ended by the writer when the log is long and the rest of it short, so that it cannot grow for ever', async () => {
    const its = watch()
    its.log.behind = 5
    let longest = 0
    for (let turn = 0; turn < 400; turn++) {
      its.commit(100)
      longest = Math.max(longest, its.log.pages)
      await its.ports.advance(200)
    }
    expect(its.asked.filter((kind) => kind === 'here').length).toBeGreaterThan(3)
    expect(longest).toBeLessThan(5000)
  })

  it('[ST45] are few where little is written, however steadily: each makes commits wait', async () => {
    const its = watch()
    for (let turn = 0; turn < 600; turn++) {
      its.commit(8)
      await its.ports.advance(100)
    }
    const inAMinute = its.asked.length
    expect(inAMinute).toBeGreaterThan(2)
    expect(inAMinute).toBeLessThan(20)
  })

  it('[ST45] are not the writer to make where much is left: somebody reads an old moment', async () => {
    const its = watch()
    its.log.behind = 1000
    for (let turn = 0; turn < 50; turn++) {
      its.commit(100)
      await its.ports.advance(200)
    }
    expect(its.asked).not.toContain('here')
  })
})
