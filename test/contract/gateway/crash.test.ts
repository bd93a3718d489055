/** The master killed at every point of a return, and the disk full: what was acknowledged is there, and the return ends as it would have. */
import { describe, expect, it } from 'vitest'
import { lastSessionOf, openSessionOf } from '../../../core/ingest/returns/return-table.ts'
import { toHex } from '../../../core/kernel/hex.ts'
import { readLogEvents } from '../../../core/store/read-events.ts'
import { verifyStore } from '../../../core/store/verify-store.ts'
import {
  complete,
  countersign,
  createAway,
  cut,
  openReturn,
  send,
  type FieldNode,
  type OpenReturn,
  type Piece,
} from '../../helpers/gateway/field-node.ts'
import { createIsland, type Answer, type Island } from '../../helpers/gateway/island.ts'

/** One step of a return; the next master goes on with the next step. */
type Step = (island: Island) => Promise<Answer>

/** Every message of a return, as an agent would send them, over any number of masters. */
function stepsOf(node: FieldNode, opened: OpenReturn): readonly Step[] {
  const pieces = opened.missing.flatMap(({ log, fromSeq }) => node.pieces(log, fromSeq)).flatMap((piece) => cut(piece, 1500))
  return [
    (island) => countersign(island, node, opened),
    ...pieces.map(
      (piece: Piece): Step =>
        (island) =>
          send(island, opened.token, piece),
    ),
    (island) => complete(island, node, opened),
  ]
}

const held = (island: Island, node: FieldNode): readonly string[] =>
  Object.values(node.logs).flatMap((log) => readLogEvents(island.master.store.reader, log, 1, 1000).map(({ bytes }) => toHex(bytes)))
const recorded = (node: FieldNode): readonly string[] =>
  Object.values(node.logs).flatMap((log) => readLogEvents(node.store.reader, log, 1, 1000).map(({ bytes }) => toHex(bytes)))

describe('a master that is killed', () => {
  it('[RT2] [GW9] after any message of a return goes on with the same token, and every event is there once', async () => {
    using first = await createIsland({ isOnDisk: true })
    const node = await createAway(first, 40)
    const steps = stepsOf(node, await openReturn(first, node))
    expect(steps.length).toBeGreaterThan(4)
    let island = first
    let last: Answer | undefined
    const islands: Island[] = []
    try {
      for (const step of steps) {
        await island.ports.advance(10)
        island = await island.crash()
        islands.push(island)
        last = await step(island)
        expect(last.status).toBe(200)
      }
      expect(last?.json).toMatchObject({ verdict: 'CLEAN', mode: 'LIVE' })
      expect(held(island, node)).toEqual(recorded(node))
      // Each piece but the first went on with an upload that a master before it had begun.
      expect(lastSessionOf(island.master.store.reader, node.id)?.resumedTimes).toBe(steps.length - 3)
      expect((await verifyStore(island.master.store.reader, island.ports, {})).ok).toBe(true)
    } finally {
      for (const each of islands) each[Symbol.dispose]()
    }
  })

  it('[RT2] [RT5] between hearing that all was sent and judging it shows RECONCILING, and judges when asked again', async () => {
    let isKilled = false
    using first = await createIsland({
      isOnDisk: true,
      extendPort: (port) => ({
        ...port,
        desiredFor: (node) => {
          if (isKilled) throw new Error('killed before the verdict')
          return port.desiredFor(node)
        },
      }),
    })
    const node = await createAway(first, 3)
    const opened = await openReturn(first, node)
    const steps = stepsOf(node, opened)
    for (const step of steps.slice(0, -1)) expect((await step(first)).status).toBe(200)
    isKilled = true
    expect((await complete(first, node, opened)).status).toBe(500)
    expect(openSessionOf(first.master.store.reader, node.id)?.step).toBe('RECONCILING')
    isKilled = false
    using after = await first.crash()
    expect(openSessionOf(after.master.store.reader, node.id)?.step).toBe('RECONCILING')
    // The node that asks for its return again is uploading again, if only to find that nothing is missing.
    const again = await openReturn(after, node)
    expect(again).toMatchObject({ sessionId: opened.sessionId, missing: [] })
    expect(openSessionOf(after.master.store.reader, node.id)?.step).toBe('UPLOADING')
    expect((await complete(after, node, again)).json).toMatchObject({ verdict: 'CLEAN', mode: 'LIVE' })
  })

  it('[RT2] after the verdict tells the same verdict again', async () => {
    using first = await createIsland({ isOnDisk: true })
    const node = await createAway(first, 3)
    const opened = await openReturn(first, node)
    for (const step of stepsOf(node, opened)) expect((await step(first)).status).toBe(200)
    using after = await first.crash()
    expect((await complete(after, node, opened)).json).toMatchObject({ verdict: 'CLEAN', mode: 'LIVE', phase: 'ACTIVE' })
  })
})

describe('a full disk', () => {
  it('[GW16] is 503 STORE_FULL and acknowledges nothing; reading goes on, and it recovers by itself', async () => {
    using island = await createIsland()
    const node = await createAway(island, 1000)
    const opened = await openReturn(island, node)
    const { reader } = island.master.store
    const limitPages = (pages: number): void => void reader.get(`PRAGMA max_page_count = ${pages}`)
    await countersign(island, node, opened)
    const pieces = opened.missing.flatMap(({ log, fromSeq }) => node.pieces(log, fromSeq))
    limitPages(Number(reader.get('PRAGMA page_count')?.['page_count']))
    let acknowledged = 0
    let refused: { readonly piece: Piece; readonly answer: Answer } | undefined
    for (const piece of pieces) {
      const answer = await send(island, opened.token, piece)
      if (answer.status !== 200) {
        refused = { piece, answer }
        break
      }
      acknowledged = piece.log.includes('/fact/') ? piece.to : acknowledged
    }
    expect(refused?.answer).toMatchObject({ status: 503, headers: { 'retry-after': '5' }, json: { code: 'STORE_FULL' } })
    expect(readLogEvents(reader, node.logs.fact, 1, 1000)).toHaveLength(acknowledged)
    expect((await island.ask({ method: 'GET', path: '/v1' })).status).toBe(200)
    limitPages(1_000_000)
    for (const piece of pieces.slice(pieces.indexOf(refused?.piece as Piece)))
      expect((await send(island, opened.token, piece)).status).toBe(200)
    expect((await complete(island, node, opened)).json).toMatchObject({ verdict: 'CLEAN' })
    expect(held(island, node)).toEqual(recorded(node))
  })
})
