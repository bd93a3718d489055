/** A real master with real agents under one virtual clock: what it makes of time, health and a full disk. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { projections } from '../../../core/projections/all.ts'
import { checkProjections } from '../../../core/app/projecting/check.ts'
import type { Master } from '../../../core/app/master.ts'
import { parseLogId } from '../../../core/log/log-id.ts'
import { readFrontier, readHead } from '../../../core/store/frontier.ts'
import { readSubjectEvents } from '../../../core/store/read-events.ts'
import { createIsland as createGatewayIsland } from '../../helpers/gateway/island.ts'
import { createIsland, type Island, type IslandNode } from '../../helpers/agent/island.ts'

const opened: (() => void)[] = []
afterEach(() => {
  for (const close of opened.splice(0).reverse()) close()
})

async function island(directory?: string): Promise<Island> {
  const made = await createIsland(directory)
  opened.push(made.close)
  return made
}

const modeOf = ({ master }: Island, { agent }: IslandNode) => master().model.connectivity(agent.view().nodeId)?.mode
const phaseOf = ({ master }: Island, { agent }: IslandNode) => master().model.lifecycle(agent.view().nodeId)?.phase

describe('a master and time', () => {
  it('[CN3] [CN4] takes a silent node along the spectrum, and its return back', async () => {
    const its = await island()
    const node = await its.join({ autonomyBudgetSeconds: 100 })
    const seen: unknown[] = []
    node.link.isUp = false
    for (let second = 0; second < 140; second++) {
      await its.ports.advance(1000)
      if (seen.at(-1) !== modeOf(its, node)) seen.push(modeOf(its, node))
    }
    expect(seen).toEqual(['LIVE', 'DELAYED', 'AUTONOMOUS', 'DISCONNECTED'])
    node.link.isUp = true
    await its.ports.advanceUntil(() => modeOf(its, node) === 'LIVE')
    const back = readSubjectEvents(its.master().store.reader, node.agent.view().nodeId, {
      types: ['ibcf.connectivity.assessed.v1'],
      limit: 100,
    })
    expect(back.map(({ event }) => event?.data['to'])).toEqual([
      'LIVE',
      'DELAYED',
      'AUTONOMOUS',
      'DISCONNECTED',
      'RETURNING',
      'REPLAYING',
      'LIVE',
    ])
    expect(checkProjections(its.master().store.reader, projections, its.ports.crypto)).toMatchObject({ isEqual: true })
  })

  it('[CN5] counts nobody silent for a wall clock that is set, nor for a restart', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'ibcf-master-'))
    opened.push(() => rmSync(directory, { recursive: true }))
    const its = await island(directory)
    const node = await its.join()
    its.ports.setWall(its.ports.clock.now() + 86_400_000)
    await its.ports.advance(3000)
    expect(modeOf(its, node)).toBe('LIVE')
    its.ports.setWall(its.ports.clock.now() - 2 * 86_400_000)
    await its.ports.advance(3000)
    expect(modeOf(its, node)).toBe('LIVE')
    node.link.isUp = false
    await its.restartMaster()
    await its.ports.advance(6000)
    expect(modeOf(its, node)).toBe('LIVE')
    await its.ports.advance(2000)
    expect(modeOf(its, node)).toBe('DELAYED')
  })

  it('[LC4] follows what a node reports of its health by an event of its own', async () => {
    const its = await island()
    const node = await its.join()
    node.workload.health = 'DEGRADED'
    await its.ports.advanceUntil(() => phaseOf(its, node) === 'DEGRADED')
    node.workload.health = 'OK'
    await its.ports.advanceUntil(() => phaseOf(its, node) === 'ACTIVE')
    const moved = readSubjectEvents(its.master().store.reader, node.agent.view().nodeId, {
      types: ['ibcf.lifecycle.transitioned.v1'],
      limit: 10,
    })
    expect(moved.slice(-2).map(({ event, log }) => [event?.data['event'], log.origin])).toEqual([
      ['health-degradation', its.master().identity.masterId],
      ['recovery', its.master().identity.masterId],
    ])
  })

  it('[MA2] says when nothing can be written, goes on reading, and recovers by itself', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'ibcf-master-'))
    opened.push(() => rmSync(directory, { recursive: true }))
    const its = await island(directory)
    const node = await its.join()
    const { store } = its.master()
    const pages = Number(store.reader.get('PRAGMA page_count')?.['page_count'])
    store.reader.get(`PRAGMA max_page_count = ${pages}`)
    await its.ports.advanceUntil(() => its.master().readOnlyReason() !== null)
    expect(its.master().readOnlyReason()).toMatchObject({ code: 'STORE_FULL' })
    expect(its.master().model.lifecycle(node.agent.view().nodeId)?.name).toBe('Node 1')
    store.reader.get('PRAGMA max_page_count = 1000000')
    await its.ports.advanceUntil(() => its.master().readOnlyReason() === null && node.agent.view().backlogMessages === 0)
    expect(checkProjections(store.reader, projections, its.ports.crypto)).toMatchObject({ isEqual: true })
  })

  it('[MA3] loses sight of nobody while the disk is full: silence that strikes then is recorded once there is room', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'ibcf-master-'))
    opened.push(() => rmSync(directory, { recursive: true }))
    const its = await island(directory)
    const [quiet, lively] = [await its.join(), await its.join()]
    const { store } = its.master()
    quiet.link.isUp = false
    fill(its.master())
    await its.ports.advance(30_000)
    expect(its.master().readOnlyReason()).toMatchObject({ code: 'STORE_FULL' })
    expect(modeOf(its, quiet)).toBe('LIVE')
    store.reader.get('PRAGMA max_page_count = 1000000')
    await its.ports.advance(30_000)
    expect([modeOf(its, quiet), modeOf(its, lively)]).toEqual(['AUTONOMOUS', 'LIVE'])
    expect(checkProjections(store.reader, projections, its.ports.crypto)).toMatchObject({ isEqual: true })
  })

  it('[MA2] signs at the next start what a killed run left unsigned, though nothing more is decided', async () => {
    using before = await createGatewayIsland({ isOnDisk: true })
    using after = await before.crash()
    const unsigned = (): readonly string[] =>
      readFrontier(after.master.store.reader, { origin: after.master.identity.masterId })
        .filter(({ log, seq }) => (readHead(after.master.store.reader, parseLogId(log))?.signedTo ?? 0) < seq)
        .map(({ log }) => log)
    expect(unsigned()).toHaveLength(1)
    await after.ports.advance(1000)
    expect(unsigned()).toEqual([])
  })
})

/** Leaves no room on the disk, also not in pages that are begun. */
function fill({ store, port, identity }: Master): void {
  const pages = Number(store.reader.get('PRAGMA page_count')?.['page_count'])
  store.reader.get(`PRAGMA max_page_count = ${pages}`)
  for (const size of [2000, 200, 20]) {
    const name = 'x'.repeat(size)
    const isFull = (): boolean => {
      try {
        port.commit(({ decide }) =>
          decide({ type: 'ibcf.master.renamed.v1', subject: identity.masterId, domain: identity.rootDomainId, data: { name } }),
        )
        return false
      } catch (error) {
        expect(error).toMatchObject({ code: 'STORE_FULL' })
        return true
      }
    }
    while (!isFull());
  }
}
